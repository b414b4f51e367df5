package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that are kept: what depends on them alone is computed once, follows when they are set, and no bit of a result depends on it. */
final class KeptTest {
    private static final int RANDOM_GRAPHS = Integer.getInteger("bytegrad.random.graphs", 150) / 3;

    @TempDir
    private Path folder;

    static List<String> allBut(Graph g, String data) {
        return g.inputs().stream().map(n -> ((Op.Input) n.op()).name()).filter(n -> !n.equals(data)).toList();
    }

    static void set(Session s, Map<String, Value> in, Predicate<String> which) {
        in.forEach((name, v) -> {
            if (which.test(name)) {
                s.set(name, Three.tensor(v));
            }
        });
    }

    /** Runs two sessions on the same values, some of them set again in between. */
    static void assertSame(Graph g, Set<String> kept, Options o, int threads, String what) {
        Compilation c = Compilation.of(g, o.withKept(kept));
        CompiledFunction with = Compiler.load(c);
        CompiledFunction without = Compiler.compile(g, o);
        assertEquals(kept, with.signature().kept());
        Session a = with.newSession(threads);
        Session b = without.newSession(1);
        String one = kept.stream().sorted().findFirst().orElse("");
        List<Predicate<String>> rounds = List.of(_ -> true, _ -> false, n -> !kept.contains(n), n -> n.equals(one), _ -> true);
        for (int round = 0; round < rounds.size(); round++) {
            Map<String, Value> in = RandomGraphs.inputs(g, round + 1);
            set(a, in, rounds.get(round));
            set(b, in, rounds.get(round));
            a.run();
            b.run();
            assertEquals(List.of(), Three.differences(Three.results(without, b), Three.results(with, a), 0, 0), what + ", round " + round);
        }
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        assertEquals(List.of(), Three.differences(Three.bytecode(Compilation.of(g, o), in), Three.kernels(c, in), 0, 0), what + ", kernel interpreter");
    }

    static Options way(Options.Simd simd) {
        return Options.DEFAULT.withSimd(simd).withVerification(true);
    }

    @ParameterizedTest
    @EnumSource
    void noBitTellsThatInputsAreKept(Kept k) {
        Graph g = k.graph();
        Set<String> kept = new HashSet<>(allBut(g, "x"));
        for (Options.Simd simd : Agreement.WIDTHS) {
            assertSame(g, kept, way(simd), 1, k + " " + simd);
        }
        for (Options.Simd simd : Agreement.EXTREMES) {
            assertSame(g, kept, way(simd).withChunkNanos(0), 2, k + " in chunks, " + simd);
            assertSame(g, kept, way(simd).withFusion(false).withPasses(false), 1, k + " as it is, " + simd);
        }
    }

    @Test
    void someInputsOfRandomGraphsAreKept() {
        for (long seed = 0; seed < RANDOM_GRAPHS; seed++) {
            Graph g = RandomGraphs.graph(20_261_127 + seed);
            SplittableRandom random = new SplittableRandom(seed);
            List<String> states = g.updates().stream().map(Graph.Update::name).toList();
            Set<String> kept = new HashSet<>(allBut(g, ""));
            kept.removeIf(n -> states.contains(n) || random.nextInt(3) == 0);
            for (Options.Simd simd : Agreement.EXTREMES) {
                assertSame(g, kept, way(simd).withChunkNanos(seed % 2 == 0 ? 0 : 5000).withFusion(seed % 4 != 3).withPasses(seed % 5 != 4), 2, "seed " + seed + " keeping " + kept + " " + simd);
            }
        }
    }

    private static long launchNanos(Session s, Explanation e, boolean derived) {
        long[] nanos = s.launchNanos();
        assertEquals(e.launches().size(), nanos.length);
        return e.launches().stream().filter(l -> l.derived() == derived).mapToLong(l -> nanos[l.number()]).sum();
    }

    @ParameterizedTest
    @EnumSource(names = {"ODD_COLUMNS", "TIED", "CONVERTED"})
    void whatIsKeptIsComputedInTheRunAfterItWasSetAlone(Kept k) {
        Graph g = k.graph();
        Options o = Options.DEFAULT.withSimd(Options.Simd.BITS_512).withProfile(true).withKept(allBut(g, "x"));
        Explanation e = Compiler.explain(g, o);
        assertTrue(e.launches().getFirst().derived());
        assertTrue(e.launchCount() < e.launches().size());
        Session s = Compiler.compile(g, o).newSession(1);
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        set(s, in, _ -> true);
        for (boolean weights : new boolean[] {true, false, false, true, false}) {
            set(s, in, n -> weights || n.equals("x"));
            s.run();
            assertEquals(weights, launchNanos(s, e, true) > 0);
            assertTrue(launchNanos(s, e, false) > 0);
        }
    }

    private static List<Explanation.Launch> contractions(Graph g, Options o) {
        return Compiler.explain(g, o).launches().stream().filter(l -> l.kind().equals("contraction")).toList();
    }

    @Test
    void rightOperandsThatAreKeptAreStoredAsPanels() {
        for (Kept k : List.of(Kept.ODD_COLUMNS, Kept.TIED, Kept.LONG, Kept.CONVERTED, Kept.CONVOLUTION, Kept.ONE_ROW, Kept.HEADS, Kept.BATCHES, Kept.BATCHES_OF_AXES,
                Kept.PARTS)) {
            Graph g = k.graph();
            Options o = Options.DEFAULT.withSimd(Options.Simd.BITS_512);
            for (Explanation.Launch l : contractions(g, o.withKept(allBut(g, "x")))) {
                boolean panels = l.reads().stream().anyMatch(r -> r.startsWith("panels of "));
                assertEquals(panels, l.schedule().contains("right operand stored as panels"), k + ": " + l.schedule());
                assertTrue(panels && !l.schedule().contains("packed"), k + ": " + l.schedule());
            }
            assertTrue(contractions(g, o).stream().noneMatch(l -> l.schedule().contains("stored as panels")));
            // Kept on the left, and data on the right.
            assertTrue(contractions(g, o.withKept("x")).stream().noneMatch(l -> l.schedule().contains("stored as panels")), k.toString());
        }
    }

    @Test
    void ofManyRowsOnlyWhatIsGivenTransposedIsStoredAsPanels() {
        for (boolean transposed : new boolean[] {false, true}) {
            GraphBuilder b = new GraphBuilder();
            Node w = b.input("w", DType.F32, transposed ? new int[] {200, 60} : new int[] {60, 200});
            b.output("y", b.matmul(b.input("x", DType.F32, 300, 60), transposed ? b.transpose(w, 1, 0) : w));
            Graph g = b.build();
            Explanation.Launch l = contractions(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512).withKept("w")).getFirst();
            assertEquals(transposed, l.schedule().contains("right operand stored as panels"), l.schedule());
            assertSame(g, Set.of("w"), way(Options.Simd.BITS_512), 1, l.schedule());
        }
    }

    @Test
    void theExplanationSaysWhatRunsOnceAndWhatItTakes() {
        Graph g = Kept.CONVERTED.graph();
        Options o = Options.DEFAULT.withSimd(Options.Simd.SCALAR);
        Explanation with = Compiler.explain(g, o.withKept("half"));
        Explanation without = Compiler.explain(g, o);
        assertEquals(1, with.launches().size() - with.launchCount());
        assertEquals(40 * 150 * 4, with.memory().derivedBytes(), 64);
        assertEquals(with.memory().derivedBytes() + without.memory().pinnedBytes(), with.memory().pinnedBytes());
        assertEquals(0, without.memory().derivedBytes());
        assertTrue(with.text().contains("once, until a kept input is set") && with.text().contains("kept      1 launch more"), with.text());
        assertFalse(without.text().contains("once, until"));
        assertTrue(with.json().contains("\"derived\": true"));
        assertTrue(with.memory().nanos() < without.memory().nanos());
    }

    @Test
    void statesAndUnknownNamesAreRefused() {
        Graph g = FactsTest.perceptron(new Sgd(0.1), 24, 33, 10);
        String state = g.updates().getFirst().name();
        String message = assertThrows(OptionsException.class, () -> Compiler.compile(g, Options.DEFAULT.withKept("x", state, "nobody"))).getMessage();
        assertTrue(message.contains("'" + state + "' is a state") && message.contains("'nobody' is no input") && !message.contains("'x'"), message);
        assertThrows(OptionsException.class, () -> Compiler.explain(g, Options.DEFAULT.withKept(state)));
        assertThrows(OptionsException.class, () -> Compiler.jar(g, Options.DEFAULT.withKept(state)).write(folder.resolve("a.jar"), JarOptions.DEFAULT));
        assertEquals(Set.of(), Compiler.compile(g, Options.DEFAULT.withKept("x").withKept()).signature().kept());
    }

    /** A hint says when its values are computed; around them is what is kept. */
    @Test
    void hintsGoBeforeWhatIsKept() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 6, 20);
        Node w = b.input("w", DType.F32, 20, 170);
        Node before = b.exp(b.mul(w, 0.1));
        Node h = b.recompute(() -> b.tanh(b.matmul(x, b.sin(before))));
        Node once = b.checkpoint(b.cos(before));
        Node loss = b.sumAll(b.square(b.matmul(h, b.transpose(once, 1, 0))));
        b.output("loss", loss);
        b.output("gradient", Gradient.of(b, loss, List.of(x)).getFirst());
        Graph g = b.build();
        for (Options.Simd simd : Agreement.EXTREMES) {
            assertSame(g, Set.of("w"), way(simd), 1, simd.toString());
            assertTrue(Compiler.explain(g, way(simd).withKept("w")).launches().getFirst().derived());
        }
    }

    /** Nothing but copies into states, of what is kept, is left to do in each run. */
    @Test
    void allThatIsComputedIsKept() {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w", DType.F32, 30);
        b.update(b.input("state", DType.F32, 30), b.exp(w));
        b.update(b.input("other", DType.F32, 30), w);
        b.output("y", b.sum(b.tanh(w), 0));
        Graph g = b.build();
        for (Options.Simd simd : Agreement.EXTREMES) {
            assertSame(g, Set.of("w"), way(simd), 1, simd.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ODD_COLUMNS", "PARTS"})
    void aBudgetIsMetWithWhatIsKeptOrWithoutIt(Kept k) {
        Graph g = k.graph();
        Set<String> kept = new HashSet<>(allBut(g, "x"));
        for (Options.Simd simd : List.of(Options.Simd.BITS_512, Options.Simd.SCALAR)) {
            Options o = way(simd);
            long with = Compiler.explain(g, o.withKept(kept)).memory().arenaBytes();
            long without = Compiler.explain(g, o).memory().arenaBytes();
            Explanation enough = Compiler.explain(g, o.withKept(kept).withMemoryBudget(with));
            assertEquals(with, enough.memory().arenaBytes());
            assertEquals(simd == Options.Simd.BITS_512, enough.launchCount() < enough.launches().size());
            Explanation tight = Compiler.explain(g, o.withKept(kept).withMemoryBudget(without));
            assertTrue(tight.memory().arenaBytes() <= without && tight.launchCount() == tight.launches().size());
            assertEquals(simd == Options.Simd.BITS_512, tight.text().contains("kept      nothing: there is no room"), tight.text());
            assertSame(g, kept, o.withMemoryBudget(with), 1, "within " + with);
            assertSame(g, kept, o.withMemoryBudget(without), 1, "within " + without);
            MemoryBudgetException own = assertThrows(MemoryBudgetException.class, () -> Compiler.explain(g, o.withMemoryBudget(1)));
            MemoryBudgetException same = assertThrows(MemoryBudgetException.class, () -> Compiler.explain(g, o.withKept(kept).withMemoryBudget(1)));
            assertEquals(own.getMessage(), same.getMessage());
        }
    }
}
