package bytegrad.cli.train;

import bytegrad.cli.picture.CurveChart;
import bytegrad.cli.picture.CurveChart.Curve;
import bytegrad.cli.picture.PredictionSheet;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.train.Epoch;
import java.nio.file.Path;
import java.util.List;

/** The pictures of a training: its curve and, of images, some with what was made of them. */
final class Drawing {
    private Drawing() {}

    static void images(Path out, List<Epoch> epochs, ImageTask task, int[] classes, Console console) {
        draw(console, () -> {
            byte[] curve = CurveChart.png(task.settings().model() + " on " + task.images().folder().getFileName(), "accuracy", List.of(
                    curve("loss (left)", epochs, "loss", false),
                    curve("train accuracy, while training (right)", epochs, "train_accuracy", true),
                    curve("test accuracy (right)", epochs, "test_accuracy", true)));
            byte[] sheet = PredictionSheet.png(task.images().test(), classes, task.images().names());
            AtomicFile.write(out.resolve(OutputFolder.CURVE), stream -> stream.write(curve));
            AtomicFile.write(out.resolve(OutputFolder.PREDICTIONS), stream -> stream.write(sheet));
        });
    }

    static void text(Path out, List<Epoch> epochs, TextTask task, Console console) {
        draw(console, () -> {
            byte[] curve = CurveChart.png(task.settings().model() + " on " + task.text().folder().getFileName(), "", List.of(
                    curve("loss", epochs, "loss", false),
                    curve("loss on held-out text", epochs, "held_out_loss", false)));
            AtomicFile.write(out.resolve(OutputFolder.CURVE), stream -> stream.write(curve));
        });
    }

    private static Curve curve(String name, List<Epoch> epochs, String figure, boolean right) {
        return new Curve(name, epochs.stream().mapToDouble(e -> e.figure(figure)).toArray(), right);
    }

    /** Where this machine cannot draw text, says so instead. */
    private static void draw(Console console, Runnable pictures) {
        try {
            pictures.run();
        } catch (LinkageError | InternalError e) {
            // A headless JDK, or a machine without fonts: then java.awt fails while it loads.
            console.line("warning: no pictures: this Java cannot draw text (" + e
                    + "); install a font package such as fonts-dejavu-core, and fontconfig");
        }
    }
}
