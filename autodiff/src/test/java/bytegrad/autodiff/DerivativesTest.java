package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of {@code docs/derivatives.md}, which must be lines of this file. */
class DerivativesTest {
    /** Tests run in the module's folder or in the one above. */
    private static final Path ROOT = Files.exists(Path.of("docs/derivatives.md")) ? Path.of("") : Path.of("..");

    private final GraphBuilder b = new GraphBuilder();

    @Test
    void examples() {
        Node x = b.input("x", DType.F64, 3);
        Node w = b.input("w", DType.F64, 2, 3);
        Node y = b.tanh(b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(0)), w, x));
        Node loss = b.sumAll(b.square(y));
        List<Node> gradients = Gradient.of(b, loss, List.of(w, x));
        assertEquals(List.of(w.type(), x.type()), gradients.stream().map(Node::type).toList());

        Node dy = b.input("dy", DType.F64, 2);
        Node dx = Gradient.pullback(b, List.of(y), List.of(dy), List.of(x), Gradient.Unreached.ERROR).get(0);
        Node tx = b.input("tx", DType.F64, 3);
        Node ty = Gradient.pushforward(b, List.of(y), List.of(x), List.of(tx), Gradient.Unreached.ERROR).get(0);
        assertEquals(value(b.sumAll(b.mul(dx, tx)))[0], value(b.sumAll(b.mul(dy, ty)))[0], 1e-14);

        Node jacobian = Jacobian.of(b, y, x); // f64[2,3]: the shape of y, then that of x
        Node hessian = Hessian.of(b, loss, x); // f64[3,3]
        Node hv = Hessian.times(b, loss, List.of(x), List.of(tx)).get(0);
        assertArrayEquals(value(ty), value(b.sum(b.mul(jacobian, tx), 1)), 1e-14);
        assertArrayEquals(value(hv), value(b.sum(b.mul(hessian, tx), 1)), 1e-14);

        Node xs = b.input("xs", DType.F64, 64, 3);
        Node ys = Batch.of(b, List.of(y), List.of(x), List.of(xs)).get(0); // f64[64,2]
        Node perExample = Batch.of(b, List.of(gradients.get(0)), List.of(x), List.of(xs)).get(0); // f64[64,2,3]
        assertEquals(TensorType.of(DType.F64, 64, 2), ys.type());
        assertEquals(TensorType.of(DType.F64, 64, 2, 3), perExample.type());

        Node rounded = Loops.custom(b, List.of(x), (s, k) -> List.of(s.sign(k.get(0))), (s, k, r, d) -> d).get(0); // passes the cotangent on
        Node fixed = b.stopGradient(y);
        assertArrayEquals(new double[] {1, 1, 1}, value(Gradient.of(b, b.sumAll(rounded), x)));
        assertArrayEquals(new double[3], value(Gradient.of(b, b.sumAll(fixed), List.of(x), Gradient.Unreached.ZEROS).get(0)));

        Node last = Loops.scan(b, 100, false, List.of(x), List.of(), (s, c, slices) ->
                new Loops.Step(List.of(s.mul(s.sin(c.get(0)), x)), List.of())).get(0);
        Node through = Gradient.of(b, b.sumAll(last), x);
        assertEquals(x.type(), through.type());
    }

    private double[] value(Node n) {
        return Evaluated.at(b, n, Map.of("x", vector(0.1, -0.2, 0.3), "w", Value.of(TensorType.of(DType.F64, 2, 3), 1, 2, 3, -1, 0.5, 1),
                "dy", vector(1, 2), "tx", vector(0.5, 1, -1)));
    }

    private static Value vector(double... x) {
        return Value.of(TensorType.of(DType.F64, x.length), x);
    }

    @Test
    void theDocumentShowsTheExamples() throws IOException {
        String source = flat(Files.readString(ROOT.resolve("autodiff/src/test/java/bytegrad/autodiff/DerivativesTest.java")));
        List<String> examples = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(ROOT.resolve("docs/derivatives.md"))).results()
                .map((MatchResult m) -> flat(m.group(1))).toList();
        assertEquals(6, examples.size());
        examples.forEach(e -> assertTrue(source.contains(e), e));
    }

    private static String flat(String code) {
        return code.replaceAll("\\s+", " ").strip();
    }
}
