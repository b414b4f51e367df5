package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The options that change no result: profile and warm-up; and those that are refused. */
final class OptionsTest {
    private static final Graph PERCEPTRON = FactsTest.perceptron(new Sgd(0.1), 300, 257, 10);

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SCALAR"})
    void aProfileTimesEveryLaunchAndChangesNoBit(Options.Simd simd) {
        Options plain = Options.DEFAULT.withSimd(simd).withVerification(true);
        CompiledFunction f = Compiler.compile(PERCEPTRON, plain.withProfile(true));
        Session timed = f.newSession(1);
        Session bare = Compiler.compile(PERCEPTRON, plain).newSession(1);
        for (Session s : List.of(timed, bare)) {
            RandomGraphs.inputs(PERCEPTRON, 7).forEach((name, v) -> s.set(name, Three.tensor(v)));
            s.run();
        }
        assertEquals(List.of(), Three.differences(Three.results(f, bare), Three.results(f, timed), 0, 0));
        long before = System.nanoTime();
        timed.run();
        long took = System.nanoTime() - before;
        long[] launches = timed.launchNanos();
        assertEquals(Compiler.explain(PERCEPTRON, plain).launchCount(), launches.length);
        assertTrue(Arrays.stream(launches).allMatch(n -> n > 0) && Arrays.stream(launches).sum() <= took, Arrays.toString(launches));
        assertArrayEquals(new long[0], bare.launchNanos());
    }

    @Test
    void withoutAProfileNothingLooksAtTheClock() {
        for (boolean profile : new boolean[] {false, true}) {
            var image = Compilation.of(PERCEPTRON, Options.DEFAULT.withProfile(profile)).image();
            String bytes = new String(image.bytes(image.mainClass()), java.nio.charset.StandardCharsets.ISO_8859_1);
            assertEquals(profile, bytes.contains("launched"));
        }
    }

    @Test
    void aWarmUpLeavesNothingBehindButCode() {
        CompiledFunction f = Compiler.compile(PERCEPTRON, Options.DEFAULT.withSimd(Options.Simd.SCALAR).withWarmUp(true));
        assertThrows(bytegrad.runtime.SessionException.class, () -> f.newSession(1).run());
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        for (long bad : new long[] {Long.MIN_VALUE, -1}) {
            String message = String.valueOf(assertThrows(OptionsException.class, () -> Options.DEFAULT.withChunkNanos(bad)).getMessage());
            assertTrue(message.contains("chunkNanos is " + bad) && message.contains("from 0") && message.contains("to " + Long.MAX_VALUE), message);
        }
    }

    /** What it computes has other operands and places. */
    @Test
    void equalLoopsOverGraphsAreEmittedOnce() {
        GraphBuilder b = new GraphBuilder();
        for (int k = 0; k < 2; k++) {
            Node w = b.input("w" + k, DType.F32, 40, 40);
            Node h = b.input("h" + k, DType.F32, 1, 40);
            b.output("y" + k, Loops.scan(b, 9, false, List.of(h), List.of(b.input("x" + k, DType.F32, 9, 1, 40)),
                    (s, c, xs) -> new Loops.Step(List.of(s.tanh(s.add(s.matmul(c.get(0), w), xs.get(0)))), List.of())).getFirst());
        }
        Explanation e = Compiler.explain(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        List<Explanation.Launch> scans = e.launches().stream().filter(l -> l.kind().equals("scan")).toList();
        assertEquals(2, scans.size());
        assertEquals(scans.get(0).number(), scans.get(1).sameCodeAs(), scans.get(0).kernel() + scans.get(1).kernel());
    }

    /** In chunks or not, equal kernels are one method. */
    @Test
    void equalKernelsAreEmittedOnce() {
        Graph g = GraphParser.parse(
                """
                graph
                a: f32[300,500] = input "a"
                b: f32[500,300] = input "b"
                c: f32[300,300] = input "c"
                d: f32[500,300] = input "d"
                %4: f32[300,300] = contract(a, b) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                %5: f32[300,300] = contract(a, d) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                %6: f32[300,300] = cumulate_sum(%4) axis=0 reverse=false exclusive=false
                %7: f32[300,300] = cumulate_sum(%5) axis=0 reverse=false exclusive=false
                output "y" = %6
                output "z" = %7
                """);
        Explanation e = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        List<Explanation.Launch> contractions = e.launches().stream().filter(l -> l.kind().equals("contraction")).toList();
        assertEquals(2, contractions.size());
        assertTrue(contractions.getFirst().chunks() > 1, e.text());
        assertEquals(contractions.get(0).number(), contractions.get(1).sameCodeAs());
        assertFalse(e.launches().stream().filter(l -> l.sameCodeAs() != l.number()).count() < 2, e.text());
    }

    private static final List<MachineProfile> EXTREMES =
            List.of(new MachineProfile("least", 128, 0.1, 1 << 15, 0.1, 10), MachineProfile.DEFAULT, new MachineProfile("most", 512, 1e5, 1 << 30, 1e4, 10_000_000));

    /** Rows for several blocks, and products for several as well. */
    private static Graph products() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 400, 1300);
        Node h = b.tanh(b.matmul(x, b.input("w", DType.F32, 1300, 150)));
        b.output("y", b.matmul(h, b.input("v", DType.F32, 150, 300)));
        b.output("s", b.sumAll(h));
        return b.build();
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SCALAR"})
    void theMachineChangesCodeAndNoBit(Options.Simd simd) {
        for (Graph g : List.of(products(), FactsTest.perceptron(new Adam(1e-3), 300, 257, 129, 10))) {
            Set<String> decisions = new HashSet<>();
            Set<List<Tensor>> results = new HashSet<>();
            for (MachineProfile m : EXTREMES) {
                Options o = Options.DEFAULT.withSimd(simd).withVerification(true).withMachineProfile(m);
                Explanation e = Compiler.explain(g, o);
                assertTrue(e.text().contains("machine   " + m.name() + ": "), e.text());
                decisions.add(e.launches().stream().map(l -> l.chunks() + " " + l.schedule()).toList().toString());
                for (int threads = 1; threads <= 2; threads++) {
                    Session s = Compiler.compile(g, o).newSession(threads);
                    RandomGraphs.inputs(g, 7).forEach((name, v) -> s.set(name, Three.tensor(v)));
                    s.run();
                    s.run();
                    results.add(Stream.concat(s.function().signature().states().stream(), s.function().signature().outputs().stream()).map(x -> s.get(x.name())).toList());
                }
            }
            assertTrue(decisions.size() >= 2, decisions.toString());
            assertEquals(1, results.size());
        }
    }
}
