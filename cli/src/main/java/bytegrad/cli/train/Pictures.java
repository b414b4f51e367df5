package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.cli.picture.CurveChart;
import bytegrad.cli.picture.PredictionSheet;
import bytegrad.runtime.io.AtomicFile;
import java.nio.file.Path;
import java.util.List;

/** The pictures of a training: its curve, and test images with what was made of them. */
final class Pictures {
    private Pictures() {}

    /** Writes both; where this machine cannot draw text, says so instead. */
    static void write(Path out, Progress progress, Settings settings, DataSet data, int[] classes, Console console) {
        try {
            List<EpochFigures> epochs = progress.finished();
            byte[] curve = CurveChart.png(
                    settings.model() + " on " + data.folder().getFileName(),
                    epochs.stream().mapToDouble(EpochFigures::loss).toArray(),
                    epochs.stream().mapToDouble(EpochFigures::trainAccuracy).toArray(),
                    epochs.stream().mapToDouble(EpochFigures::testAccuracy).toArray());
            byte[] sheet = PredictionSheet.png(data.test(), classes, data.names());
            AtomicFile.write(out.resolve(OutputFolder.CURVE), stream -> stream.write(curve));
            AtomicFile.write(out.resolve(OutputFolder.PREDICTIONS), stream -> stream.write(sheet));
        } catch (LinkageError | InternalError e) {
            // A headless JDK, or a machine without fonts: then java.awt fails while it loads.
            console.line("warning: no pictures: this Java cannot draw text (" + e
                    + "); install a font package such as fonts-dejavu-core, and fontconfig");
        }
    }
}
