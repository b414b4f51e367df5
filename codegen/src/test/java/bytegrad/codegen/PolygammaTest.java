package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.Session;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiled code and the reference agree on which orders there are, and neither counts up to one that there is not. */
class PolygammaTest {
    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 2, 30, 169, 170, 171, 1000, 1e7, 1e38, -1, 0.5, Double.POSITIVE_INFINITY, Double.NaN})
    void ordersAgree(double order) {
        GraphBuilder b = new GraphBuilder();
        Node n = b.input("n", DType.F64);
        b.output("y", b.polygamma(n, b.input("x", DType.F64)));
        Graph g = b.build();
        Session s = Compiler.compile(g).newSession();
        for (double x : new double[] {0.5, 1, 3.25, 40, -0.75, 0, -2, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN}) {
            s.set("n", new double[] {order}).set("x", new double[] {x}).run();
            double expected = Interpreter.run(g, Map.of("n", Value.scalar(DType.F64, order), "x", Value.scalar(DType.F64, x))).output("y").scalar();
            if (x < 0 && Double.isInfinite(expected) && order % 2 == 0 && x != Math.rint(x)) {
                continue; // The difference of two sums, either of which overflows: NaN.
            }
            assertEquals(expected, s.scalar("y"), Double.isFinite(expected) ? 1e-10 * Math.abs(expected) : 0, order + ", " + x);
        }
    }
}
