package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.cli.data.InputError;
import bytegrad.cli.data.TextData;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.train.Callback;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Epoch;
import bytegrad.runtime.train.Progress;
import bytegrad.runtime.train.Runner;
import bytegrad.runtime.train.States;
import bytegrad.runtime.train.TrainingLoop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The training of a model, from its first step or from a checkpoint: a {@link TrainingLoop} with the files and words around it. Settings, data and engine decide
 * every bit of the outcome, wherever it was interrupted and resumed.
 */
public final class Training {
    static final String SETTINGS = "bytegrad.settings";
    static final String DATA = "bytegrad.data";
    static final String CHECKSUM = "bytegrad.data.crc32";

    private final Settings settings;
    private final Task task;
    private final How how;
    private final Path out;
    private final Console console;
    private final Network network;
    private final Batches batches;
    private final Engine.Ready ready;
    private final Runner step;
    private final Task.Evaluator evaluator;

    /**
     * How to train, whatever is trained.
     *
     * @param threads the most that work on a run of compiled code; no bit of the outcome depends on them
     * @param saveEvery steps of an epoch after which a checkpoint is written too; 0 for none
     * @param memory bytes that a step may take; no bit of the outcome depends on them
     */
    public record How(Engine engine, int threads, int saveEvery, OptionalLong memory, Console console) {}

    /** How it ended. */
    public enum End {
        /** As asked for, and compiled code and reference agree. */
        DONE,
        /** Compiled code and reference do not agree. */
        DISAGREEMENT,
        /** The JVM was asked to end. */
        INTERRUPTED
    }

    private Training(Settings settings, Task task, How how, OutputFolder folder) {
        this.settings = settings;
        this.task = task;
        this.how = how;
        this.out = folder.path();
        this.console = how.console();
        long start = System.nanoTime();
        network = task.network(settings.batch());
        console.line("data    " + task.dataText());
        console.line(String.format(Locale.ROOT, "model   %s, %,d parameters", task.modelText(), network.summary().trained()));
        console.line("        " + settings.text());
        ready = how.engine().ready(network.training(), how.threads(), how.memory());
        step = ready.runner();
        evaluator = task.evaluator(how.engine(), how.threads());
        batches = new Batches(task.training(), settings.batch(), settings.seed());
        console.line(String.format(Locale.ROOT, "engine  %s in %.2f s, %s", how.engine(), (System.nanoTime() - start) / 1e9, ready.text()));
        console.line("vectors " + SimdSupport.choice().reason());
    }

    static Task task(Settings settings, Path data) {
        return settings.model().text() ? new TextTask(settings, TextData.read(data)) : new ImageTask(settings, DataSet.read(data));
    }

    /**
     * A training from its first step; nothing is written yet.
     *
     * @param anyBatch whether fewer examples than the batch make it smaller, rather than being refused
     * @throws InputError if there are fewer examples than a batch has
     */
    public static Training start(Settings asked, Path data, boolean anyBatch, How how, OutputFolder folder) {
        Task task = task(asked, data);
        Examples examples = task.training();
        Settings settings = asked.withBatch(anyBatch ? Math.min(asked.batch(), examples.count()) : asked.batch());
        if (settings.batch() > examples.count()) {
            throw new InputError("--batch " + settings.batch() + ": there are only " + examples.count() + " training examples");
        }
        // The task again, for it knows the batch.
        Training training = new Training(settings, settings.equals(asked) ? task : task(settings, data), how, folder);
        training.network.parameters().forEach(training.step::set);
        training.network.slots().forEach(training.step::set);
        folder.begin();
        return training;
    }

    /**
     * Goes on from the checkpoint in a folder.
     *
     * @param from the folder of an earlier training
     * @param data where its data is, if not where it was
     * @param epochs in total, if not as many as were asked for at first
     * @param folder the same as {@code from}, or one for the files of the whole training
     * @throws InputError if there is no checkpoint, the data is not the same, or there is nothing left to do
     * @throws bytegrad.runtime.BytegradException if a file is no checkpoint, or one that does not fit
     */
    public static Resumed resume(Path from, Optional<Path> data, Optional<Integer> epochs, How how, OutputFolder folder) {
        if (!Files.isDirectory(from)) {
            throw new InputError("--resume " + from + ": no such folder");
        }
        Path file = from.resolve(OutputFolder.STATE);
        Checkpoint checkpoint = Checkpoint.read(file);
        Settings first = settings(file, checkpoint);
        Settings settings = first.withEpochs(epochs.orElse(first.epochs()));
        Progress progress = checkpoint.progress();
        if (progress.epoch() >= settings.epochs()) {
            throw new InputError("--resume " + from + ": " + progress.epoch() + " of " + settings.epochs() + " epochs are done already; ask for more with --epochs N");
        }
        Task task = task(settings, data.orElseGet(() -> Path.of(metadata(file, checkpoint, DATA))));
        String checksum = metadata(file, checkpoint, CHECKSUM);
        if (!checksum.equals(task.checksum())) {
            throw new InputError(file + ": was trained on other data (" + metadata(file, checkpoint, DATA) + ", checksum " + checksum + ") than " + task.data() + " ("
                    + task.checksum() + ")");
        }
        Training training = new Training(settings, task, how, folder);
        // The runner must have values for the loop to see what fits.
        training.network.parameters().forEach(training.step::set);
        training.network.slots().forEach(training.step::set);
        TrainingLoop loop = training.loop().resume(checkpoint);
        if (!from.equals(folder.path())) {
            folder.begin();
        }
        how.console().line(String.format(Locale.ROOT, "resumed %s after %d epochs%s", from, progress.epoch(),
                progress.step() > 0 ? " and " + progress.step() + " steps" : ""));
        return new Resumed(training, loop);
    }

    /** A training that goes on. */
    public record Resumed(Training training, TrainingLoop loop) {
        /** Trains. */
        public End run() {
            return training.run(loop);
        }
    }

    /** The settings that a checkpoint notes. */
    static Settings settings(Path file, Checkpoint checkpoint) {
        String json = metadata(file, checkpoint, SETTINGS);
        String place = file + ": " + SETTINGS;
        return Settings.of(JsonReader.of(place, Json.parse(place, json.getBytes(StandardCharsets.UTF_8))));
    }

    static String metadata(Path file, Checkpoint checkpoint, String key) {
        String value = checkpoint.metadata().get(key);
        if (value == null) {
            throw new InputError(file + ": is no checkpoint of `bytegrad train`: it has no metadata \"" + key + "\"");
        }
        return value;
    }

    private TrainingLoop loop() {
        return new TrainingLoop(step, batches, settings.epochs())
                .loss(Network.LOSS)
                .follow(task.followed().toArray(String[]::new))
                .inputs((epoch, number) -> network.inputs(settings, epoch, (long) epoch * batches.perEpoch() + number))
                .evaluation(progress -> evaluator.figures(progress, parameters()))
                .diagnosis(before -> NanSearch.in(network.training(), before) + "; a lower --lr often helps")
                .checkpoints(out.resolve(OutputFolder.STATE),
                        Map.of(SETTINGS, settings.json().compact(), DATA, task.data().toString(), CHECKSUM, task.checksum()))
                .checkpointEvery(how.saveEvery())
                .callback(new Told());
    }

    /** Trains from the first step. */
    public End run() {
        return run(loop());
    }

    /** Trains, writing a checkpoint after each epoch; then the check against the reference, and the pictures. */
    private End run(TrainingLoop loop) {
        try (Interruption interruption = new Interruption()) {
            AtomicFile.write(out.resolve(OutputFolder.TRAINING_GRAPH),
                    stream -> stream.write(GraphPrinter.print(network.training()).getBytes(StandardCharsets.UTF_8)));
            save(loop.progress().finished(), Optional.empty());
            loop.interruption(interruption::requested);
            if (loop.run() == TrainingLoop.End.INTERRUPTED) {
                Progress progress = loop.progress();
                save(progress.finished(), Optional.empty());
                console.line(String.format(Locale.ROOT, "interrupted in epoch %d after step %d; all of it is saved: go on with  train --resume %s",
                        progress.epoch() + 1, progress.step(), out));
                return End.INTERRUPTED;
            }
            List<Epoch> epochs = loop.progress().finished();
            evaluator.finish(out, epochs, parameters(), console);
            if (interruption.requested()) {
                return End.INTERRUPTED;
            }
            Comparison comparison = Comparison.of(task, network, how.engine() == Engine.COMPILED ? Optional.of(ready) : Optional.empty(),
                    States.of(step, step.states()), settings, how.threads());
            save(epochs, Optional.of(comparison));
            console.line(comparison.text());
            ready.memory().ifPresent(m -> console.line("memory  of a step: " + m.text()));
            console.line("written " + new OutputFolder(out).text());
            return comparison.agrees() ? End.DONE : End.DISAGREEMENT;
        }
    }

    private Map<String, Tensor> parameters() {
        return States.of(step, network.parameters().keySet());
    }

    private void save(List<Epoch> epochs, Optional<Comparison> comparison) {
        task.writeModel(out, parameters());
        Metrics.of(settings, task, how, epochs, network.summary().trained(), ready.memory(), comparison).write(out.resolve(OutputFolder.METRICS));
    }

    /** What the loop tells, for people; and the files that follow from a checkpoint. */
    private final class Told implements Callback {
        private Optional<Console.Bar> bar = Optional.empty();
        private final List<Epoch> done = new ArrayList<>();

        @Override
        public void started(Progress progress) {
            done.clear();
            done.addAll(progress.finished());
            bar = Optional.of(console.bar("epoch " + (progress.epoch() + 1) + "/" + settings.epochs(), batches.perEpoch()));
        }

        @Override
        public void stepped(Progress progress) {
            bar.ifPresent(b -> b.show(progress.step(), progress.mean(Network.LOSS)));
            if (progress.step() == batches.perEpoch()) {
                end();
            }
        }

        @Override
        public void finished(Epoch epoch) {
            done.add(epoch);
            console.line(task.text(epoch, settings.epochs()));
            save(done, Optional.empty());
        }

        @Override
        public void ended() {
            end();
        }

        private void end() {
            bar.ifPresent(Console.Bar::close);
            bar = Optional.empty();
        }
    }
}
