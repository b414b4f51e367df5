package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What finite differences cannot say of scatters and cumulations: who gets the cotangent at a tie, and slopes at zeros. */
class IndexVjpTest {
    private static final double NAN = Double.NaN;

    private final GraphBuilder b = new GraphBuilder();
    private final Node base = b.input("base", DType.F64, 3);
    private final Node updates = b.input("updates", DType.F64, 5);
    /** 0 gets three updates, 2 two, 1 none. */
    private final Node indices = b.constant(Literal.of(Shape.of(5), 0, 2, 0, 2, 0));

    private static Value value(double... x) {
        return Value.of(TensorType.of(DType.F64, x.length), x);
    }

    /** The slopes of 1·y[0] + 10·y[1] + 100·y[2] by the base and by the updates. */
    private void check(Op.Combine c, double[] x, double[] u, double[] dx, double[] du) {
        Node y = b.scatter(c, base, updates, List.of(indices), 0, 0);
        List<Node> g = Gradient.of(b, b.sumAll(b.mul(y, b.constant(Literal.of(Shape.of(3), 1.0, 10.0, 100.0)))), List.of(base, updates));
        Map<String, Value> in = Map.of("base", value(x), "updates", value(u));
        assertArrayEquals(dx, Evaluated.at(b, g.get(0), in));
        assertArrayEquals(du, Evaluated.at(b, g.get(1), in));
    }

    @Test
    void theLastUpdateSets() {
        check(Op.Combine.SET, new double[3], new double[5], new double[] {0, 10, 0}, new double[] {0, 0, 0, 100, 1});
    }

    @Test
    void theBaseAndThenTheFirstUpdateAreTheExtreme() {
        double[] x = {1, 1, 5};
        double[] u = {7, 5, 7, 5, 2};
        check(Op.Combine.MAX, x, u, new double[] {0, 10, 100}, new double[] {1, 0, 0, 0, 0});
        check(Op.Combine.MIN, x, u, new double[] {1, 10, 100}, new double[5]);
        check(Op.Combine.MAX, new double[] {1, 1, NAN}, new double[] {7, 5, NAN, 5, NAN}, new double[] {0, 10, 100}, new double[] {0, 0, 1, 0, 0});
        // −0 and +0 are equal.
        check(Op.Combine.MAX, new double[] {-0.0, 1, -1}, new double[] {0.0, -0.0, 0, 0.0, 0}, new double[] {1, 10, 0}, new double[] {0, 100, 0, 0, 0});
    }

    @Test
    void zeroFactorsHaveTheRightSlopes() {
        check(Op.Combine.MUL, new double[] {2, 3, 4}, new double[] {3, 5, 7, 6, 1}, new double[] {21, 10, 3000}, new double[] {14, 2400, 6, 2000, 42});
        check(Op.Combine.MUL, new double[] {2, 0, 0}, new double[] {0, 5, 7, 6, 3}, new double[] {0, 10, 3000}, new double[] {42, 0, 0, 0, 0});
        check(Op.Combine.MUL, new double[] {0, 0, 0}, new double[] {0, 0, 7, 6, 3}, new double[] {0, 10, 0}, new double[] {0, 0, 0, 0, 0});
    }

    @Test
    void twoZeroFactorsHaveTheirMixedDerivative() {
        // y[0] = x₀u₀u₂u₄ with u₀ = u₂ = 0: of Σᵢ ∂y[0]/∂uᵢ only x₀u₄ is left, by u₀ and by u₂.
        Node y = b.slice(b.scatter(Op.Combine.MUL, base, updates, List.of(indices), 0, 0), 0, 0, 1);
        Node g = Gradient.of(b, b.sumAll(y), updates);
        Node h = Gradient.of(b, b.sumAll(g), updates);
        Map<String, Value> in = Map.of("base", value(2, 0, 0), "updates", value(0, 1, 0, 1, 3));
        assertArrayEquals(new double[] {6, 0, 6, 0, 0}, Evaluated.at(b, h, in));
    }

    private static double[] slopes(Monoid m, boolean reverse, boolean exclusive, double... x) {
        GraphBuilder b = new GraphBuilder();
        Node in = b.input("x", DType.F64, x.length);
        Node y = b.cumulate(m, in, 0, reverse, exclusive);
        // Weights 1, 10, 100, … say which results an element was in.
        double[] w = new double[x.length];
        for (int k = 0; k < w.length; k++) {
            w[k] = Math.pow(10, k);
        }
        // An exclusive extreme is infinite where nothing came before.
        Node finite = b.select(b.lt(b.abs(y), b.constant(DType.F64, Double.POSITIVE_INFINITY)), y, b.zerosLike(y));
        Node loss = b.sumAll(b.mul(m == Monoid.MAX ? b.select(b.ne(y, y), y, finite) : y, b.constant(Literal.of(Shape.of(x.length), w))));
        return Evaluated.at(b, Gradient.of(b, loss, in), Map.of("x", value(x)));
    }

    @Test
    void theLeastIndexOfTheRunningExtremeTakesAll() {
        assertArrayEquals(new double[] {1, 1110, 0, 0}, slopes(Monoid.MAX, false, false, 1, 5, 5, 3));
        assertArrayEquals(new double[] {0, 11, 100, 1000}, slopes(Monoid.MAX, true, false, 1, 5, 5, 3));
        assertArrayEquals(new double[] {1111, 0, 0, 0}, slopes(Monoid.MIN, false, false, 1, 5, 5, 3));
        assertArrayEquals(new double[] {1, 10, 1100, 0}, slopes(Monoid.MAX, false, false, -2, -1, NAN, NAN));
        assertArrayEquals(new double[] {0, 0, 111, 1000}, slopes(Monoid.MAX, true, false, -2, -1, NAN, NAN));
        assertArrayEquals(new double[] {10, 1100, 0, 0}, slopes(Monoid.MAX, false, true, 1, 5, 5, 3));
        assertArrayEquals(new double[] {0, 1, 10, 100}, slopes(Monoid.MAX, true, true, 1, 5, 5, 3));
        assertArrayEquals(new double[] {1111, 0, 0, 0}, slopes(Monoid.MAX, false, false, 0.0, -0.0, 0.0, -0.0));
    }

    @Test
    void runningProductsOfZerosHaveTheRightSlopes() {
        assertArrayEquals(new double[] {1, 20, 0, 0}, slopes(Monoid.PRODUCT, false, false, 2, 0, 0, 4), 0);
        // y = 2, 0, 0, 0: by x₁ 10·2 + 100·2·3 + 1000·2·3·4.
        assertArrayEquals(new double[] {1, 24620, 0, 0}, slopes(Monoid.PRODUCT, false, false, 2, 0, 3, 4), 0);
        assertArrayEquals(new double[] {10, 6200, 0, 0}, slopes(Monoid.PRODUCT, false, true, 2, 0, 3, 4), 0);
        // y = 0, 0, 12, 4: by x₁ 2·3·4 + 10·3·4.
        assertArrayEquals(new double[] {0, 144, 400, 1300}, slopes(Monoid.PRODUCT, true, false, 2, 0, 3, 4), 0);
        assertArrayEquals(new double[] {1}, slopes(Monoid.PRODUCT, false, false, 0), 0);
    }

    @Test
    void aRunningProductNeedsFewNodes() {
        Node x = b.input("x", DType.F32, 1000);
        Gradient.of(b, b.sumAll(b.cumulate(Monoid.PRODUCT, x, 0, false, false)), x);
        assertTrue(b.nodes().size() < 250, b.nodes().size() + " nodes");
    }
}
