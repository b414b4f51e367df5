package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What sessions, pools, jars and caches make of inputs that are kept. */
final class KeptSessionsTest {
    @TempDir
    private Path folder;

    @Test
    void thePlaceOfAKeptInputIsNotGivenAway() {
        Graph g = Kept.ODD_COLUMNS.graph();
        Session s = Compiler.compile(g, Options.DEFAULT.withKept("w")).newSession(1);
        String message = assertThrows(InputException.class, () -> s.floats("w")).getMessage();
        assertTrue(message.contains("w") && message.contains("kept") && message.contains("use set"), message);
        assertEquals(Set.copyOf(KeptTest.allBut(g, "")), s.unset());
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
            KeptTest.assertSame(g, Set.of("w"), KeptTest.way(simd), 1, simd.toString());
            Session s = Compiler.compile(g, KeptTest.way(simd).withKept("w")).newSession(1);
            Map<String, Value> in = RandomGraphs.inputs(g, 3);
            KeptTest.set(s, in, _ -> true);
            s.run();
            Map<String, Tensor> moment = s.snapshot();
            Tensor state1 = s.state("state");
            s.run();
            s.restore(moment);
            assertEquals(state1, s.state("state"));
            s.run();
            Session fresh = Compiler.compile(g, KeptTest.way(simd)).newSession(1);
            KeptTest.set(fresh, in, _ -> true);
            fresh.restore(moment);
            fresh.run();
            assertEquals(fresh.get("y"), s.get("y"));
            assertEquals(fresh.snapshot(), s.snapshot());
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
            CompiledFunction f = Compiler.compile(g, KeptTest.way(simd).withKept("table", "i"));
            Session s = f.newSession(1);
            Map<String, Value> in = RandomGraphs.inputs(g, 3);
            KeptTest.set(s, in, _ -> true);
            s.set("i", new int[] {0, 1, 7, 2}).set("count", new float[] {3});
            for (int n = 0; n < 2; n++) {
                assertThrows(IndexException.class, s::run);
                assertEquals(3, s.scalar("count"));
            }
            s.set("i", new int[] {0, 1, 4, 2}).run();
            assertEquals(4, s.scalar("count"));
            Session fresh = Compiler.compile(g, KeptTest.way(simd)).newSession(1);
            KeptTest.set(fresh, in, _ -> true);
            fresh.set("i", new int[] {0, 1, 4, 2}).run();
            assertEquals(fresh.get("y"), s.get("y"));
        }
    }

    @Test
    void theCodeThatTakesOverComputesItAnew() {
        Assumptions.assumeFalse(SimdSupport.choice().isScalar());
        Graph g = Kept.ODD_COLUMNS.graph();
        Options o = Options.DEFAULT.withStart(Options.Start.SCALAR).withKept(KeptTest.allBut(g, "x"));
        Session s = Compiler.compile(g, o).newSession(1);
        Session plain = Compiler.compile(g, Options.DEFAULT.withSimd(Options.Simd.SCALAR)).newSession(1);
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        KeptTest.set(s, in, _ -> true);
        KeptTest.set(plain, in, _ -> true);
        plain.run();
        int after = 0;
        for (int r = 0; r < 1_000_000 && after < 3; r++) {
            s.run();
            after += s.handedOver() ? 1 : 0;
            assertEquals(plain.get("y"), s.get("y"));
        }
        assertEquals(3, after);
        KeptTest.set(s, RandomGraphs.inputs(g, 2), n -> n.equals("w"));
        KeptTest.set(plain, RandomGraphs.inputs(g, 2), n -> n.equals("w"));
        s.run();
        plain.run();
        assertEquals(plain.get("y"), s.get("y"));
    }

    @Test
    void eachSessionOfAPoolHasItsOwn() {
        Graph g = Kept.TIED.graph();
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        try (SessionPool pool = new SessionPool(Compiler.compile(g, Options.DEFAULT.withKept("table")), 2, 1, s -> KeptTest.set(s, in, n -> n.equals("table")))) {
            List<Tensor> answers = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                answers.add(pool.use(s -> {
                    KeptTest.set(s, in, n2 -> n2.equals("x"));
                    s.run();
                    return s.get("y");
                }));
            }
            Session s = Compiler.compile(g).newSession(1);
            KeptTest.set(s, in, _ -> true);
            s.run();
            answers.forEach(a -> assertEquals(s.get("y"), a));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ODD_COLUMNS", "BATCHES"})
    void aJarKeepsItOnEachJvm(Kept k) throws Exception {
        Graph g = k.graph();
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
        for (Path java : k == Kept.ODD_COLUMNS ? List.of(Child.java17(), Child.java()) : List.<Path>of()) {
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
