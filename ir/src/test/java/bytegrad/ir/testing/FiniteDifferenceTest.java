package bytegrad.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FiniteDifferenceTest {
    @Test
    void agreesWithAKnownDerivative() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F64, 3);
        Node z = b.input("z", DType.F64, 3);
        b.output("y", b.mul(b.exp(x), b.sin(z)));
        Map<String, Value> at = Map.of("x", Value.of(x.type(), 0.5, -1, 2), "z", Value.of(x.type(), 1, 2, 3));
        Map<String, Value> v = Map.of("x", Value.of(x.type(), 1, -0.5, 0), "z", Value.of(x.type(), 0, 1, -1));
        var e = FiniteDifference.along(b.build(), "y", at, v);
        double[] dx = {1, -0.5, 0};
        double[] dz = {0, 1, -1};
        for (int i = 0; i < 3; i++) {
            double xi = at.get("x").at(i);
            double zi = at.get("z").at(i);
            double exact = Math.exp(xi) * (Math.sin(zi) * dx[i] + Math.cos(zi) * dz[i]);
            assertEquals(exact, e.derivative().at(i), 1e-11);
            assertTrue(e.error().at(i) < 1e-7);
        }
    }

    @Test
    void whatDoesNotMoveHasDerivativeZero() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F64, 1);
        b.output("y", b.pad(x, new int[] {1}, new int[] {1}, Double.NaN));
        Value one = Value.of(x.type(), 1);
        var e = FiniteDifference.along(b.build(), "y", Map.of("x", one), Map.of("x", one));
        assertEquals(0, e.derivative().at(0));
        assertEquals(1, e.derivative().at(1), 1e-12);
    }

    /** Two directions and their sum: linear exactly where the samples keep clear of kinks. */
    @Test
    void isLinearOnEverySmoothSample() {
        for (Sample s : Samples.differentiable()) {
            Map<String, Value> at = s.inputs(Samples.SEED);
            List<String> names = s.differentiable();
            Map<String, Value> u = FiniteDifference.direction(at, names, 1);
            Map<String, Value> v = FiniteDifference.direction(at, names, 2);
            Map<String, Value> half = new java.util.LinkedHashMap<>();
            u.forEach((name, x) -> {
                double[] d = x.doubles();
                Value w = v.get(name);
                for (int i = 0; i < d.length; i++) {
                    d[i] = (d[i] + (w == null ? 0 : w.at(i))) / 2;
                }
                half.put(name, Value.of(x.type(), d));
            });
            var du = FiniteDifference.along(s.graph(), "y", at, u);
            var dv = FiniteDifference.along(s.graph(), "y", at, v);
            var dw = FiniteDifference.along(s.graph(), "y", at, half);
            for (int i = 0; i < dw.derivative().size(); i++) {
                double expected = (du.derivative().at(i) + dv.derivative().at(i)) / 2;
                assertEquals(expected, dw.derivative().at(i), 1e-8 * Math.max(1, Math.abs(expected)), s.name() + " element " + i);
            }
        }
    }
}
