package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.nn.RandomDraws;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RandomTest {
    private final GraphBuilder b = new GraphBuilder();
    private final Node key = b.input("key", DType.I64);

    private Value run(Node y, long k) {
        GraphBuilder c = new GraphBuilder();
        GraphBuilder.Inlined all = c.inline(whole(y), Map.of("key", c.input("key", DType.I64)));
        c.output("y", all.outputs().get("y"));
        return Interpreter.run(c.build(), Map.of("key", Value.ofLongs(TensorType.of(DType.I64), k))).output("y");
    }

    private bytegrad.ir.Graph whole(Node y) {
        GraphBuilder c = new GraphBuilder();
        Node[] copy = new Node[b.nodes().size()];
        for (Node n : b.nodes()) {
            copy[n.id()] = c.apply(n.op(), n.inputs().stream().map(x -> copy[x.id()]).toList());
        }
        c.output("y", copy[y.id()]);
        return c.build();
    }

    /** The known answers that the authors of Threefry publish for 2x32 words and 20 rounds. */
    @Test
    void knownAnswers() {
        assertEquals(0x99ba4efe_6b200159L, Threefry.block(0, 0, 0, 0));
        assertEquals(0xbb002be7_1cb996fcL, Threefry.block(-1, -1, -1, -1));
        assertEquals(0x483df7a0_c4923a9cL, Threefry.block(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3));
    }

    @Test
    void sameKeySameWordsOtherSitesOtherWords() {
        Node first = b.random(key, DType.I32, 50);
        Node second = b.random(key, DType.I32, 50);
        assertNotEquals(first, second);
        assertEquals(run(first, 7), run(first, 7));
        assertNotEquals(run(first, 7), run(second, 7));
        assertNotEquals(run(first, 7), run(first, 8));
        assertSame(first, b.apply(first.op(), List.of(key)));
    }

    /** A graph read from text or inlined keeps its sites; the builder gives none of them out again. */
    @Test
    void sitesOfCopiesAreTaken() {
        b.apply(new Op.Random(TensorType.of(DType.I32), 5), List.of(key));
        assertEquals(6, ((Op.Random) b.random(key, DType.I32).op()).site());
    }

    @Test
    void uniformHasTheMomentsOfOne() {
        for (DType t : List.of(DType.F32, DType.F64)) {
            double[] u = run(RandomDraws.uniform(b, key, t, 100_000), 3).doubles();
            double mean = Arrays.stream(u).average().orElseThrow();
            double square = Arrays.stream(u).map(x -> x * x).average().orElseThrow();
            assertTrue(Arrays.stream(u).allMatch(x -> x >= 0 && x < 1));
            // Five standard errors.
            assertEquals(0.5, mean, 5 * 0.2887 / Math.sqrt(u.length));
            assertEquals(1 / 3.0, square, 5 * 0.2981 / Math.sqrt(u.length));
            double lag = 0;
            for (int i = 1; i < u.length; i++) {
                lag += (u[i] - 0.5) * (u[i - 1] - 0.5);
            }
            assertEquals(0, lag / u.length, 5 / 12.0 / Math.sqrt(u.length));
        }
    }

    @Test
    void normalHasTheMomentsOfOne() {
        for (DType t : List.of(DType.F32, DType.F64)) {
            double[] z = run(RandomDraws.normal(b, key, t, 100_000), 3).doubles();
            assertTrue(Arrays.stream(z).allMatch(x -> Math.abs(x) < 8.3));
            assertEquals(0, Arrays.stream(z).average().orElseThrow(), 5 / Math.sqrt(z.length));
            assertEquals(1, Arrays.stream(z).map(x -> x * x).average().orElseThrow(), 5 * Math.sqrt(2.0 / z.length));
            assertEquals(3, Arrays.stream(z).map(x -> x * x * x * x).average().orElseThrow(), 5 * Math.sqrt(96.0 / z.length));
            assertEquals(0.0455, Arrays.stream(z).filter(x -> Math.abs(x) > 2).count() / 1e5, 5 * Math.sqrt(0.0455 / z.length));
        }
    }

    @Test
    void bernoulliAndDropout() {
        double kept = Arrays.stream(run(RandomDraws.bernoulli(b, key, 0.3, 100_000), 11).longs()).average().orElseThrow();
        assertEquals(0.3, kept, 5 * Math.sqrt(0.21 / 100_000));
        Node x = b.full(TensorType.of(DType.F32, 10_000), 3);
        double[] y = run(RandomDraws.dropout(b, key, x, 0.25), 4).doubles();
        assertTrue(Arrays.stream(y).allMatch(v -> v == 0 || Math.abs(v - 4) < 1e-6));
        assertEquals(3, Arrays.stream(y).average().orElseThrow(), 5 * 4 * Math.sqrt(0.1875 / 10_000));
        assertEquals(0, Arrays.stream(run(RandomDraws.bernoulli(b, key, 0, 1000), 1).longs()).sum());
        assertEquals(1000, Arrays.stream(run(RandomDraws.bernoulli(b, key, 1, 1000), 1).longs()).sum());
    }

    /** Each of 0 to n − 1 once; where each comes is uniform, by the mean of every place over keys. */
    @Test
    void permutations() {
        int n = 7;
        int keys = 2000;
        double[] mean = new double[n];
        for (int k = 0; k < keys; k++) {
            long[] p = run(RandomDraws.permutation(b, key, n), k).longs();
            assertEquals(n, Arrays.stream(p).distinct().filter(i -> i >= 0 && i < n).count());
            for (int i = 0; i < n; i++) {
                mean[i] += (double) p[i] / keys;
            }
        }
        for (double m : mean) {
            assertEquals((n - 1) / 2.0, m, 5 * 2 / Math.sqrt(keys));
        }
        assertEquals(0, RandomDraws.permutation(b, key, 0).type().size());
    }

    @Test
    void foldedKeysDiffer() {
        Node a = RandomDraws.fold(b, key, b.constant(DType.I32, 1));
        Node c = RandomDraws.fold(b, key, b.constant(DType.I32, 2));
        assertNotEquals(run(a, 5), run(c, 5));
    }

    @Test
    void badRequests() {
        assertMessage("random of f32[]: the key must be an i64 scalar", () -> b.random(b.constant(DType.F32, 1), DType.I32, 3));
        assertMessage("random of i64[]: random words are i32 or i64, not f32; make other numbers of them", () -> b.random(key, DType.F32, 3));
        assertMessage("bernoulli [3]: the probability 1.5 is not in [0, 1]", () -> RandomDraws.bernoulli(b, key, 1.5, 3));
        assertMessage("dropout of i64[]: the probability 1.0 is not in [0, 1)", () -> RandomDraws.dropout(b, key, key, 1));
        assertMessage("uniform i32[3]: draws are f32 or f64; cast them", () -> RandomDraws.uniform(b, key, DType.I32, 3));
        assertEquals(Shape.of(0), b.random(key, DType.I64, 0).shape());
    }

    private static void assertMessage(String start, org.junit.jupiter.api.function.Executable e) {
        String message = assertThrows(GraphException.class, e).getMessage();
        assertTrue(message != null && message.startsWith(start), message);
    }
}
