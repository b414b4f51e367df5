package bytegrad.benchmarks.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What the language models reach on held-out text, how long it takes, and what they write. */
final class CharacterModels {
    private static final Pattern LOSS = Pattern.compile("(?m)^loss per character: (\\d+\\.\\d+) on held-out text");
    private static final double SECONDS = 900;
    private static final double TRANSFORMER = 1.75;
    private static final double LSTM = 1.85;

    private CharacterModels() {}

    static void report(Report report) {
        one(report, "charlm-transformer", List.of("--hidden", "128,128"), TRANSFORMER);
        one(report, "charlm-lstm", List.of(), LSTM);
    }

    private static void one(Report report, String model, List<String> options, double bound) {
        Path data = Places.shared().resolve("data/text");
        if (!report.wants(model)) {
            return;
        }
        if (!Files.isDirectory(data)) {
            report.absent(model, data);
            return;
        }
        try (Scratch scratch = new Scratch()) {
            String out = scratch.folder().resolve("run").toString();
            List<String> words = new java.util.ArrayList<>(List.of("train", "--model", model, "--data", data.toString(), "--out", out));
            words.addAll(options);
            long start = System.nanoTime();
            String said = Launcher.bytegrad(Places.root(), words);
            report.atMost(model + "-seconds", (System.nanoTime() - start) / 1e9, SECONDS);
            report.atMost(model + "-loss", Launcher.figure(LOSS, said), bound);
            System.out.println(Launcher.bytegrad(Places.root(), List.of("sample", "--model", out, "--prompt", "ROMEO:", "--length", "300")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
