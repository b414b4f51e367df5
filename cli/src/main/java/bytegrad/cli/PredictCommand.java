package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.data.Picture;
import bytegrad.cli.train.Classifier;
import bytegrad.cli.train.Classifier.Answer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bytegrad predict}. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Classifies image files with a trained model, one line each: the class, then the three most probable ones.",
            "Images are made grey and scaled to the model's size. The model expects light shapes on dark ground, as in MNIST."
        })
final class PredictCommand implements Callable<Integer> {
    private static final int SHOWN = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "A folder that `bytegrad train` wrote.")
    private Path model = Path.of("");

    @Option(
            names = "--invert",
            negatable = true,
            description = "Swap light and dark, or with --no-invert do not (default: swap where most of the rim is light, and say so).")
    private @Nullable Boolean invert;

    @Option(names = "--check-nan", description = "Look at every number, and fail at the first node that makes one NaN or infinite. Slower.")
    private boolean checkNan;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Image files, such as PNG or JPEG.")
    private List<Path> images = List.of();

    @Override
    public Integer call() {
        Classifier classifier = Classifier.read(model, checkNan);
        PrintWriter out = spec.commandLine().getOut();
        int code = Main.DONE;
        for (Path image : images) {
            try {
                Picture picture = Picture.read(image, classifier.layout().height(), classifier.layout().width(), invert);
                out.println(text(image, picture, classifier.classify(picture)));
            } catch (InputError e) {
                // The other images are still worth an answer.
                spec.commandLine().getErr().println("bytegrad: " + e.getMessage());
                code = Main.BAD_INPUT;
            }
        }
        out.flush();
        return code;
    }

    private static String text(Path image, Picture picture, List<Answer> answers) {
        String best = answers.stream()
                .limit(SHOWN)
                .map(a -> String.format(Locale.ROOT, "%s %.3f", a.name(), a.probability()))
                .collect(Collectors.joining(", "));
        return image + ": " + answers.getFirst().name() + " (" + best + ")" + (picture.inverted() ? ", light and dark swapped" : "");
    }
}
