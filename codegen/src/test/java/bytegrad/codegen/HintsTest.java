package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Hint;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.layer.Dense;
import bytegrad.ir.nn.layer.Dropout;
import bytegrad.ir.nn.layer.Layer;
import bytegrad.ir.nn.layer.Norm;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.nn.layer.TransformerBlock;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.Session;
import bytegrad.runtime.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints and subgraphs to recompute: memory as demanded, and no bit changed. */
final class HintsTest {
    private static final Options VECTOR = Options.DEFAULT.withSimd(Options.Simd.BITS_512).withVerification(true);
    private static final Options SCALAR = VECTOR.withSimd(Options.Simd.SCALAR);
    private static final List<Options> WAYS = List.of(VECTOR, SCALAR);

    @TempDir
    private Path folder;

    private static Node recomputed(GraphBuilder b, boolean hinted, Supplier<Node> layer) {
        return hinted ? b.recompute(layer) : layer.get();
    }

    /** h + tanh(h·w)·v, a layer at a time; the gradients by all weights are outputs. */
    private static Graph chain(int layers, int rows, int width, int inner, boolean hinted) {
        GraphBuilder b = new GraphBuilder();
        List<Node> weights = new ArrayList<>();
        Node h = b.input("x", DType.F32, rows, width);
        for (int k = 0; k < layers; k++) {
            Node in = h;
            Node w = b.input("w" + k, DType.F32, width, inner);
            Node v = b.input("v" + k, DType.F32, inner, width);
            weights.addAll(List.of(w, v));
            h = b.label(recomputed(b, hinted, () -> b.add(in, b.matmul(b.tanh(b.matmul(in, w)), v))), "h" + k);
        }
        Node loss = b.sumAll(b.mul(h, b.mul(h, h)));
        b.output("loss", loss);
        List<Node> gradients = Gradient.of(b, loss, weights);
        for (int k = 0; k < gradients.size(); k++) {
            b.output("d" + k, gradients.get(k));
        }
        return b.build();
    }

    private static void assertSameBits(Graph hinted, Options way, long seed) {
        Map<String, Value> in = RandomGraphs.inputs(hinted, seed);
        Compilation with = Compilation.of(hinted, way);
        Map<String, Value> expected = Three.bytecode(Compilation.of(hinted.withoutHints(), way), in);
        assertEquals(List.of(), Three.differences(expected, Three.bytecode(with, in, 1), 0, 0), () -> "bytecode\n" + GraphPrinter.print(hinted));
        assertEquals(List.of(), Three.differences(expected, Three.bytecode(with, in, 3), 0, 0), () -> "three threads\n" + GraphPrinter.print(hinted));
        assertEquals(List.of(), Three.differences(expected, Three.kernels(with, in), 0, 0), () -> "kernels\n" + GraphPrinter.print(hinted));
    }

    private static long peakOfValues(Explanation e) {
        long most = 0;
        for (Explanation.Launch l : e.launches()) {
            most = Math.max(most, e.memory().stays().stream().filter(s -> !s.scratch() && s.from() <= l.number() && l.number() <= s.last())
                    .mapToLong(Explanation.Stay::bytes).sum());
        }
        return most;
    }

    /**
     * While the last layer's gradient is computed, there are the results of the 23 layers before it (the first layer's input is pinned), the gradient of its own, and
     * of its inside what was computed again and the gradient of that. Without hints all insides and results but the last, whose gradient is there, are.
     */
    @Test
    void recomputingEachLayerOfTwentyFourKeepsTheirResultsAndOneInside() {
        int layers = 24;
        int rows = 32;
        int width = 16;
        int inner = 64;
        long result = 4L * rows * width;
        long inside = 4L * rows * inner;
        for (Options way : WAYS) {
            Explanation with = Compiler.explain(chain(layers, rows, width, inner, true), way);
            assertEquals((layers - 1) * result + result + 2 * inside, peakOfValues(with), with.text());
            Explanation without = Compiler.explain(chain(layers, rows, width, inner, false), way);
            assertEquals((layers - 1) * result + result + (layers + 1) * inside, peakOfValues(without));
            Session s = Compiler.compile(chain(layers, rows, width, inner, true), way).newSession(1);
            assertEquals(with.memory().arenaBytes(), s.bytes());
            Explanation.Hints h = with.hints().orElseThrow();
            assertEquals(without.memory().arenaBytes(), h.bytesWithout());
            assertEquals(layers, h.subgraphs().size());
            assertEquals((long) layers * inside, h.subgraphs().stream().mapToLong(Explanation.Recompute::bytes).sum(), with.text());
        }
    }

    @Test
    void bitsAreTheSameForOddAndEmptyShapes() {
        for (int[] dims : new int[][] {{3, 7, 5, 13}, {2, 1, 1, 1}, {2, 0, 4, 3}, {2, 5, 0, 3}, {2, 5, 3, 0}, {4, 33, 17, 31}}) {
            for (Options way : WAYS) {
                assertSameBits(chain(dims[0], dims[1], dims[2], dims[3], true), way, 5);
            }
        }
    }

    /** Layers of all kinds, with statistics that a subgraph updates, and masks drawn in it. */
    private static Graph model(boolean hinted) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b, DType.F32, b.input("key", DType.I64));
        Node h = b.input("x", DType.F32, 6, 5, 12);
        Layer block = new TransformerBlock(2, 20, true, 0.25);
        for (int k = 0; k < 3; k++) {
            Node in = h;
            int layer = k;
            h = recomputed(b, hinted, () -> scope.call("block" + layer, block, in));
        }
        Node in = h;
        h = recomputed(b, hinted, () -> {
            Node z = scope.call("dense", new Dense(7), in);
            Node n = scope.call("norm", new Norm.BatchNorm(), hinted ? b.checkpoint(z) : z);
            return scope.call("drop", new Dropout(0.3), Activations.gelu(b, n));
        });
        Node loss = Losses.softmaxCrossEntropy(b, scope.call("head", new Dense(9), h), b.input("target", DType.I32, 6, 5));
        b.output("loss", loss);
        new Adam(0.01).apply(b, scope.trained(), Gradient.of(b, loss, scope.trained()));
        return b.build();
    }

    private static List<Value> trained(Compilation c, int threads) {
        Session s = Compiler.load(c).newSession(threads);
        RandomGraphs.inputs(c.source(), 11).forEach((name, v) -> s.set(name, Three.tensor(v)));
        List<Value> all = new ArrayList<>();
        for (int k = 0; k < 5; k++) {
            s.set("key", new long[] {40 + k});
            s.run();
            all.addAll(Three.results(Compiler.load(c), s).values());
        }
        return all;
    }

    @Test
    void stepsWithDropoutAndStatisticsAreTheSameWithinAnyBudget() {
        for (Options way : WAYS) {
            Compilation plain = Compilation.of(model(false), way);
            List<Value> expected = trained(plain, 1);
            Graph hinted = model(true);
            Compilation free = Compilation.of(hinted, way);
            assertTrue(free.plan().arenaBytes() < 0.7 * plain.plan().arenaBytes(), free.plan().arenaBytes() + " of " + plain.plan().arenaBytes());
            assertEquals(expected, trained(free, 2));
            assertEquals(expected, trained(Compilation.of(hinted, way.withFusion(false)), 1));
            MemoryBudgetException none = assertThrows(MemoryBudgetException.class, () -> Compilation.of(hinted, way.withMemoryBudget(1)));
            assertTrue(none.getMessage().contains("hints are in force in all plans (checkpoints: 1, subgraphs to recompute: 4)"), none.getMessage());
            for (long budget : List.of(none.least(), (none.least() + free.plan().arenaBytes()) / 2)) {
                Compilation c = Compilation.of(hinted, way.withMemoryBudget(budget));
                assertTrue(c.plan().arenaBytes() <= budget);
                assertEquals(expected, trained(c, 2));
            }
            long less = none.least() - 1;
            assertEquals(none.least(), assertThrows(MemoryBudgetException.class, () -> Compilation.of(hinted, way.withMemoryBudget(less))).least());
        }
    }

    /** A cheap value that two kernels read is computed in both, unless it is a checkpoint; and then by one launch in every plan. */
    @Test
    void aCheckpointIsStoredByOneLaunch() {
        for (boolean hinted : new boolean[] {false, true}) {
            GraphBuilder b = new GraphBuilder();
            Node x = b.input("x", DType.F32, 40, 40);
            Node c = b.label(b.add(x, x), "c");
            b.output("p", b.matmul(b.exp(c), x));
            b.output("q", b.sum(b.matmul(x, b.sin(b.matmul(b.cos(c), x))), 0));
            if (hinted) {
                b.checkpoint(c);
            }
            Graph g = b.build();
            Explanation e = Compiler.explain(g, VECTOR);
            long stores = e.launches().stream().filter(l -> l.stores().contains("c")).count();
            assertEquals(hinted ? 1 : 0, stores, e.text());
            if (hinted) {
                long least = assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, VECTOR.withMemoryBudget(1))).least();
                Explanation tight = Compiler.explain(g, VECTOR.withMemoryBudget(least));
                assertEquals(1, tight.launches().stream().filter(l -> l.stores().contains("c")).count(), tight.text());
                Explanation.Checkpoint kept = e.hints().orElseThrow().checkpoints().getFirst();
                assertEquals(List.of("c", "f32[40,40]", 6400L), List.of(kept.value(), kept.type(), kept.bytes()));
                assertTrue(kept.became().startsWith("stored by launch"), kept.became());
            }
            assertSameBits(g, VECTOR, 3);
        }
    }

    @Test
    void checkpointsTakeMemoryThatABudgetMayNotHave() {
        Graph plain = chain(8, 16, 16, 64, false);
        GraphBuilder b = new GraphBuilder();
        List<Node> nodes = new ArrayList<>();
        for (Node n : plain.nodes()) {
            nodes.add(b.apply(n.op(), n.inputs().stream().map(x -> nodes.get(x.id())).toList()));
            if (n.op() instanceof Op.Map(var fn) && fn.text().equals("tanh")) {
                b.checkpoint(nodes.getLast());
            }
        }
        plain.outputs().forEach((name, n) -> b.output(name, nodes.get(n.id())));
        Graph kept = b.build();
        assertEquals(8, kept.hints().size());
        MemoryBudgetException all = assertThrows(MemoryBudgetException.class, () -> Compilation.of(kept, VECTOR.withMemoryBudget(1)));
        MemoryBudgetException none = assertThrows(MemoryBudgetException.class, () -> Compilation.of(plain, VECTOR.withMemoryBudget(1)));
        assertTrue(all.least() > none.least() + 4 * 4 * 16 * 64, all.least() + " and " + none.least());
        String message = assertThrows(MemoryBudgetException.class, () -> Compilation.of(kept, VECTOR.withMemoryBudget(none.least()))).getMessage();
        assertTrue(message.contains("(checkpoints: 8, subgraphs to recompute: 0): with fewer checkpoints less may do"), message);
        assertFalse(none.getMessage().contains("hint"), none.getMessage());
    }

    /** Any hints on any graph: no result changes, whether or not there is a budget. */
    @Test
    void randomHintsOnRandomGraphsChangeNoBit() {
        int again = 0;
        for (long seed = 300; seed < 360; seed++) {
            Graph g = hinted(Hunt.graph(seed), new SplittableRandom(seed));
            Options way = WAYS.get((int) (seed & 1));
            assertSameBits(g, way, seed);
            again += Compilation.of(g, way).runs().again().isEmpty() ? 0 : 1;
            if (seed % 4 == 1) {
                Map<String, Value> in = RandomGraphs.inputs(g, seed);
                long least = assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, way.withMemoryBudget(1))).least();
                Map<String, Value> tight = Three.bytecode(Compilation.of(g, way.withMemoryBudget(least)), in);
                assertEquals(List.of(), Three.differences(Three.bytecode(Compilation.of(g.withoutHints(), way), in), tight, 0, 0), "seed " + seed);
            }
        }
        assertTrue(again > 20, "only " + again + " graphs compute anything again");
    }

    /** Nodes with neighbouring numbers are a subgraph that no path leaves to come back. */
    private static Graph hinted(Graph g, SplittableRandom random) {
        GraphBuilder b = new GraphBuilder();
        List<Node> nodes = new ArrayList<>();
        g.nodes().forEach(n -> nodes.add(b.apply(n.op(), n.inputs().stream().map(x -> nodes.get(x.id())).toList())));
        int at = 0;
        while (at < nodes.size()) {
            int end = Math.min(nodes.size(), at + random.nextInt(1, 14));
            List<Node> some = nodes.subList(at, end).stream().filter(n -> !(n.op() instanceof Op.Input) && !(n.op() instanceof Op.Constant)).toList();
            switch (random.nextInt(4)) {
                case 0 -> some.stream().limit(1).forEach(b::checkpoint);
                case 1, 2 -> {
                    try {
                        b.recompute(some);
                    } catch (GraphException e) {
                        assertTrue(String.valueOf(e.getMessage()).contains("nothing is inside"), e.getMessage());
                    }
                }
                default -> {}
            }
            at = end;
        }
        g.outputs().forEach((name, n) -> b.output(name, nodes.get(n.id())));
        g.updates().forEach(u -> b.update(nodes.get(u.state().id()), nodes.get(u.value().id())));
        return b.build();
    }

    /** What is inside is read outside, and that is read inside again: neither run could come first. */
    @Test
    void aSubgraphThatAPathLeavesAndComesBackToIsRefused() {
        Graph g = GraphParser.parse("""
                graph
                x: f32[8] = input "x"
                z: f32[8] = sin(x) hint=recompute@7
                o: f32[8] = exp(z)
                h: f32[8] = add(z, o) hint=result@7
                output "h" = h
                """);
        String message = assertThrows(GraphException.class, () -> Compiler.compile(g, SCALAR)).getMessage();
        assertTrue(message.contains("subgraph 7 cannot be computed again: add %3 f32[8] is of it, and depends on a node outside"), message);
    }

    @Test
    void loopsConditionsAndChecksGoTogetherWithHints() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4, 6);
        Node w = b.input("w", DType.F32, 6, 6);
        Node h = b.recompute(() -> {
            Node z = b.sin(b.matmul(x, w));
            Node s = Loops.scan(b, 3, false, List.of(z), List.of(), (t, carries, slices) ->
                    new Loops.Step(List.of(t.tanh(t.matmul(carries.getFirst(), w))), List.of(carries.getFirst()))).getFirst();
            return b.mul(b.exp(s), s);
        });
        Node loss = b.sumAll(b.sin(h));
        b.output("loss", loss);
        b.output("dw", Gradient.of(b, loss, w));
        Graph g = b.build();
        for (Options way : WAYS) {
            assertSameBits(g, way, 2);
            assertFalse(Compilation.of(g, way).runs().again().isEmpty());
        }
        Session s = Compiler.compileChecked(g, SCALAR).newSession(1);
        RandomGraphs.inputs(g, 2).forEach((name, v) -> s.set(name, Three.tensor(v)));
        s.run();
        assertEquals(Three.bytecode(Compilation.of(g.withoutHints(), SCALAR), RandomGraphs.inputs(g, 2)).get("loss"), Three.value(s.get("loss")));
    }

    @Test
    void anExplanationSaysWhatBecameOfEachHint() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 16, 24);
        Node w = b.input("w", DType.F32, 24, 24);
        Node kept = b.checkpoint(b.label(b.exp(b.matmul(x, w)), "kept"));
        Node same = b.checkpoint(b.mul(x, b.constant(DType.F32, 1)));
        Node h = b.recompute(() -> b.matmul(b.label(b.tanh(b.matmul(kept, w)), "inside"), w));
        Node once = b.recompute(() -> b.floor(b.ceil(h)));
        Node loss = b.sumAll(b.mul(b.add(b.sin(h), once), b.mul(h, b.matmul(same, w))));
        b.output("loss", loss);
        b.output("dw", Gradient.of(b, loss, w));
        Explanation e = Compiler.explain(b.build(), VECTOR);
        Explanation.Hints hints = e.hints().orElseThrow();
        assertEquals(List.of("kept"), hints.checkpoints().stream().map(Explanation.Checkpoint::value).toList());
        assertEquals(1, hints.checkpointsGone());
        Explanation.Recompute first = hints.subgraphs().getFirst();
        assertEquals(List.of(List.of("inside again"), 16L * 24 * 4, "computed again, not kept"), List.of(first.stored(), first.bytes(), first.became()));
        Explanation.Launch again = e.launches().get(first.launches().getFirst());
        assertEquals(List.of("inside again"), again.stores());
        assertEquals(first.nanos(), again.nanos());
        assertEquals("computed once: nothing outside of it reads what is inside", hints.subgraphs().get(1).became());
        String text = e.text();
        assertTrue(text.contains("hints: 1 checkpoints, 2 subgraphs to recompute; without them and a budget "), text);
        assertTrue(text.contains("checkpoint kept, stored by launch") && text.contains("1 more checkpoints are no values of their own"), text);
        assertTrue(text.contains("subgraph 1, of 2 values inside: computed again, not kept, in "), text);
        Json.Obj json = (Json.Obj) Json.parse("explanation", e.json().getBytes(StandardCharsets.UTF_8));
        Json.Obj said = (Json.Obj) json.get("hints").orElseThrow();
        assertEquals(2, ((Json.Arr) said.get("subgraphs").orElseThrow()).items().size());
        assertTrue(Compiler.explain(chain(2, 3, 3, 3, false), VECTOR).hints().isEmpty());
        assertEquals(e.compiledGraph(), GraphPrinter.print(GraphParser.parse(e.compiledGraph())));
        assertTrue(e.compiledGraph().contains("hint=recompute@1"), e.compiledGraph());
    }

    @Test
    void hintsArePartOfACachesKey() throws IOException {
        Graph g = chain(2, 4, 4, 8, true);
        Options cached = Options.DEFAULT.withSimd(Options.Simd.SCALAR).withCache(folder);
        Compiler.compile(g, cached);
        Compiler.compile(g, cached);
        assertEquals(1, entries());
        long with = Compiler.compile(g, cached).newSession(1).bytes();
        long without = Compiler.compile(g.withoutHints(), cached).newSession(1).bytes();
        assertEquals(2, entries());
        assertNotEquals(with, without);
    }

    private long entries() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(f -> f.toString().endsWith(".jar")).count();
        }
    }

    /** Second order: the second backward pass reads what the first does. */
    @Test
    void gradientsOfGradientsReadTheSecondRunToo() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 5, 9);
        Node w = b.input("w", DType.F32, 9, 9);
        Map<String, Node> made = new HashMap<>();
        Node h = b.recompute(() -> {
            made.put("a", b.tanh(b.matmul(x, w)));
            return b.matmul(made.get("a"), w);
        });
        Node loss = b.sumAll(b.sin(h));
        Node g = Gradient.of(b, loss, w);
        b.output("hv", Gradient.of(b, b.sumAll(b.mul(g, g)), w));
        b.output("loss", loss);
        Graph graph = b.build();
        assertTrue(graph.hints().values().stream().anyMatch(Hint::isInside));
        WAYS.forEach(way -> assertSameBits(graph, way, 8));
    }
}
