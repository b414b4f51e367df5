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
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionPool;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.artefact.Artefact;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that are kept: what depends on them alone is computed once, follows when they are set, and no bit of a result depends on it. */
final class KeptTest {
    private static final int RANDOM_GRAPHS = Integer.getInteger("bytegrad.random.graphs", 150) / 3;

    @TempDir
    private Path folder;

    /** Graphs with what of them is kept. */
    enum Kept {
        /** More columns than a panel has, and a part of one more. */
        ODD_COLUMNS {
            @Override
            Node write(GraphBuilder b) {
                Node h = b.add(b.matmul(x(b, 13, 37), w(b, "w", 37, 331)), b.broadcastTo(w(b, "bias", 331), Shape.of(13, 331)));
                return b.matmul(Activations.gelu(b, h), w(b, "w2", 331, 65));
            }
        },
        /** A matrix given transposed, and a table that is read by rows too. */
        TIED {
            @Override
            Node write(GraphBuilder b) {
                Node table = w(b, "table", 203, 30);
                Node h = b.add(b.gather(table, b.constant(Literal.of(Shape.of(7), 0, 29, 202, 29, 13, 100, 57)), 0), x(b, 7, 30));
                return b.matmul(h, b.transpose(table, 1, 0));
            }
        },
        /** Products in several blocks. */
        LONG {
            @Override
            Node write(GraphBuilder b) {
                return b.matmul(x(b, 5, 2100), w(b, "w", 2100, 130));
            }
        },
        /** Two contracted axes, rows in several blocks; then columns of two axes, which are read as they are. */
        HEADS {
            @Override
            Node write(GraphBuilder b) {
                Node y = b.contract(new Op.Contract(List.of(), List.of(), List.of(1, 2), List.of(1, 0)), x(b, 150, 6, 8), w(b, "w", 8, 6, 170));
                return b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(2)), y, b.mul(w(b, "v", 3, 50, 170), 0.5));
            }
        },
        /** A weight that is stored in half precision, and a scale of channels made of four vectors. */
        CONVERTED {
            @Override
            Node write(GraphBuilder b) {
                Node w = b.cast(b.input("half", DType.BF16, 40, 150), DType.F32);
                Node scale = b.div(w(b, "gamma", 150), b.sqrt(b.add(b.square(w(b, "deviation", 150)), 1e-5)));
                Node y = b.matmul(x(b, 9, 40), w);
                return b.mul(b.sub(y, b.broadcastTo(w(b, "mean", 150), y.shape())), b.broadcastTo(scale, y.shape()));
            }
        },
        /** What costs less to compute than to load, beside reductions, sorts and random numbers that are kept. */
        OTHERS {
            @Override
            Node write(GraphBuilder b) {
                Node x = x(b, 11, 23);
                Node outer = b.mul(b.broadcast(w(b, "u", 11), x.shape(), 0), b.broadcast(w(b, "v", 23), x.shape(), 1));
                Node w = w(b, "w", 11, 23);
                Node noise = b.mul(b.cast(b.random(b.input("key", DType.I64), DType.I32, 11, 23), DType.F32), 0x1p-31);
                b.output("kept alone", b.sort(b.add(w, noise), 1, true));
                b.output("an input", w);
                b.output("maximum", b.reduceAll(Monoid.MAX, b.exp(w)));
                return b.add(b.add(b.mul(x, outer), b.cumsum(w, 1)), b.mul(noise, b.broadcast(b.sum(w, 1), x.shape(), 0)));
            }
        },
        /** A convolution, and its windows of something kept. */
        CONVOLUTION {
            @Override
            Node write(GraphBuilder b) {
                Node windows = b.window(x(b, 2, 19, 8), new int[] {1}, new int[] {5}, new int[] {2}, new int[] {1});
                return b.contract(new Op.Contract(List.of(), List.of(), List.of(2, 3), List.of(0, 1)), windows, w(b, "w", 8, 5, 140));
            }
        },
        /** One row, and a matrix given transposed that is kept: of several contracted axes, and in several blocks. */
        ONE_ROW {
            @Override
            Node write(GraphBuilder b) {
                Node h = b.contract(new Op.Contract(List.of(), List.of(), List.of(1, 2), List.of(1, 2)), x(b, 1, 9, 130), w(b, "w", 171, 9, 130));
                return b.add(b.matmul(h, b.transpose(w(b, "w2", 67, 171), 1, 0)), b.broadcast(w(b, "bias", 67), Shape.of(1, 67), 1));
            }
        },
        NO_ROWS {
            @Override
            Node write(GraphBuilder b) {
                return b.matmul(x(b, 0, 37), w(b, "w", 37, 331));
            }
        },
        NO_COLUMNS {
            @Override
            Node write(GraphBuilder b) {
                return b.matmul(x(b, 3, 37), b.exp(w(b, "w", 37, 0)));
            }
        },
        NO_PRODUCTS {
            @Override
            Node write(GraphBuilder b) {
                return b.matmul(x(b, 3, 0), b.exp(w(b, "w", 0, 331)));
            }
        };

        abstract Node write(GraphBuilder b);

        static Node x(GraphBuilder b, int... dims) {
            return b.input("x", DType.F32, dims);
        }

        static Node w(GraphBuilder b, String name, int... dims) {
            return b.input(name, DType.F32, dims);
        }

        Graph graph() {
            GraphBuilder b = new GraphBuilder();
            b.output("y", write(b));
            return b.build();
        }
    }

    private static List<String> allBut(Graph g, String data) {
        return g.inputs().stream().map(n -> ((Op.Input) n.op()).name()).filter(n -> !n.equals(data)).toList();
    }

    private static void set(Session s, Map<String, Value> in, java.util.function.Predicate<String> which) {
        in.forEach((name, v) -> {
            if (which.test(name)) {
                s.set(name, Three.tensor(v));
            }
        });
    }

    /** Runs two sessions on the same values, some of them set again in between. */
    private static void assertSame(Graph g, Set<String> kept, Options o, int threads, String what) {
        Compilation c = Compilation.of(g, o.withKept(kept));
        CompiledFunction with = Compiler.load(c);
        CompiledFunction without = Compiler.compile(g, o);
        assertEquals(kept, with.signature().kept());
        Session a = with.newSession(threads);
        Session b = without.newSession(1);
        String one = kept.stream().sorted().findFirst().orElse("");
        List<java.util.function.Predicate<String>> rounds = List.of(_ -> true, _ -> false, n -> !kept.contains(n), n -> n.equals(one), _ -> true);
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

    private static Options way(Options.Simd simd) {
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
        for (Kept k : List.of(Kept.ODD_COLUMNS, Kept.TIED, Kept.LONG, Kept.CONVERTED, Kept.CONVOLUTION, Kept.ONE_ROW)) {
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

    @Test
    void thePlaceOfAKeptInputIsNotGivenAway() {
        Graph g = Kept.ODD_COLUMNS.graph();
        Session s = Compiler.compile(g, Options.DEFAULT.withKept("w")).newSession(1);
        String message = assertThrows(InputException.class, () -> s.floats("w")).getMessage();
        assertTrue(message.contains("w") && message.contains("kept") && message.contains("use set"), message);
        assertEquals(Set.copyOf(allBut(g, "")), s.unset());
        s.floats("w2").put(0, 1);
        assertEquals(Set.of("x", "w", "bias"), s.unset());
    }

    @Test
    void updatesReadWhatIsKeptAndARestoredSessionGoesOn() {
        GraphBuilder b = new GraphBuilder();
        Node state = b.input("state", DType.F32, 40, 70);
        Node other = b.input("other", DType.F32, 40, 70);
        Node w = b.input("w", DType.F32, 40, 70);
        Node scaled = b.exp(b.mul(w, 0.1));
        b.update(state, b.add(state, scaled));
        b.update(other, scaled);
        b.output("y", b.matmul(b.input("x", DType.F32, 3, 40), b.add(other, scaled)));
        Graph g = b.build();
        for (Options.Simd simd : Agreement.EXTREMES) {
            assertSame(g, Set.of("w"), way(simd), 1, simd.toString());
            Session s = Compiler.compile(g, way(simd).withKept("w")).newSession(1);
            Map<String, Value> in = RandomGraphs.inputs(g, 3);
            set(s, in, _ -> true);
            s.run();
            Map<String, Tensor> moment = s.snapshot();
            Tensor state1 = s.state("state");
            s.run();
            s.restore(moment);
            assertEquals(state1, s.state("state"));
            s.run();
            Session fresh = Compiler.compile(g, way(simd)).newSession(1);
            set(fresh, in, _ -> true);
            fresh.restore(moment);
            fresh.run();
            assertEquals(fresh.get("y"), s.get("y"));
            assertEquals(fresh.snapshot(), s.snapshot());
        }
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

    /** An index that is kept is checked before any state is written, each time until it is right. */
    @Test
    void aRunThatFailsOverWhatIsKeptTriesAgain() {
        GraphBuilder b = new GraphBuilder();
        Node count = b.input("count", DType.F32);
        Node rows = b.exp(b.gather(b.input("table", DType.F32, 5, 9), b.input("i", DType.I32, 4), 0));
        b.update(count, b.add(count, 1));
        b.output("y", b.mul(rows, b.input("x", DType.F32, 4, 9)));
        Graph g = b.build();
        for (Options.Simd simd : Agreement.EXTREMES) {
            CompiledFunction f = Compiler.compile(g, way(simd).withKept("table", "i"));
            Session s = f.newSession(1);
            Map<String, Value> in = RandomGraphs.inputs(g, 3);
            set(s, in, _ -> true);
            s.set("i", new int[] {0, 1, 7, 2}).set("count", new float[] {3});
            for (int n = 0; n < 2; n++) {
                assertThrows(IndexException.class, s::run);
                assertEquals(3, s.scalar("count"));
            }
            s.set("i", new int[] {0, 1, 4, 2}).run();
            assertEquals(4, s.scalar("count"));
            Session fresh = Compiler.compile(g, way(simd)).newSession(1);
            set(fresh, in, _ -> true);
            fresh.set("i", new int[] {0, 1, 4, 2}).run();
            assertEquals(fresh.get("y"), s.get("y"));
        }
    }

    @Test
    void aBudgetIsMetWithWhatIsKeptOrWithoutIt() {
        Graph g = Kept.ODD_COLUMNS.graph();
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
            assertSame(g, kept, o.withMemoryBudget(with), 1, "within " + with);
            assertSame(g, kept, o.withMemoryBudget(without), 1, "within " + without);
            MemoryBudgetException own = assertThrows(MemoryBudgetException.class, () -> Compiler.explain(g, o.withMemoryBudget(1)));
            MemoryBudgetException same = assertThrows(MemoryBudgetException.class, () -> Compiler.explain(g, o.withKept(kept).withMemoryBudget(1)));
            assertEquals(own.getMessage(), same.getMessage());
        }
    }

    @Test
    void theCodeThatTakesOverComputesItAnew() {
        Assumptions.assumeFalse(SimdSupport.choice().isScalar());
        Graph g = Kept.ODD_COLUMNS.graph();
        Options o = Options.DEFAULT.withStart(Options.Start.SCALAR).withKept(allBut(g, "x"));
        Session s = Compiler.compile(g, o).newSession(1);
        Session plain = Compiler.compile(g, Options.DEFAULT.withSimd(Options.Simd.SCALAR)).newSession(1);
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        set(s, in, _ -> true);
        set(plain, in, _ -> true);
        plain.run();
        int after = 0;
        for (int r = 0; r < 1_000_000 && after < 3; r++) {
            s.run();
            after += s.handedOver() ? 1 : 0;
            assertEquals(plain.get("y"), s.get("y"));
        }
        assertEquals(3, after);
        set(s, RandomGraphs.inputs(g, 2), n -> n.equals("w"));
        set(plain, RandomGraphs.inputs(g, 2), n -> n.equals("w"));
        s.run();
        plain.run();
        assertEquals(plain.get("y"), s.get("y"));
    }

    @Test
    void eachSessionOfAPoolHasItsOwn() {
        Graph g = Kept.TIED.graph();
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        try (SessionPool pool = new SessionPool(Compiler.compile(g, Options.DEFAULT.withKept("table")), 2, 1, s -> set(s, in, n -> n.equals("table")))) {
            List<Tensor> answers = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                answers.add(pool.use(s -> {
                    set(s, in, n2 -> n2.equals("x"));
                    s.run();
                    return s.get("y");
                }));
            }
            Session s = Compiler.compile(g).newSession(1);
            set(s, in, _ -> true);
            s.run();
            answers.forEach(a -> assertEquals(s.get("y"), a));
        }
    }

    @Test
    void aJarKeepsItOnEachJvm() throws Exception {
        Graph g = Kept.ODD_COLUMNS.graph();
        Map<String, Tensor> values = new HashMap<>();
        RandomGraphs.inputs(g, 1).forEach((name, v) -> values.put(name, Three.tensor(v)));
        Tensor x = values.remove("x");
        Path jar = folder.resolve("kept.jar");
        Compiler.jar(g, Options.DEFAULT.withStart(Options.Start.COLD).withKept(values.keySet()))
                .write(jar, JarOptions.DEFAULT.withValues(values).withSample(Map.of("x", x)).standalone(true));
        Session plain = Compiler.compile(g, Options.DEFAULT.withSimd(Options.Simd.SCALAR)).newSession(1);
        values.forEach(plain::set);
        plain.set("x", x).run();
        Artefact artefact = Artefact.open(jar);
        assertEquals(values.keySet(), artefact.signature().kept());
        for (int bits : artefact.widths()) {
            if (bits > 0 && SimdSupport.choice().isScalar()) {
                continue;
            }
            Session s = artefact.filled(artefact.function(bits).newSession(1));
            for (int n = 0; n < 2; n++) {
                s.set("x", x).run();
                assertEquals(plain.get("y"), s.get("y"));
            }
        }
        for (Path java : List.of(Child.java17(), Child.java())) {
            for (List<String> flags : List.of(List.<String>of(), List.of("--add-modules", "jdk.incubator.vector"))) {
                List<String> command = new ArrayList<>(List.of(java.toString(), "-Xverify:all"));
                command.addAll(flags);
                command.addAll(List.of("-jar", jar.toString(), "--steps", "3"));
                String said = Child.run(folder, command);
                String y = "  y " + plain.get("y").toString(64);
                assertTrue(said.contains(y), said + " lacks " + y);
            }
        }
    }

    @Test
    void theCacheTellsThemApart() {
        Graph g = Kept.ODD_COLUMNS.graph();
        Options o = Options.DEFAULT.withCache(folder);
        for (Set<String> kept : List.of(Set.<String>of(), Set.of("w"), Set.of("w", "w2"), Set.<String>of())) {
            for (int n = 0; n < 2; n++) {
                assertEquals(kept, Compiler.compile(g, o.withKept(kept)).signature().kept());
            }
        }
        assertEquals(3, Objects.requireNonNull(folder.toFile().list((_, name) -> name.endsWith(".jar"))).length);
    }
}
