package bytegrad.cli;

import bytegrad.cli.data.IdxFolder;
import bytegrad.cli.data.InputError;
import bytegrad.cli.train.Console;
import bytegrad.cli.train.Engine;
import bytegrad.cli.train.Model;
import bytegrad.cli.train.OutputFolder;
import bytegrad.cli.train.Resumption;
import bytegrad.cli.train.Rule;
import bytegrad.cli.train.Settings;
import bytegrad.cli.train.Training;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            "Trains an image classifier through emitted bytecode.",
            "The same options give the same bits, and so does a training that was interrupted and resumed. What does not fill an epoch's last "
                    + "batch is left out of that epoch; all test images are evaluated."
        })
final class TrainCommand implements Callable<Integer> {
    private static final List<Integer> USUAL_HIDDEN = List.of(256, 128);
    private static final int USUAL_EPOCHS = 6;
    private static final int USUAL_BATCH = 64;
    private static final double USUAL_DECAY = 0.7;
    private static final long USUAL_SEED = 1;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of idx or idx.gz files under the names of MNIST (default: the project's cut of Fashion-MNIST).")
    private @Nullable Path data;

    @Option(names = "--model", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: mlp).")
    private @Nullable Model model;

    @Option(names = "--hidden", paramLabel = "N", split = ",", description = "Widths of the hidden layers of mlp (default: 256,128).")
    private @Nullable List<Integer> hidden;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training images, those before --resume included (default: " + USUAL_EPOCHS + ").")
    private @Nullable Integer epochs;

    @Option(names = "--batch", paramLabel = "N", description = "Images per step (default: " + USUAL_BATCH + ", or all if there are fewer).")
    private @Nullable Integer batch;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: adam).")
    private @Nullable Rule optimizer;

    @Option(
            names = "--lr",
            paramLabel = "X",
            description = "Learning rate of the first epoch (default: 0.1 for sgd, 0.03 with momentum, 0.001 for adam).")
    private @Nullable Double rate;

    @Option(
            names = "--decay",
            paramLabel = "X",
            description = "What the learning rate is multiplied by after each epoch (default: " + USUAL_DECAY + ").")
    private @Nullable Double decay;

    @Option(names = "--l2", paramLabel = "X", description = "Penalty X/2 times the sum of squares of all weights (default: 0).")
    private @Nullable Double l2;

    @Option(names = "--l1", paramLabel = "X", description = "Penalty X times the sum of absolute values of all weights (default: 0).")
    private @Nullable Double l1;

    @Option(names = "--seed", paramLabel = "N", description = "Of the first weights and of the order of images (default: " + USUAL_SEED + ").")
    private @Nullable Long seed;

    @Option(names = "--engine", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: compiled).", defaultValue = "compiled")
    private Engine engine = Engine.COMPILED;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for the results (default: a new one in runs/).")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace the results in an existing folder.")
    private boolean force;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the training in this folder, with its settings.")
    private @Nullable Path resume;

    @Option(names = "--check-nan", description = "Stop at the first number that is not finite, and name the node that made it.")
    private boolean checkNan;

    @Option(names = "--threads", paramLabel = "N", description = "Only 1 so far (default: 1).", defaultValue = "1")
    private int threads = 1;

    @Override
    public Integer call() {
        if (threads != 1) {
            throw new InputError("--threads " + threads + ": compiled code runs on 1 thread so far");
        }
        Console console = Console.of(spec.commandLine().getOut());
        Training training = resume == null ? start(console) : resumed(resume, console);
        return switch (training.run()) {
            case DONE -> Main.DONE;
            case DISAGREEMENT, DIVERGED, INTERRUPTED -> Main.FAILED;
        };
    }

    private Training start(Console console) {
        Settings asked = settings(batch == null ? USUAL_BATCH : batch);
        asked.check("");
        OutputFolder folder = out == null ? OutputFolder.unused(asked.model()) : OutputFolder.named(out, force);
        var dataSet = IdxFolder.read(data == null ? usualData() : data);
        Settings fitting = batch == null ? settings(Math.min(USUAL_BATCH, dataSet.training().count())) : asked;
        return Training.start(fitting, dataSet, engine, checkNan, folder, console);
    }

    private Settings settings(int images) {
        Model chosen = model == null ? Model.MLP : model;
        if (chosen == Model.SOFTMAX && hidden != null) {
            throw new InputError("--hidden: the model softmax has no hidden layers");
        }
        List<Integer> widths = chosen == Model.SOFTMAX ? List.of() : hidden == null ? USUAL_HIDDEN : hidden;
        Rule rule = optimizer == null ? Rule.ADAM : optimizer;
        return new Settings(
                chosen,
                widths,
                epochs == null ? USUAL_EPOCHS : epochs,
                images,
                rule,
                rate == null ? rule.usualRate() : rate,
                decay == null ? USUAL_DECAY : decay,
                l2 == null ? 0 : l2,
                l1 == null ? 0 : l1,
                seed == null ? USUAL_SEED : seed);
    }

    private Training resumed(Path from, Console console) {
        List<String> fixed = new ArrayList<>();
        note(fixed, "--model", model);
        note(fixed, "--hidden", hidden);
        note(fixed, "--batch", batch);
        note(fixed, "--optimizer", optimizer);
        note(fixed, "--lr", rate);
        note(fixed, "--decay", decay);
        note(fixed, "--l2", l2);
        note(fixed, "--l1", l1);
        note(fixed, "--seed", seed);
        if (!fixed.isEmpty()) {
            throw new InputError(String.join(", ", fixed) + ": cannot be changed on --resume, which keeps the settings of the training");
        }
        if (epochs != null && epochs < 1) {
            throw new InputError("--epochs is " + epochs + " but must be at least 1");
        }
        boolean elsewhere = out != null && !out.toAbsolutePath().normalize().equals(from.toAbsolutePath().normalize());
        OutputFolder folder = out != null && elsewhere ? OutputFolder.named(out, force) : new OutputFolder(from);
        return new Resumption(from, Optional.ofNullable(data), Optional.ofNullable(epochs)).resume(engine, checkNan, folder, console);
    }

    private static void note(List<String> given, String option, @Nullable Object value) {
        if (value != null) {
            given.add(option);
        }
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
