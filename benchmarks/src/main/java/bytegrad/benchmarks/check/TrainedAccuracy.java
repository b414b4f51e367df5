package bytegrad.benchmarks.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What {@code ./bytegrad train} reaches on real images. */
final class TrainedAccuracy {
    private static final double FASHION = 0.84;
    private static final double MNIST = 0.975;
    private static final double CNN_MNIST = 0.985;
    private static final double RESNET_FASHION = 0.87;
    private static final int SEEDS = 3;
    private static final int EPOCHS = 6;

    private TrainedAccuracy() {}

    static void fashion(Report report) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            String row = "fashion-seed-" + seed;
            if (report.wants(row)) {
                report.atLeast(row, trained(List.of("--seed", Integer.toString(seed))), FASHION);
            }
        }
    }

    static void mnist(Report report) {
        Path data = Places.shared().resolve("data/mnist");
        if (Files.isDirectory(data)) {
            List<String> options = List.of("--data", data.toString(), "--epochs", Integer.toString(EPOCHS), "--seed", "1");
            report.atLeast("mnist-full", trained(options), MNIST);
        } else {
            report.absent("mnist-full", data);
        }
    }

    static void models(Report report) {
        Path data = Places.shared().resolve("data/mnist");
        if (!Files.isDirectory(data)) {
            report.absent("accuracy-cnn-mnist", data);
        } else if (report.wants("accuracy-cnn-mnist")) {
            report.atLeast("accuracy-cnn-mnist", trained(List.of("--model", "cnn", "--data", data.toString(), "--epochs", "2")), CNN_MNIST);
        }
        if (report.wants("accuracy-resnet-fashion")) {
            report.atLeast("accuracy-resnet-fashion", trained(List.of("--model", "resnet")), RESNET_FASHION);
        }
    }

    private static double trained(List<String> options) {
        try (Scratch scratch = new Scratch()) {
            return Launcher.train(Places.root(), scratch.folder().resolve("run"), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
