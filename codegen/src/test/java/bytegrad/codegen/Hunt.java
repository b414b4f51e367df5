package bytegrad.codegen;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.testing.Shrink;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks for random graphs that compile to something wrong, and makes them small. As a program, for long hunts:
 * {@code Hunt FIRST_SEED COUNT FOLDER}; {@code Hunt FOLDER} tries the graphs in a folder again.
 */
final class Hunt {
    /** What graph a seed stands for: four in a row are a graph, a smooth one with its gradient in f32 and in f64, and a graph again. */
    static Graph graph(long seed) {
        return switch ((int) (seed & 3)) {
            case 1 -> Gradients.of(RandomGraphs.smooth(seed, DType.F32));
            case 3 -> Gradients.of(RandomGraphs.smooth(seed, DType.F64));
            default -> RandomGraphs.graph(seed);
        };
    }

    private final List<Options> ways;
    private final Path folder;
    /** A line for each failure found. */
    final List<String> found = new ArrayList<>();

    /** Failing graphs go into the folder. */
    Hunt(List<Options> ways, Path folder) {
        this.ways = ways;
        this.folder = folder;
    }

    void run(long firstSeed, int count) throws IOException {
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            Graph g = graph(seed);
            Optional<String> failure = failure(g, seed);
            if (failure.isPresent()) {
                report(g, seed, failure.get());
            }
        }
    }

    private Optional<String> failure(Graph g, long seed) {
        return Agreement.failure(g, RandomGraphs.inputs(g, seed), ways);
    }

    /** Two failures of one kind: the same words but for names and numbers. */
    private static String kind(String failure) {
        return failure.replaceAll("^[A-Z_0-9]+ [a-z-]+ [a-z]+", "").replaceAll("[0-9.eE-]+", "#").replaceAll("reference and bytecode.*", "reference")
                .replaceAll("other bits.*", "bits").replaceAll("kernel interpreter.*", "kernels");
    }

    private void report(Graph g, long seed, String failure) throws IOException {
        String kind = kind(failure);
        Graph small = Shrink.smallest(g, x -> failure(x, seed).map(f -> kind(f).equals(kind)).orElse(false));
        String what = failure(small, seed).orElse(failure);
        Path file = folder.resolve("seed" + seed + ".graph");
        Files.createDirectories(folder);
        Files.writeString(file, "# seed " + seed + ": " + what.replace('\n', ' ') + "\n" + GraphPrinter.print(small));
        found.add("seed " + seed + ", saved as " + file + ": " + what);
    }

    /** What still fails of the graphs in a folder. */
    static List<String> again(Path folder, List<Options> ways) throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.filter(f -> f.toString().endsWith(".graph")).sorted().toList();
        }
        List<String> failures = new ArrayList<>();
        for (Path file : files) {
            Graph g = GraphParser.parse(file);
            for (long seed = 0; seed < 3; seed++) {
                Optional<String> failure = Agreement.failure(g, RandomGraphs.inputs(g, seed), ways);
                if (failure.isPresent()) {
                    failures.add(file + ": " + failure.get());
                    break;
                }
            }
        }
        return failures;
    }

    public static void main(String[] args) throws IOException {
        if (args.length == 1) {
            again(Path.of(args[0]), Agreement.ways(Agreement.EXTREMES)).forEach(System.out::println);
            return;
        }
        Hunt hunt = new Hunt(Agreement.ways(Agreement.EXTREMES), Path.of(args[2]));
        long first = Long.parseLong(args[0]);
        int count = Integer.parseInt(args[1]);
        for (int done = 0; done < count; done += 100) {
            long t = System.nanoTime();
            int before = hunt.found.size();
            hunt.run(first + done, Math.min(100, count - done));
            hunt.found.subList(before, hunt.found.size()).forEach(System.out::println);
            System.out.printf("%d graphs, %d failures, %.1f s for the last hundred%n", done + 100, hunt.found.size(), (System.nanoTime() - t) / 1e9);
        }
    }
}
