package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.testing.Fill;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Gradients by bf16 nodes are bf16, and those of f32 but for rounding. */
class Bfloat16GradientTest {
    /** The gradients of a little network by all of its inputs, computed in a dtype; of every kind that has bf16 some. */
    private static List<Node> gradients(GraphBuilder b, DType t) {
        Node x = b.input("x", t, 3, 5);
        Node w = b.input("w", t, 5, 4);
        Node bias = b.input("bias", t, 4);
        Node h = b.tanh(Layers.dense(b, x, w, bias));
        Node p = Activations.softmax(b, h, 1);
        Node rows = b.gather(b.concat(0, p, b.flip(h, 1)), b.constant(Literal.of(Shape.of(3), 5, 0, 5)), 0);
        Node scale = b.select(b.gt(x, b.constant(t, 0)), x, b.mul(x, 0.5));
        Node loss = b.add(b.sumAll(b.mul(rows, p)), b.sumAll(b.mul(b.reduce(bytegrad.ir.Monoid.MAX, scale, 1), b.sum(scale, 1))));
        return Gradient.of(b, loss, List.of(x, w, bias));
    }

    @Test
    void agreesWithF32() {
        GraphBuilder narrow = new GraphBuilder();
        GraphBuilder wide = new GraphBuilder();
        List<Node> g = gradients(narrow, DType.BF16);
        List<Node> exact = gradients(wide, DType.F32);
        Map<String, Value> in = new HashMap<>();
        Map<String, Value> in32 = new HashMap<>();
        SplittableRandom random = new SplittableRandom(3);
        narrow.nodes().stream().filter(n -> n.op() instanceof bytegrad.ir.Op.Input).forEach(n -> {
            String name = ((bytegrad.ir.Op.Input) n.op()).name();
            in.put(name, Fill.DISTINCT.draw(n.type(), random));
            in32.put(name, Value.of(n.type().with(DType.F32), in.get(name).doubles()));
        });
        for (int k = 0; k < g.size(); k++) {
            assertEquals(DType.BF16, g.get(k).dtype());
            assertEquals(exact.get(k).shape(), g.get(k).shape());
            double[] rounded = Evaluated.at(narrow, g.get(k), in);
            double[] expected = Evaluated.at(wide, exact.get(k), in32);
            double scale = 0;
            for (double e : expected) {
                scale = Math.max(scale, Math.abs(e));
            }
            assertTrue(scale > 0.1, "a gradient to compare");
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], rounded[i], scale * 0x1p-5, k + "[" + i + "]");
            }
        }
    }

    @Test
    void castsPassTheCotangentInTheOperandsType() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 3);
        Node h = b.input("h", DType.BF16, 3);
        Node loss = b.sumAll(b.mul(b.cast(h, DType.F32), b.cast(b.cast(x, DType.BF16), DType.F32)));
        List<Node> g = Gradient.of(b, loss, List.of(x, h));
        assertEquals(List.of(DType.F32, DType.BF16), g.stream().map(Node::dtype).toList());
        Node u = b.input("u", DType.U8, 3);
        Node smooth = b.sumAll(b.cast(u, DType.F32));
        assertThrows(GraphException.class, () -> Gradient.of(b, smooth, u));
        Node stairs = b.sumAll(b.cast(b.cast(x, DType.U8), DType.F32));
        assertThrows(GraphException.class, () -> Gradient.of(b, stairs, x));
    }
}
