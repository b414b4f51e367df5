package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What finite differences cannot say: values at kinks and zeros, and which nodes a rule makes. */
class VjpTest {
    private final GraphBuilder b = new GraphBuilder();

    private static Value value(Shape shape, double... x) {
        return Value.of(new TensorType(DType.F64, shape), x);
    }

    /** dx of Σ f(x). */
    private static double[] slopes(BiFunction<GraphBuilder, Node, Node> f, Shape shape, double... x) {
        GraphBuilder b = new GraphBuilder();
        Node in = b.apply(new Op.Input("x", new TensorType(DType.F64, shape)), List.of());
        Node g = Gradient.of(b, b.sumAll(f.apply(b, in)), in);
        return Evaluated.at(b, g, Map.of("x", value(shape, x)));
    }

    private static Node zero(GraphBuilder b) {
        return b.constant(DType.F64, 0);
    }

    @Test
    void reluIsFlatAtZeroHoweverItIsWritten() {
        double[] x = {-1, 0, -0.0, 2};
        double[] dx = {0, 0, 0, 1};
        assertArrayEquals(dx, slopes((b, n) -> b.max(n, zero(b)), Shape.of(4), x));
        assertArrayEquals(dx, slopes((b, n) -> b.max(zero(b), n), Shape.of(4), x));
        double[] under = {1, 0, 0, 0};
        assertArrayEquals(under, slopes((b, n) -> b.min(n, zero(b)), Shape.of(4), x));
        assertArrayEquals(under, slopes((b, n) -> b.min(zero(b), n), Shape.of(4), x));
    }

    /** A product with a number just above the least would be denormal; the slope is 0 before it comes near. */
    @Test
    void theSlopeOfErfEndsBeforeItIsDenormal() {
        int n = 2000;
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = (i - n / 2) / 64.0;
        }
        Node in = b.input("x", DType.F32, n);
        Node g = Gradient.of(b, b.sumAll(b.erf(in)), in);
        double[] dx = Evaluated.at(b, g, Map.of("x", Value.of(TensorType.of(DType.F32, n), x)));
        for (int i = 0; i < n; i++) {
            double exact = 2 / Math.sqrt(Math.PI) * Math.exp(-x[i] * x[i]);
            assertEquals(exact, dx[i], 5e-31 + 1e-5 * exact, "at " + x[i]);
            assertEquals(dx[i] != 0, x[i] * x[i] <= 70, "at " + x[i]);
        }
        assertEquals(2 / Math.sqrt(Math.PI) * Math.exp(-400), slopes((b, y) -> b.erf(y), Shape.SCALAR, 20)[0], 1e-185);
    }

    @Test
    void reluNeedsOnlyItsResult() {
        Node x = b.input("x", DType.F32, 8);
        Node y = b.max(x, b.constant(DType.F32, 0));
        Node g = Gradient.of(b, b.sumAll(b.square(y)), x);
        int readers = (int) Evaluated.only(b, g).nodes().stream().filter(n -> n.inputs().stream().anyMatch(i -> i.op() instanceof Op.Input)).count();
        assertEquals(1, readers, "x is read by the forward max alone");
    }

    @Test
    void aTieOfTwoValuesGoesToTheSecond() {
        Node p = b.input("p", DType.F64, 3);
        Node q = b.input("q", DType.F64, 3);
        Map<String, Value> in = Map.of("p", value(Shape.of(3), 1, 2, 3), "q", value(Shape.of(3), 2, 2, 2));
        List<Node> max = Gradient.of(b, b.sumAll(b.max(p, q)), List.of(p, q));
        assertArrayEquals(new double[] {0, 0, 1}, Evaluated.at(b, max.get(0), in));
        assertArrayEquals(new double[] {1, 1, 0}, Evaluated.at(b, max.get(1), in));
        List<Node> min = Gradient.of(b, b.sumAll(b.min(p, q)), List.of(p, q));
        assertArrayEquals(new double[] {1, 0, 0}, Evaluated.at(b, min.get(0), in));
        assertArrayEquals(new double[] {0, 1, 1}, Evaluated.at(b, min.get(1), in));
    }

    @Test
    void absIsFlatAtZero() {
        assertArrayEquals(new double[] {-1, 0, 1}, slopes(GraphBuilder::abs, Shape.of(3), -2, 0, 2));
    }

    @Test
    void theFirstExtremeElementTakesAll() {
        double[] x = {1, 5, 5, 0, 0, 5};
        assertArrayEquals(new double[] {0, 1, 0, 0, 0, 1}, slopes((b, n) -> b.reduce(Monoid.MAX, n, 1), Shape.of(2, 3), x));
        assertArrayEquals(new double[] {1, 1, 1, 0, 0, 0}, slopes((b, n) -> b.reduce(Monoid.MAX, n, 0), Shape.of(2, 3), x));
        assertArrayEquals(new double[] {0, 1, 0, 0, 0, 0}, slopes((b, n) -> b.reduceAll(Monoid.MAX, n), Shape.of(2, 3), x));
        assertArrayEquals(new double[] {0, 0, 0, 1, 0, 0}, slopes((b, n) -> b.reduceAll(Monoid.MIN, n), Shape.of(2, 3), x));
        // Axes that are not neighbours: [[1, 0], [0, 5]] and [[5, 5], [5, 1]], of which the first 5s win.
        double[] apart = {1, 0, 5, 5, 0, 5, 5, 1};
        assertArrayEquals(new double[] {0, 0, 1, 0, 0, 1, 0, 0}, slopes((b, n) -> b.reduce(Monoid.MAX, n, 0, 2), Shape.of(2, 2, 2), apart));
    }

    @Test
    void aProductOfZerosHasTheRightSlopes() {
        BiFunction<GraphBuilder, Node, Node> product = (b, n) -> b.reduceAll(Monoid.PRODUCT, n);
        assertArrayEquals(new double[] {90, 60, 36, 30, 180}, slopes(product, Shape.of(5), 2, 3, 5, 6, 1));
        assertArrayEquals(new double[] {0, 24, 0, 0}, slopes(product, Shape.of(4), 2, 0, 3, 4));
        assertArrayEquals(new double[4], slopes(product, Shape.of(4), 2, 0, 0, 4));
        assertArrayEquals(new double[] {1}, slopes(product, Shape.of(1), 0));
        // ∂²(x₀x₁x₂x₃)/∂xᵢ∂xⱼ summed over j: with two zeros only their mixed derivative is left.
        assertArrayEquals(new double[] {0, 8, 8, 0}, slopes((b, n) -> Gradient.of(b, product.apply(b, n), n), Shape.of(4), 2, 0, 0, 4));
    }

    @Test
    void productOfTensorOfRankEight() {
        double[] x = new double[24];
        Arrays.fill(x, 2);
        double[] dx = new double[24];
        Arrays.fill(dx, 2 * 2 * 2);
        assertArrayEquals(dx, slopes((b, n) -> b.reduce(Monoid.PRODUCT, n, 0, 4), Shape.of(2, 1, 3, 1, 2, 1, 2, 1), x));
    }

    @Test
    void stridedSlicesOfRankEight() {
        Shape shape = Shape.of(1, 5, 1, 1, 7, 1, 1, 2);
        int[] starts = {0, 1, 0, 0, 2, 0, 0, 0};
        int[] strides = {1, 2, 9, 1, 3, 1, 1, 2};
        double[] dx = new double[70];
        for (int i : new int[] {1, 3}) {
            for (int j : new int[] {2, 5}) {
                dx[(i * 7 + j) * 2] = 1;
            }
        }
        assertArrayEquals(dx, slopes((b, n) -> b.slice(n, starts, shape.toArray(), strides), shape, new double[70]));
    }

    @Test
    void aDenseLayerNeedsNoTranspose() {
        Node x = b.input("x", DType.F32, 64, 784);
        Node w = b.input("w", DType.F32, 784, 256);
        assertNoTranspose(b.matmul(x, w), x, w);
    }

    @Test
    void attentionNeedsNoTranspose() {
        Node q = b.input("q", DType.F32, 2, 4, 8, 16);
        Node k = b.input("k", DType.F32, 2, 4, 6, 16);
        Node v = b.input("v", DType.F32, 2, 4, 6, 16);
        Op.Contract scores = new Op.Contract(List.of(0, 1), List.of(0, 1), List.of(3), List.of(3));
        assertNoTranspose(b.matmul(b.contract(scores, q, k), v), q, k, v);
    }

    @Test
    void aTransposedWeightNeedsNoTranspose() {
        Node x = b.input("x", DType.F32, 3, 5, 7);
        Node w = b.input("w", DType.F32, 4, 7);
        assertNoTranspose(b.contract(new Op.Contract(List.of(), List.of(), List.of(2), List.of(1)), x, w), x, w);
    }

    private void assertNoTranspose(Node y, Node... wrt) {
        Gradient.of(b, b.sumAll(b.square(y)), List.of(wrt));
        assertEquals(0, b.nodes().stream().filter(n -> n.op() instanceof Op.Transpose).count());
    }
}
