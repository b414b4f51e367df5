package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.cli.data.InputError;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The training of a classifier, from its first step or from a checkpoint. Settings, data and engine decide every bit of the
 * outcome, wherever it was interrupted and resumed.
 *
 * <p>Each epoch goes through the training images in a new order, in batches; what does not fill a last batch is left out, and
 * is other images in another epoch.
 */
public final class Training {
    /** The random streams below are of parameters. */
    private static final long ORDER_STREAM = 1L << 20;

    private final Settings settings;
    private final DataSet data;
    private final Engine engine;
    private final boolean checkNan;
    private final Path out;
    private final Console console;
    private final Network network;
    private final Runner step;
    private final Evaluation test;
    private final Batch batch;
    private Progress progress = Progress.NONE;
    private boolean warned;

    /** How it ended. */
    public enum End {
        /** As asked for, and compiled code and reference agree. */
        DONE,
        /** Compiled code and reference do not agree. */
        DISAGREEMENT,
        /** Trained to the end, but parameters are NaN or infinite. */
        DIVERGED,
        /** The JVM was asked to end. */
        INTERRUPTED
    }

    private Training(Settings settings, DataSet data, Engine engine, boolean checkNan, OutputFolder folder, Console console) {
        this.settings = settings;
        this.data = data;
        this.engine = engine;
        this.checkNan = checkNan;
        this.out = folder.path();
        this.console = console;
        long start = System.nanoTime();
        network = Network.of(settings, data.pixels(), data.classes());
        console.line("data    " + data.text());
        console.line(String.format(Locale.ROOT, "model   %s %s, %,d parameters",
                settings.model(), settings.widths(data.pixels(), data.classes()), network.size()));
        console.line("        " + settings.text());
        step = engine.runner(network.training());
        test = new Evaluation(engine.runner(network.prediction()), data.test());
        batch = new Batch(data.training(), settings.batch());
        console.line(String.format(Locale.ROOT, "engine  %s in %.2f s, %s", engine, (System.nanoTime() - start) / 1e9, step.text()));
        console.line("vectors " + bytegrad.runtime.SimdSupport.choice().reason());
    }

    /** A training from its first step; nothing is written yet. Throws InputError if the batch is larger than the data. */
    public static Training start(Settings settings, DataSet data, Engine engine, boolean checkNan, OutputFolder folder, Console console) {
        if (settings.batch() > data.training().count()) {
            throw new InputError("--batch " + settings.batch() + ": there are only " + data.training().count() + " training images");
        }
        Training training = new Training(settings, data, engine, checkNan, folder, console);
        training.network.parameters().forEach(training.step::set);
        training.network.slots().forEach(training.step::set);
        folder.begin();
        return training;
    }

    /**
     * Goes on from the checkpoint in a folder.
     *
     * @param settings those of the checkpoint, but for the number of epochs
     * @param from the checkpoint's folder
     * @param folder the same, or one for the files of the whole training
     * @throws InputError if the data is not that of the checkpoint
     */
    static Training resume(
            Settings settings, Checkpoint checkpoint, Path from, DataSet data, Engine engine, boolean checkNan, OutputFolder folder, Console console) {
        Training training = new Training(settings, data, engine, checkNan, folder, console);
        checkpoint.requireFit(from, data, training.network);
        training.progress = checkpoint.progress();
        checkpoint.statesOf(training.network).forEach(training.step::set);
        if (!from.equals(folder.path())) {
            folder.begin();
        }
        console.line(String.format(Locale.ROOT, "resumed %s after %d epochs%s", from, training.progress.epoch(),
                training.progress.step() > 0 ? " and " + training.progress.step() + " steps" : ""));
        return training;
    }

    /** Trains, writing a checkpoint after each epoch; then the check against the reference, and the pictures. */
    public End run() {
        try (Interruption interruption = new Interruption()) {
            write(OutputFolder.TRAINING_GRAPH, GraphPrinter.print(network.training()));
            write(OutputFolder.PREDICTION_GRAPH, GraphPrinter.print(network.prediction()));
            save();
            while (progress.epoch() < settings.epochs()) {
                if (!epoch(interruption)) {
                    save();
                    console.line(String.format(Locale.ROOT,
                            "interrupted in epoch %d after step %d; all of it is saved: go on with  train --resume %s",
                            progress.epoch() + 1, progress.step(), out));
                    return End.INTERRUPTED;
                }
                save();
            }
            return finish(interruption);
        }
    }

    private void write(String name, String text) {
        AtomicFile.write(out.resolve(name), stream -> stream.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Map<String, Tensor> states(Iterable<String> names) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        names.forEach(name -> states.put(name, step.get(name)));
        return states;
    }

    /** The checkpoint first: everything else can be made from it. */
    private void save() {
        new Checkpoint(settings, progress, data.folder().toString(), data.checksum(), states(network.states())).write(out);
        Classifier.write(out, parameters(), new Classifier.Layout(data.test().height(), data.test().width(), data.names()));
        metrics(Optional.empty());
    }

    private Map<String, Tensor> parameters() {
        return states(network.parameters().keySet());
    }

    private void metrics(Optional<Comparison> comparison) {
        Metrics.of(settings, data, engine, progress, network.size(), comparison).write(out.resolve(OutputFolder.METRICS));
    }

    /** Goes on to the epoch's end; false if it was interrupted before. */
    private boolean epoch(Interruption interruption) {
        int epoch = progress.epoch();
        int steps = data.training().count() / settings.batch();
        int[] order = CounterRandom.of(settings.seed(), ORDER_STREAM + epoch).permutation(data.training().count());
        step.set(Network.RATE, Tensor.scalar(settings.rateOf(epoch)));
        try (Console.Bar bar = console.bar("epoch " + (epoch + 1) + "/" + settings.epochs(), steps)) {
            while (progress.step() < steps) {
                if (interruption.requested()) {
                    return false;
                }
                step(order);
                bar.show(progress.step(), progress.loss() / progress.step());
            }
        }
        double seen = (double) steps * settings.batch();
        double accuracy = test.accuracy(test.classes(parameters()));
        EpochFigures figures = new EpochFigures(
                epoch + 1, progress.loss() / steps, progress.correct() / seen, accuracy, progress.seconds(), seen / progress.seconds());
        progress = progress.finish(figures);
        console.line(figures.text(settings.epochs()));
        return true;
    }

    private void step(int[] order) {
        Map<String, Tensor> before = checkNan ? states(network.states()) : Map.of();
        long start = System.nanoTime();
        batch.training(step, order, progress.step());
        step.run();
        double loss = step.scalar(Network.LOSS);
        progress = progress.stepped(loss, (long) step.scalar(Network.CORRECT), (System.nanoTime() - start) / 1e9);
        String place = "epoch " + (progress.epoch() + 1) + ", step " + progress.step();
        if (checkNan && !(Double.isFinite(loss) && NanSearch.allFinite(states(network.states()).values()))) {
            Map<String, Tensor> inputs = new LinkedHashMap<>(before);
            List.of(Network.IMAGES, Network.LABELS, Network.RATE).forEach(name -> inputs.put(name, step.get(name)));
            throw new DivergenceException(place + ": " + NanSearch.in(network.training(), engine, inputs));
        }
        if (!Double.isFinite(loss) && !warned) {
            warned = true;
            console.line("warning: " + place + ": the loss is " + loss + "; --check-nan says which node made it so; a lower --lr often helps");
        }
    }

    private End finish(Interruption interruption) {
        int[] classes = test.classes(parameters());
        console.line(String.format(Locale.ROOT, "test accuracy: %.4f", test.accuracy(classes)));
        Pictures.write(out, progress, settings, data, classes, console);
        if (interruption.requested()) {
            return End.INTERRUPTED;
        }
        Map<String, Tensor> states = states(network.states());
        if (!NanSearch.allFinite(states.values())) {
            console.line("warning: parameters are NaN or infinite; there is nothing to compare with the interpreter");
            console.line("written " + new OutputFolder(out).text());
            return End.DIVERGED;
        }
        Comparison comparison = Comparison.of(network, engine, step, states, data.training(), settings);
        metrics(Optional.of(comparison));
        console.line(comparison.text());
        console.line("written " + new OutputFolder(out).text());
        return comparison.agrees() ? End.DONE : End.DISAGREEMENT;
    }
}
