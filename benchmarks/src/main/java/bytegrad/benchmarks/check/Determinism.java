package bytegrad.benchmarks.check;

import bytegrad.runtime.io.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Training with dropout: the same seed gives the same bits, on one thread and on two, resumed or not. */
final class Determinism {
    private Determinism() {}

    static void report(Report report) {
        try (Scratch scratch = new Scratch()) {
            Path folder = scratch.folder();
            train(folder.resolve("a"), "--epochs", "2");
            train(folder.resolve("b"), "--epochs", "2", "--threads", "1");
            train(folder.resolve("c"), "--epochs", "1");
            Launcher.bytegrad(Places.root(), List.of("train", "--resume", folder.resolve("c").toString(), "--epochs", "2"));
            train(folder.resolve("d"), "--epochs", "2", "--seed", "2");
            same(report, "determinism-same-seed", folder, "b", true);
            same(report, "determinism-resumed", folder, "c", true);
            same(report, "determinism-another-seed", folder, "d", false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void train(Path out, String... more) throws IOException {
        List<String> words = new ArrayList<>(List.of("train", "--model", "cnn", "--dropout", "0.3", "--out", out.toString()));
        words.addAll(List.of(more));
        Launcher.bytegrad(Places.root(), words);
    }

    private static void same(Report report, String row, Path folder, String other, boolean wanted) {
        boolean same = states(folder.resolve("a")).equals(states(folder.resolve(other)));
        report.fact(row, same ? "all states have the same bits" : "states differ", wanted ? "the same" : "different", same == wanted);
    }

    private static java.util.SortedMap<String, bytegrad.runtime.Tensor> states(Path run) {
        return Safetensors.read(run.resolve("state.safetensors")).tensors();
    }
}
