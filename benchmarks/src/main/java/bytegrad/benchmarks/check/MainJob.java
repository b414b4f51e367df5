package bytegrad.benchmarks.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** README's first command in a fresh clone of what is committed, its build included. */
final class MainJob {
    private static final double SECONDS = 90;
    private static final double ACCURACY = 0.84;

    private MainJob() {}

    static void report(Report report) {
        try (Scratch scratch = new Scratch()) {
            Path clone = scratch.folder().resolve("clone");
            Launcher.run(scratch.folder(), List.of("git", "clone", "-q", Places.root().toString(), clone.toString()));
            long start = System.nanoTime();
            double accuracy = Launcher.train(clone, scratch.folder().resolve("run"), List.of("--seed", "1"));
            report.atMost("main-job-seconds", (System.nanoTime() - start) / 1e9, SECONDS);
            report.atLeast("main-job-accuracy", accuracy, ACCURACY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
