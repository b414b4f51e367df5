package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.Graph;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Explanations, dumps, and the debug log. */
final class ExplanationTest {
    private static final Graph STEP = FactsTest.perceptron(new Sgd(0.1), 40, 33, 10);

    @TempDir
    private Path folder;

    @Test
    void saysWhereEachNodeLivesAndWhatEachLaunchDoes() {
        Explanation e = Compiler.explain(STEP);
        assertEquals(e.launches().size(), e.launchCount());
        assertEquals(GraphParser.parse(e.compiledGraph()).nodes().size(), e.nodes().size());
        e.nodes().forEach(n -> assertFalse(n.reason().isBlank(), n.name()));
        for (Explanation.Launch l : e.launches()) {
            assertFalse(l.stores().isEmpty(), l.label());
            assertTrue(l.liveBytes() <= e.memory().peakLiveBytes() && l.liveBytes() >= e.memory().pinnedBytes(), l.label());
            assertTrue(l.kernel().startsWith("kernel"), l.kernel());
            // Each stored node says so of itself.
            List<Integer> here = List.of(l.number());
            l.stores().forEach(s -> assertTrue(e.nodes().stream()
                    .anyMatch(n -> n.name().equals(s) && n.fate().equals("stored") && n.launches().equals(here)), s));
        }
        assertTrue(e.launches().stream().anyMatch(l -> l.label().contains("(loss)")), e.text());
        assertTrue(e.launches().stream().anyMatch(l -> l.label().contains("(new W1)")), e.text());
        String text = e.text();
        for (String title : List.of("Launches", "Memory", "Where each node lives", "Time to compile", "Graph as given", "Graph after the passes",
                "Kernels")) {
            assertTrue(text.contains(title + "\n---"), title);
        }
        assertTrue(text.lines().filter(line -> !line.contains("=") && !line.contains("call")).allMatch(line -> line.length() <= 140), "wide lines");
    }

    @Test
    void writesJsonThatParses() {
        Explanation e = Compiler.explain(STEP);
        Json.Obj json = (Json.Obj) Json.parse("explanation", e.json().getBytes(StandardCharsets.UTF_8));
        assertEquals(Json.of((long) e.launchCount()), json.get("launch_count").orElseThrow());
        assertEquals(e.launchCount(), ((Json.Arr) json.get("launches").orElseThrow()).items().size());
    }

    private Map<String, String> dumped(Path to, Options options) throws IOException {
        Compiler.compile(STEP, options.withDump(to));
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(to)) {
            for (Path f : list.toList()) {
                files.put(String.valueOf(f.getFileName()), Files.readString(f, StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    @Test
    void dumpsEveryStageAlikeForLikeCompilations() throws IOException {
        Options scalar = Options.DEFAULT.withSimd(Options.Simd.SCALAR);
        Map<String, String> files = dumped(folder.resolve("a"), scalar);
        for (String name : List.of("01-source.graph", "03-compiled.graph", "10-partition.txt", "20-kernels.txt", "30-plan.txt", "40-Graph.class",
                "40-Graph.kernels")) {
            assertTrue(files.containsKey(name), name + " is not in " + files.keySet());
        }
        assertTrue(files.keySet().stream().anyMatch(n -> n.startsWith("02-01-after-")), files.keySet().toString());
        assertEquals(GraphPrinter.print(STEP), files.get("01-source.graph"));
        assertEquals(files, dumped(folder.resolve("b"), scalar));
        // A dump in the same place leaves nothing of the former.
        Files.writeString(folder.resolve("a").resolve("mine.txt"), "stays");
        Map<String, String> again = dumped(folder.resolve("a"), scalar.withPasses(false));
        assertTrue(again.containsKey("mine.txt") && again.keySet().stream().noneMatch(n -> n.startsWith("02-")), again.keySet().toString());
    }

    @Test
    void eachDebugLevelSaysMore() {
        ExplanationText t = new ExplanationText(Compiler.explain(STEP));
        int length = 0;
        for (int level = 1; level <= 5; level++) {
            String text = DebugLog.text(t, level);
            assertTrue(text.startsWith("compiled ") && text.length() > length, text);
            length = text.length();
        }
        assertEquals(1, DebugLog.text(t, 1).lines().count());
    }
}
