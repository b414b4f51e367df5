package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.ir.Graph;
import bytegrad.runtime.BytegradException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.TextWindows;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a training left in its folder, as a graph with its values, and inputs to try it with.
 *
 * @param graph that predicts, or that is a step
 * @param values of parameters, and for a step of all its states
 * @param metadata of the file that the values are from
 * @param sample inputs out of the training's data; those that are missing could be anything
 * @param sampleText where they are from, for people
 */
public record Trained(Graph graph, Map<String, Tensor> values, Map<String, String> metadata, Map<String, Tensor> sample, String sampleText) {
    private static final String NO_DATA = "made-up numbers, for the data of the training is not where it was";

    /** Copies the maps. */
    public Trained {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        metadata = Map.copyOf(metadata);
        sample = Collections.unmodifiableMap(new LinkedHashMap<>(sample));
    }

    /**
     * The trained model.
     *
     * @param rows how many images it is to take at a time, if not as many as its graph in the folder
     * @throws InputError if the folder is not that of a training, or a number of rows is asked for of something that does not take images
     * @throws BytegradException if a file in it is damaged
     */
    public static Trained prediction(Path folder, OptionalInt rows) {
        Path file = require(folder, Classifier.FILE);
        Graph graph = Classifier.graph(require(folder, OutputFolder.PREDICTION_GRAPH));
        Safetensors model = Safetensors.read(file);
        Optional<Moment> moment = Moment.of(folder);
        boolean text = model.metadata().containsKey(Writer.VOCABULARY);
        if (rows.isPresent()) {
            if (text) {
                throw new InputError("--batch is for models of images; " + folder + " has one of text");
            }
            if (rows.getAsInt() < 1) {
                throw new InputError("--batch is " + rows.getAsInt() + " but must be at least 1");
            }
            Path state = require(folder, OutputFolder.STATE);
            graph = ImageTask.prediction(Training.settings(state, Checkpoint.read(state)), Classifier.layout(file, model.metadata()), rows.getAsInt());
        }
        Graph chosen = graph;
        Optional<Task> task = moment.flatMap(Moment::task);
        Map<String, Tensor> sample = task.map(t -> t.sample(chosen)).orElse(Map.of());
        return new Trained(chosen, model.tensors(), model.metadata(), sample, task.map(t -> "held-out examples of " + t.data()).orElse(NO_DATA));
    }

    /**
     * A step of the training, with the states it has come to.
     *
     * @throws InputError if the folder is not that of a training
     * @throws BytegradException if a file in it is damaged
     */
    public static Trained step(Path folder) {
        Path state = require(folder, OutputFolder.STATE);
        Graph graph = Classifier.graph(require(folder, OutputFolder.TRAINING_GRAPH));
        Checkpoint checkpoint = Checkpoint.read(state);
        Settings settings = Training.settings(state, checkpoint);
        Progress progress = checkpoint.progress();
        Optional<Batches> batches = Moment.of(folder).flatMap(Moment::task).map(t -> new Batches(t.training(), settings.batch(), settings.seed()));
        int perEpoch = batches.map(Batches::perEpoch).orElse(0);
        int number = batches.isPresent() ? Math.min(progress.step(), perEpoch - 1) : progress.step();
        Map<String, Tensor> sample = new LinkedHashMap<>(batches.map(b -> b.at(progress.epoch(), number)).orElse(Map.of()));
        sample.putAll(Network.inputs(graph, settings, progress.epoch(), (long) progress.epoch() * perEpoch + number));
        return new Trained(graph, checkpoint.states(), checkpoint.noted(), sample, batches.isPresent() ? "the next batch of " + Training.metadata(state, checkpoint, Training.DATA)
                : NO_DATA);
    }

    private static Path require(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.isDirectory(folder) || !Files.isRegularFile(file)) {
            throw new InputError(folder + ": should be a folder that `bytegrad train` wrote, with " + name);
        }
        return file;
    }

    /** Where a training was when it wrote its last checkpoint. */
    private record Moment(Path file, Checkpoint checkpoint) {
        static Optional<Moment> of(Path folder) {
            Path file = folder.resolve(OutputFolder.STATE);
            return Files.isRegularFile(file) ? Optional.of(new Moment(file, Checkpoint.read(file))) : Optional.empty();
        }

        /** Its task, if its data is still there and the same. */
        Optional<Task> task() {
            try {
                Task task = Training.task(Training.settings(file, checkpoint), Path.of(Training.metadata(file, checkpoint, Training.DATA)));
                return task.checksum().equals(checkpoint.metadata().get(Training.CHECKSUM)) ? Optional.of(task) : Optional.empty();
            } catch (BytegradException e) {
                return Optional.empty();
            }
        }
    }

    /** The first window of a text, and what else a text's prediction takes. */
    static Map<String, Tensor> window(Graph graph, int[] ids) {
        Map<String, Tensor> sample = new LinkedHashMap<>();
        graph.input(Network.X).filter(x -> x.rank() == 2 && ids.length > x.shape().dim(1)).ifPresent(x -> {
            sample.put(Network.X, new TextWindows(ids, x.shape().dim(1)).rows(new int[] {0}).get(TextWindows.X));
            sample.put(Writer.LAST, Tensor.scalar(x.shape().dim(1) - 1));
            sample.put(Writer.TEMPERATURE, Tensor.scalar(1f));
        });
        return sample;
    }
}
