package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradientTest {
    private final GraphBuilder b = new GraphBuilder();

    private static Value vector(double... x) {
        return Value.of(new TensorType(DType.F64, Shape.of(x.length)), x);
    }

    @Test
    void cotangentsAreSummedWherePathsJoin() {
        Node x = b.input("x", DType.F64, 2);
        // x³ + 2x by four edges that leave x: 3x² + 2
        Node loss = b.sumAll(b.add(b.mul(b.mul(x, x), x), b.mul(x, 2)));
        assertArrayEquals(new double[] {14, 29}, Evaluated.at(b, Gradient.of(b, loss, x), Map.of("x", vector(2, -3))), 1e-12);
    }

    @Test
    void anyOrder() {
        Node x = b.input("x", DType.F64);
        Node d = b.mul(b.square(b.square(x)), x);
        double[] expected = {5 * 16, 20 * 8, 60 * 4, 120 * 2, 120};
        for (double e : expected) {
            d = Gradient.of(b, d, x);
            assertArrayEquals(new double[] {e}, Evaluated.at(b, d, Map.of("x", Value.scalar(DType.F64, 2))), 1e-9);
        }
    }

    @Test
    void withRespectToNodesInBetweenAndTheLossItself() {
        Node x = b.input("x", DType.F64, 2);
        Node h = b.square(x);
        Node loss = b.sumAll(b.mul(h, h));
        List<Node> g = Gradient.of(b, loss, List.of(h, loss, x, h));
        Map<String, Value> in = Map.of("x", vector(2, -1));
        assertArrayEquals(new double[] {8, 2}, Evaluated.at(b, g.get(0), in));
        assertArrayEquals(new double[] {1}, Evaluated.at(b, g.get(1), in));
        assertArrayEquals(new double[] {32, -4}, Evaluated.at(b, g.get(2), in));
        assertSame(g.get(0), g.get(3));
    }

    @Test
    void unreachedIsAnErrorOrZeros() {
        Node x = b.input("x", DType.F64, 2);
        Node other = b.input("other", DType.F64, 3);
        Node loss = b.sumAll(x);
        Node later = b.exp(loss);
        for (Node n : List.of(other, later)) {
            assertThrows(GraphException.class, () -> Gradient.of(b, loss, n));
            List<Node> g = Gradient.of(b, loss, List.of(n, x), Gradient.Unreached.ZEROS);
            assertArrayEquals(new double[n.shape().size()], Evaluated.at(b, g.get(0), Map.of()));
            assertArrayEquals(new double[] {1, 1}, Evaluated.at(b, g.get(1), Map.of()));
        }
        GraphException e = assertThrows(GraphException.class, () -> Gradient.of(b, loss, List.of(x, other)));
        assertTrue(e.getMessage().startsWith("gradient of %2 = reduce_sum f64[] with respect to input \"other\" f64[3]: the loss does not depend on it"), e.getMessage());
        assertTrue(e.getMessage().contains("Unreached.ZEROS"), e.getMessage());
    }

    @Test
    void nothingFlowsThroughStopsAndSteps() {
        Node x = b.input("x", DType.F64, 2);
        for (Node y : List.of(b.stopGradient(x), b.sign(x), b.cast(b.cast(x, DType.I32), DType.F64), b.cast(b.gt(x, b.zerosLike(x)), DType.F64))) {
            Node loss = b.sumAll(b.exp(y));
            assertThrows(GraphException.class, () -> Gradient.of(b, loss, x));
            assertArrayEquals(new double[2], Evaluated.at(b, Gradient.of(b, loss, List.of(x), Gradient.Unreached.ZEROS).get(0), Map.of()));
        }
        // Past a stop, other paths still count.
        Node loss = b.sumAll(b.mul(x, b.stopGradient(x)));
        assertArrayEquals(new double[] {3, 4}, Evaluated.at(b, Gradient.of(b, loss, x), Map.of("x", vector(3, 4))));
    }

    @Test
    void theLossMustBeAFloatScalar() {
        Node x = b.input("x", DType.F32, 2, 3);
        Node y = b.exp(x);
        GraphException e = assertThrows(GraphException.class, () -> Gradient.of(b, y, x));
        assertTrue(e.getMessage().startsWith("gradient of %1 = exp f32[2,3]: the loss must be a float scalar, not f32[2,3]; reduce it"), e.getMessage());
        Node one = b.reshape(b.sumAll(x), 1);
        assertThrows(GraphException.class, () -> Gradient.of(b, one, x));
        Node n = b.cast(b.sumAll(x), DType.I32);
        e = assertThrows(GraphException.class, () -> Gradient.of(b, n, x));
        assertTrue(e.getMessage().contains("not i32[]; only a float has a gradient"), e.getMessage());
    }

    @Test
    void wrtMustBeFloatAndOfThisGraph() {
        Node x = b.input("x", DType.F32, 2);
        Node i = b.input("labels", DType.I32, 2);
        Node loss = b.sumAll(b.mul(x, b.cast(i, DType.F32)));
        GraphException e = assertThrows(GraphException.class, () -> Gradient.of(b, loss, List.of(x, i)));
        assertTrue(e.getMessage().contains("with respect to input \"labels\" i32[2]: i32[2] is not float"), e.getMessage());
        Node foreign = new GraphBuilder().input("x", DType.F32, 2);
        assertThrows(GraphException.class, () -> Gradient.of(b, loss, foreign));
        assertThrows(GraphException.class, () -> Gradient.of(new GraphBuilder(), loss, x));
        assertEquals(List.of(), Gradient.of(b, loss, List.of()));
    }

    @Test
    void errorsAddNoNodes() {
        Node x = b.input("x", DType.F32, 2);
        Node other = b.input("other", DType.F32, 2);
        Node loss = b.sumAll(b.tanh(x));
        int before = b.nodes().size();
        assertThrows(GraphException.class, () -> Gradient.of(b, loss, List.of(x, other)));
        assertThrows(GraphException.class, () -> Gradient.of(b, b.tanh(x), x));
        assertEquals(before, b.nodes().size());
    }

    @Test
    void anySubsetCanBeCompiled() {
        Node x = b.input("x", DType.F64, 4, 3);
        Node w = b.input("w", DType.F64, 3, 2);
        Node u = b.input("u", DType.F64, 2, 5);
        Node h = b.tanh(b.matmul(x, w));
        Node loss = b.sumAll(b.square(b.matmul(h, u)));
        List<Node> g = Gradient.of(b, loss, List.of(w, u, h));
        Graph last = Evaluated.only(b, g.get(1));
        assertEquals(0, last.nodes().stream().filter(n -> n.op().equals(new Op.Map(ScalarFn.SUB))).count(), "1 − h² belongs to w alone");
        assertTrue(last.nodes().size() < Evaluated.only(b, g.get(0)).nodes().size());
        assertTrue(Evaluated.only(b, h).nodes().size() == 4);
    }

    @Test
    void onlyNodesOnAPathAreVisited() {
        Node x = b.input("x", DType.F64, 8);
        Node w = b.input("w", DType.F64, 8);
        Node y = x;
        for (int i = 0; i < 100; i++) {
            y = b.sin(y);
        }
        Node loss = b.sumAll(b.mul(y, w));
        int before = b.nodes().size();
        Gradient.of(b, loss, w);
        assertTrue(b.nodes().size() - before <= 4, "dw = broadcast(1) · y, but " + (b.nodes().size() - before) + " nodes were added");
    }
}
