package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.train.Console;
import bytegrad.cli.train.Engine;
import bytegrad.cli.train.Model;
import bytegrad.cli.train.OutputFolder;
import bytegrad.cli.train.Rule;
import bytegrad.cli.train.Settings;
import bytegrad.cli.train.Training;
import bytegrad.runtime.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bytegrad train}. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains an image classifier or a language model through emitted bytecode.",
            "The same options give the same bits, and so does a training that was interrupted and resumed. What does not fill an epoch's last "
                    + "batch is left out of that epoch; all test images are evaluated. Of a text, the last tenth is held out."
        })
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "For images, a folder of idx or idx.gz files under the names of MNIST, or with folders train and test that have a folder of image files for each "
                    + "class (default: the project's cut of Fashion-MNIST). For a language model, "
                    + "a text file, or a folder of .txt and .txt.gz files.")
    private @Nullable Path data;

    @Option(names = "--model", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: mlp).")
    private @Nullable Model model;

    @Option(
            names = "--hidden",
            paramLabel = "N",
            split = ",",
            description = "Widths of the layers: hidden ones of mlp (default: 256,128), convolutions and dense layer of cnn (32,64,128), stages of resnet (16,32,64), "
                    + "layers of charlm-lstm (256) and charlm-transformer (128,128).")
    private @Nullable List<Integer> hidden;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training data, those before --resume included (default: 6; 2 for cnn, 8 for charlm-transformer).")
    private @Nullable Integer epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Images per step (default: 64), or windows of a text (32); all if there are fewer.")
    private @Nullable Integer batch;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: adam; adamw for language models).")
    private @Nullable Rule optimizer;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate of the first epoch (default: one that suits model and optimizer; it is shown).")
    private @Nullable Double rate;

    @Option(
            names = "--decay",
            paramLabel = "X",
            description = "What the learning rate is multiplied by after each epoch (default: 0.7; 0.5 for cnn, 0.75 for charlm-transformer).")
    private @Nullable Double decay;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "Share of the weights, times the learning rate, that each step takes off (adamw, lion) or adds to the gradient (default: 0; 0.01 for language "
                    + "models).")
    private @Nullable Double weightDecay;

    @Option(names = "--clip", paramLabel = "X", description = "The most that the norm of all gradients may be; 0 for no limit (default: 0; 1 for language models).")
    private @Nullable Double clip;

    @Option(names = "--dropout", paramLabel = "X", description = "Probability of dropping a number, in all models but mlp and softmax (default: 0).")
    private @Nullable Double dropout;

    @Option(names = "--l2", paramLabel = "X", description = "Penalty X/2 times the sum of squares of all weights (default: 0).")
    private @Nullable Double l2;

    @Option(names = "--l1", paramLabel = "X", description = "Penalty X times the sum of absolute values of all weights (default: 0).")
    private @Nullable Double l1;

    @Option(names = "--length", paramLabel = "N", description = "Characters of a window of text (default: 64).")
    private @Nullable Integer length;

    @Option(names = "--seed", paramLabel = "N", description = "Of the first weights, the order of the data and dropout (default: 1).")
    private @Nullable Long seed;

    @Option(names = "--engine", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: compiled).", defaultValue = "compiled")
    private Engine engine = Engine.COMPILED;

    @Option(
            names = "--check-nan",
            description = "Look at every number of every step, and stop at the first node that makes one NaN or infinite; as --engine checked. Some times slower. "
                    + "No pass changes the graph, so that the gradient of a convolution rounds differently.")
    private boolean checkNan;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for the results (default: a new one in runs/).")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace the results in an existing folder.")
    private boolean force;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the training in this folder, with its settings.")
    private @Nullable Path resume;

    @Option(names = "--threads", paramLabel = "N", description = "The most that compiled code runs on (default: as many as there are processors). No bit depends on it.")
    private @Nullable Integer threads;

    @Option(names = "--save-every", paramLabel = "N", description = "Write a checkpoint after every N steps of an epoch too (default: after each epoch). No bit depends on it.")
    private @Nullable Integer saveEvery;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = MemorySize.class,
            description = "The most memory a training step may take, such as 64MB (units " + MemorySize.UNITS + "; bytes without): its inputs, parameters, optimizer "
                    + "state and what it computes, not the JVM's own, the data or the evaluation. What does not fit is computed again; no bit depends on it.")
    private @Nullable Long memory;

    @Override
    public Integer call() {
        int workers = threads == null ? Math.min(Session.MOST_THREADS, Runtime.getRuntime().availableProcessors()) : threads;
        if (workers < 1 || workers > Session.MOST_THREADS) {
            throw new InputError("--threads is " + workers + " but must be 1 to " + Session.MOST_THREADS);
        }
        if (checkNan && engine == Engine.INTERPRETER) {
            throw new InputError("--check-nan is about compiled code, and cannot go with --engine interpreter");
        }
        if (saveEvery != null && saveEvery < 1) {
            throw new InputError("--save-every is " + saveEvery + " but must be at least 1");
        }
        if (memory != null && engine == Engine.INTERPRETER) {
            throw new InputError("--memory is about compiled code, and cannot go with --engine interpreter");
        }
        Training.How how = new Training.How(checkNan ? Engine.CHECKED : engine, workers, saveEvery == null ? 0 : saveEvery,
                memory == null ? OptionalLong.empty() : OptionalLong.of(memory), Console.of(spec.commandLine().getOut()));
        return switch (resume == null ? start(how).run() : resumed(resume, how).run()) {
            case DONE -> Main.DONE;
            case DISAGREEMENT, INTERRUPTED -> Main.FAILED;
        };
    }

    /** What was asked for, by the names of settings and of options. */
    private Map<String, Object> asked() {
        Map<String, Object> asked = new LinkedHashMap<>();
        note(asked, "hidden", hidden);
        note(asked, "epochs", epochs);
        note(asked, "batch", batch);
        note(asked, "optimizer", optimizer);
        note(asked, "rate", rate);
        note(asked, "decay", decay);
        note(asked, "weight_decay", weightDecay);
        note(asked, "clip", clip);
        note(asked, "dropout", dropout);
        note(asked, "l2", l2);
        note(asked, "l1", l1);
        note(asked, "length", length);
        note(asked, "seed", seed);
        return asked;
    }

    private static void note(Map<String, Object> asked, String name, @Nullable Object value) {
        if (value != null) {
            asked.put(name, value);
        }
    }

    private Training start(Training.How how) {
        Model chosen = model == null ? Model.MLP : model;
        Settings settings = Settings.of(chosen, asked());
        settings.check("");
        if (chosen.text() && data == null) {
            throw new InputError("--model " + chosen + " learns from a text: name a file, or a folder of .txt files, with --data");
        }
        if (!chosen.text() && length != null) {
            throw new InputError("--length is for language models; the model " + chosen + " learns from images");
        }
        if (dropout != null && (chosen == Model.MLP || chosen == Model.SOFTMAX)) {
            throw new InputError("--dropout: the model " + chosen + " has no such layer");
        }
        OutputFolder folder = out == null ? OutputFolder.unused(chosen) : OutputFolder.named(out, force);
        return Training.start(settings, data == null ? usualData() : data, batch == null, how, folder);
    }

    private Training.Resumed resumed(Path from, Training.How how) {
        Map<String, Object> fixed = asked();
        note(fixed, "model", model);
        fixed.remove("epochs");
        if (!fixed.isEmpty()) {
            String options = fixed.keySet().stream().map(n -> n.equals("rate") ? "--lr" : "--" + n.replace('_', '-')).collect(Collectors.joining(", "));
            throw new InputError(options + ": cannot be changed on --resume, which keeps the settings of the training");
        }
        if (epochs != null && epochs < 1) {
            throw new InputError("--epochs is " + epochs + " but must be at least 1");
        }
        boolean elsewhere = out != null && !out.toAbsolutePath().normalize().equals(from.toAbsolutePath().normalize());
        OutputFolder folder = out != null && elsewhere ? OutputFolder.named(out, force) : new OutputFolder(from);
        return Training.resume(from, Optional.ofNullable(data), Optional.ofNullable(epochs), how, folder);
    }

    /** The launcher says where the project is. */
    private static Path usualData() {
        Path inProject = Path.of("data", "fashion-mnist");
        String home = System.getProperty("bytegrad.home");
        Path folder = home == null ? inProject : Path.of(home).resolve(inProject);
        if (!Files.isDirectory(folder)) {
            throw new InputError("--data was not given, and the project's own data is not at " + folder.toAbsolutePath());
        }
        return folder;
    }
}
