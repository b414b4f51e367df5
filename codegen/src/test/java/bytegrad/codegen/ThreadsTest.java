package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Adam;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole graphs on several threads; the samples do it for every kind in the small, see {@link Agreement}. */
final class ThreadsTest {
    private static final String GATHER =
            """
            graph
            table: f32[1000,64] = input "table"
            i: i32[20000] = input "i"
            w: f32[20000,64] = input "w"
            %3: f32[20000,64] = gather(table, i) axis=0 batch=0
            looked_up: f32[20000,64] = tanh(%3)
            %5: f32[20000,64] = add(w, looked_up)
            output "y" = looked_up
            update "w" = %5
            """;

    private static Session set(CompiledFunction f, Graph g, int threads) {
        Session s = f.newSession(threads);
        RandomGraphs.inputs(g, 7).forEach((name, v) -> s.set(name, Three.tensor(v)));
        return s;
    }

    private static List<Explanation.Launch> inChunks(Explanation e) {
        return e.launches().stream().filter(l -> l.chunks() > 1).toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SCALAR"})
    void aTrainingStepHasTheSameBitsOnAnyNumberOfThreads(Options.Simd simd) {
        Graph g = FactsTest.perceptron(new Adam(1e-3), 300, 257, 129, 10);
        Options o = Options.DEFAULT.withSimd(simd).withVerification(true);
        assertTrue(inChunks(Compiler.explain(g, o)).size() >= 4, Compiler.explain(g, o).text());
        CompiledFunction f = Compiler.compile(g, o);
        List<Map<String, Value>> results = new ArrayList<>();
        for (int threads = 1; threads <= 4; threads++) {
            Session s = set(f, g, threads);
            for (int step = 0; step < 20; step++) {
                s.run();
            }
            results.add(Three.results(f, s));
        }
        for (Map<String, Value> r : results) {
            assertEquals(List.of(), Three.differences(results.getFirst(), r, 0, 0));
        }
    }

    @Test
    void smallKernelsAreLeftInOnePiece() {
        Explanation e = Compiler.explain(FactsTest.perceptron(new Adam(1e-3), 40, 33, 10));
        assertEquals(List.of(), inChunks(e));
        assertTrue(e.launches().stream().noneMatch(l -> l.kernel().contains("parallel")), e.text());
    }

    @Test
    void explainSaysInHowManyChunks() {
        Explanation e = Compiler.explain(GraphParser.parse(GATHER));
        Explanation.Launch l = inChunks(e).getFirst();
        assertTrue(e.text().contains("; in " + l.chunks() + " chunks"), e.text());
        assertTrue(e.json().contains("\"chunks\": " + l.chunks()), e.json());
        assertTrue(l.kernel().contains("parallel part0(0.." + l.chunks() + ")"), l.kernel());
    }

    @Test
    void piecesOfAConcatAreCutThatAreWorthLittleMoreThanAChunkEach() {
        Explanation e = Compiler.explain(GraphParser.parse("""
                graph
                a: f32[8,4,64,64] = input "a"
                b: f32[8,4,64,64] = input "b"
                c: f32[8,4,64,64] = input "c"
                %3: f32[8,64,4,64] = transpose(a) axes=[0,2,1,3]
                %4: f32[8,64,4,64] = transpose(b) axes=[0,2,1,3]
                %5: f32[8,64,4,64] = transpose(c) axes=[0,2,1,3]
                %6: f32[8,64,12,64] = concat(%3, %4, %5) axis=2
                output "y" = %6
                """));
        assertTrue(e.launches().getFirst().chunks() > 1, e.text());
    }

    /** Of an operand that is an input each thread reads what it likes; rows that were computed are where they were computed. */
    @Test
    void chunksAreGroupsOfPanelsByRowsWhereTheOtherOperandIsNoneTooLarge() {
        Options o = Options.DEFAULT.withSimd(Options.Simd.BITS_512);
        Explanation.Launch small = Compiler.explain(layer(DType.F32, 256, 784, 256, false), o).launches().getFirst();
        assertTrue(small.kernel().contains("parallel part(0..2, 0.."), small.kernel());
        assertTrue(small.chunks() >= 16, small.kernel());
        Explanation e = Compiler.explain(layer(DType.F32, 512, 512, 512, false), o);
        assertTrue(e.text().contains("panels in 2 groups"), e.text());
        for (Graph other : List.of(layer(DType.F32, 1024, 784, 256, false), layer(DType.F32, 512, 512, 512, true))) {
            Explanation.Launch rows = Compiler.explain(other, o).launches().getLast();
            assertTrue(rows.chunks() >= 16 && rows.kernel().contains("parallel part(0.." + rows.chunks() + ")"), rows.kernel());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void groupsOfPanelsHaveTheBitsOfScalarCode(DType dtype) {
        Graph g = layer(dtype, 203, 331, 521, false);
        Options o = Options.DEFAULT.withSimd(Options.Simd.AUTO).withVerification(true);
        CompiledFunction f = Compiler.compile(g, o);
        CompiledFunction scalar = Compiler.compile(g, o.withSimd(Options.Simd.SCALAR));
        Session expected = set(scalar, g, 1);
        expected.run();
        for (int threads = 1; threads <= 4; threads++) {
            Session s = set(f, g, threads);
            s.run();
            assertEquals(List.of(), Three.differences(Three.results(scalar, expected), Three.results(f, s), 0, 0), threads + " threads");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void groupsOfPanelsByRowsDoWhatTheirKernelsSay(DType dtype) {
        Graph g = layer(dtype, 101, 9, 261, false);
        assertTrue(Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512).withChunkNanos(0)).text().contains("parallel part(0..2, 0..2)"));
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 3), Agreement.everyWidthAndOtherwiseExtremes()));
    }

    /** A layer of a perceptron, whose input is computed if asked for. */
    private static Graph layer(DType dtype, int rows, int in, int out, boolean computed) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", dtype, rows, in);
        Node y = b.matmul(computed ? b.tanh(b.mul(x, b.sum(x, 0))) : x, b.input("w", dtype, in, out));
        b.output("y", y);
        return b.build();
    }

    @Test
    void packedPanelsOfAllChunksTakeLittleMemory() {
        String product = "graph\na: f32[64,K] = input \"a\"\nb: f32[1024,K] = input \"b\"\n"
                + "%2: f32[64,1024] = contract(a, b) left_batch=[] right_batch=[] left_contract=[1] right_contract=[1]\noutput \"y\" = %2\n";
        Options o = Options.DEFAULT.withSimd(Options.Simd.BITS_512);
        Explanation.Launch some = Compiler.explain(GraphParser.parse(product.replace("K", "1000")), o).launches().getFirst();
        Explanation.Launch few = Compiler.explain(GraphParser.parse(product.replace("K", "20000")), o).launches().getFirst();
        assertTrue(some.chunks() >= 16, some.kernel());
        assertTrue(few.chunks() >= 16, few.kernel());
        assertTrue(some.scratchBytes() < 5_000_000, some.kernel());
        assertTrue(few.scratchBytes() < 5_000_000, few.kernel());
    }

    @Test
    void classFilesDoNotDependOnTheProcessors() {
        Graph g = GraphParser.parse(GATHER);
        String threads = System.getProperty("bytegrad.threads");
        List<byte[]> images = new ArrayList<>();
        try {
            for (String n : List.of("1", "4", "16")) {
                System.setProperty("bytegrad.threads", n);
                var image = Compilation.of(g, Options.DEFAULT).image();
                images.add(image.bytes(image.mainClass()));
            }
        } finally {
            System.setProperty("bytegrad.threads", threads);
        }
        assertArrayEquals(images.get(0), images.get(1));
        assertArrayEquals(images.get(0), images.get(2));
    }

    @Test
    void hundredsOfLoopsAreToldApart() {
        // Numbers in the code make a loop of each of 300 kernels: their dispatcher is several methods.
        GraphBuilder b = new GraphBuilder();
        Node y = b.input("x", DType.F32, 100);
        for (int k = 0; k < 300; k++) {
            y = b.add(y, k + 0.25);
        }
        b.output("y", y);
        Graph g = b.build();
        Options o = Options.DEFAULT.withFusion(false).withPasses(false).withChunkNanos(0);
        Compilation c = Compilation.of(g, o);
        assertEquals(List.of(), FactsTest.longMethods(c.image()));
        assertTrue(c.image().listings().values().stream().anyMatch(text -> text.contains("loop 299: ")));
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        Map<String, Value> expected = Three.bytecode(Compilation.of(g, o.withChunkNanos(Long.MAX_VALUE)), in);
        for (int threads : List.of(1, 3)) {
            assertEquals(List.of(), Three.differences(expected, Three.bytecode(c, in, threads), 0, 0));
        }
    }

    @Test
    void aWrongIndexInAnyChunkReachesTheCallerAndLeavesTheStateAlone() {
        Graph g = GraphParser.parse(GATHER);
        CompiledFunction f = Compiler.compile(g, Options.DEFAULT.withVerification(true));
        for (int threads = 1; threads <= 4; threads++) {
            Session s = set(f, g, threads);
            int[] i = s.get("i").ints();
            float[] w = s.get("w").floats();
            s.run();
            float[] good = s.get("w").floats();
            assertNotEquals(w[0], good[0]);
            int[] bad = i.clone();
            bad[19_999] = 1000;
            bad[11_111] = -7;
            s.set("i", bad);
            IndexException e = assertThrows(IndexException.class, s::run);
            // Of several the first, whoever met it.
            assertEquals(-7, e.index());
            assertEquals(1000, e.extent());
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains("index -7") && message.contains("0 to 999") && message.contains("%"), message);
            assertTrue(Arrays.stream(e.getStackTrace()).anyMatch(t -> t.getClassName().startsWith("bytegrad.compiled.Graph") && t.getLineNumber() > 0
                    && t.getMethodName().contains("part")), Arrays.toString(e.getStackTrace()));
            assertThrows(SessionException.class, () -> s.get("y"));
            assertArrayEquals(good, s.get("w").floats());
            s.set("i", i);
            s.run();
            assertEquals(good[5] + (good[5] - w[5]), s.get("w").floats()[5], 1e-5);
        }
    }

    @Test
    void aStateThatIsUpdatedByTheCheckingKernelIsNotHalfUpdated() {
        // Fused, one kernel would gather and write w in place; count could be written first of all.
        Graph g = GraphParser.parse(
                """
                graph
                count: i64[] = input "count"
                w: f32[8] = input "w"
                table: f32[5] = input "table"
                i: i32[8] = input "i"
                %4: f32[8] = gather(table, i) axis=0 batch=0
                %5: f32[8] = add(w, %4)
                %6: i64[] = constant 1
                %7: i64[] = add(count, %6)
                update "count" = %7
                update "w" = %5
                """);
        for (Options o : List.of(Options.DEFAULT, Options.DEFAULT.withSimd(Options.Simd.SCALAR), Options.DEFAULT.withChunkNanos(0))) {
            Session s = Compiler.compile(g, o.withVerification(true)).newSession();
            s.set("count", new long[] {1}).set("w", new float[8]).set("table", new float[] {1, 2, 3, 4, 5}).set("i", new int[] {0, 1, 2, 3, 4, 0, 0, 5});
            assertThrows(IndexException.class, s::run);
            assertArrayEquals(new float[8], s.get("w").floats());
            assertEquals(1, s.scalar("count"));
            s.set("i", new int[8]);
            s.run();
            assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, s.get("w").floats());
            assertEquals(2, s.scalar("count"));
        }
    }

    @Test
    void sessionsInSeveralThreadsShareThePool() throws InterruptedException {
        Graph g = FactsTest.perceptron(new Adam(1e-3), 300, 257, 10);
        CompiledFunction f = Compiler.compile(g);
        int steps = 60;
        Session alone = set(f, g, 1);
        for (int k = 0; k < steps; k++) {
            alone.run();
        }
        Map<String, Value> expected = Three.results(f, alone);
        AtomicReference<String> wrong = new AtomicReference<>("");
        List<Thread> callers = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            Session s = set(f, g, 4);
            Thread caller = new Thread(() -> {
                try {
                    for (int k = 0; k < steps; k++) {
                        s.run();
                    }
                    Three.differences(expected, Three.results(f, s), 0, 0).forEach(wrong::set);
                } catch (RuntimeException | Error e) {
                    wrong.set(e.toString());
                }
            });
            callers.add(caller);
            caller.start();
        }
        for (Thread t : callers) {
            t.join();
        }
        assertEquals("", wrong.get());
    }

    @Test
    void longSumsAreCutAndHaveTheSameBitsOnOneThread() {
        Graph g = GraphParser.parse(
                """
                graph
                x: f32[1000003] = input "x"
                m: f32[70001,5] = input "m"
                %2: f32[1000003] = mul(x, x)
                %3: f32[] = reduce_sum(%2) axes=[0]
                %4: f32[5] = reduce_sum(m) axes=[0]
                %5: f32[] = reduce_max(m) axes=[0,1]
                output "squares" = %3
                output "columns" = %4
                output "most" = %5
                """);
        Explanation e = Compiler.explain(g);
        assertTrue(inChunks(e).stream().mapToInt(l -> l.stores().size()).sum() >= 3, e.text());
        assertEquals(java.util.Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.ways(Agreement.EXTREMES)));
    }
}
