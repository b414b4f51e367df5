package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HessianTest {
    private final GraphBuilder b = new GraphBuilder();

    private static Map<String, Value> drawn(Graph g) {
        SplittableRandom random = new SplittableRandom(5);
        Map<String, Value> in = new HashMap<>();
        for (Node n : g.inputs()) {
            in.put(((Op.Input) n.op()).name(), Value.of(n.type(), random.doubles(n.type().size(), -1, 1).toArray()));
        }
        return in;
    }

    @Test
    void jacobianOfAProductByHand() {
        Node x = b.input("x", DType.F64, 3);
        Node a = b.input("a", DType.F64, 2, 3);
        b.output("J", Jacobian.of(b, b.reshape(b.matmul(a, b.reshape(b.square(x), 3, 1)), 2, 1), x));
        Graph g = b.build();
        Map<String, Value> in = drawn(g);
        Value j = Interpreter.run(g, in).output("J");
        assertEquals(Shape.of(2, 1, 3), j.shape());
        for (int i = 0; i < 2; i++) {
            for (int k = 0; k < 3; k++) {
                assertEquals(2 * in.get("a").at(3 * i + k) * in.get("x").at(k), j.at(3 * i + k), 1e-15);
            }
        }
    }

    @Test
    void jacobianOfWhatIsEmptyOrOneNumber() {
        Node x = b.input("x", DType.F64, 2);
        assertEquals(TensorType.of(DType.F64, 0, 2), Jacobian.of(b, b.slice(x, 0, 1, 1), x).type());
        b.output("J", Jacobian.of(b, b.sumAll(b.square(x)), x));
        Graph g = b.build();
        Map<String, Value> in = drawn(g);
        Value j = Interpreter.run(g, in).output("J");
        assertArrayEquals(new double[] {2 * in.get("x").at(0), 2 * in.get("x").at(1)}, j.doubles(), 1e-15);
    }

    /** The graph of a Jacobian is as large for many outputs as for few. */
    @Test
    void theGraphDoesNotGrowWithTheOutputs() {
        int[] nodes = new int[2];
        for (int k = 0; k < 2; k++) {
            GraphBuilder c = new GraphBuilder();
            Node x = c.input("x", DType.F64, k == 0 ? 2 : 500);
            c.output("J", Jacobian.of(c, c.tanh(c.mul(x, c.sin(x))), x));
            nodes[k] = c.build().nodes().size();
        }
        assertEquals(nodes[0], nodes[1]);
    }

    @Test
    void theProductIsThatOfTheDenseMatrixWhichIsSymmetric() {
        Node w = b.input("w", DType.F64, 4, 3);
        Node u = b.input("u", DType.F64, 3, 2);
        Node x = b.input("x", DType.F64, 5, 4);
        Node y = b.matmul(b.tanh(b.matmul(x, w)), u);
        Node loss = b.sumAll(b.square(Activations.softmax(b, y, 1)));
        Node v = b.input("v", DType.F64, 4, 3);
        b.output("H", Hessian.of(b, loss, w));
        b.output("Hv", Hessian.times(b, loss, List.of(w), List.of(v)).getFirst());
        Graph g = b.build();
        Map<String, Value> in = drawn(g);
        Interpreter.Result r = Interpreter.run(g, in);
        double[] h = r.output("H").doubles();
        double[] hv = r.output("Hv").doubles();
        for (int i = 0; i < 12; i++) {
            double sum = 0;
            for (int j = 0; j < 12; j++) {
                assertEquals(h[12 * i + j], h[12 * j + i], 1e-14);
                sum += h[12 * i + j] * in.get("v").at(j);
            }
            assertEquals(sum, hv[i], 1e-13);
        }
        double largest = java.util.Arrays.stream(h).map(Math::abs).max().orElseThrow();
        assertTrue(largest > 0.01, "a Hessian of zeros would pass all of this");
    }

    @Test
    void ofALinearLossItIsZero() {
        Node x = b.input("x", DType.F64, 3);
        b.output("Hv", Hessian.times(b, b.sumAll(b.mul(x, 2)), List.of(x), List.of(b.full(x.type(), 1))).getFirst());
        assertArrayEquals(new double[3], Interpreter.run(b.build(), Map.of()).output("Hv").doubles());
    }
}
