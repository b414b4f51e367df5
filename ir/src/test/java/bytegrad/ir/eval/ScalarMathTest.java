package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.Test;

final class ScalarMathTest {
    private static final MathContext MC = new MathContext(80);
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private static double f(ScalarFn fn, double... x) {
        return ScalarMath.floats(fn, x[0], x.length > 1 ? x[1] : 0, x.length > 2 ? x[2] : 0);
    }

    private static long i32(ScalarFn fn, long a, long b) {
        return ScalarMath.integers(fn, DType.I32, a, b, 0);
    }

    private static long i64(ScalarFn fn, long a, long b) {
        return ScalarMath.integers(fn, DType.I64, a, b, 0);
    }

    /** erf by its alternating Taylor series in 80 digits: with |x| at most 6 the terms stay below e³⁶ ≈ 1e16. */
    private static BigDecimal exactErf(double x) {
        BigDecimal square = new BigDecimal(x).pow(2, MC);
        BigDecimal power = new BigDecimal(x);
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal least = power.abs().movePointLeft(70);
        for (int n = 0; power.abs().compareTo(least) > 0; n++) {
            BigDecimal term = power.divide(BigDecimal.valueOf(2 * n + 1), MC);
            sum = n % 2 == 0 ? sum.add(term, MC) : sum.subtract(term, MC);
            power = power.multiply(square, MC).divide(BigDecimal.valueOf(n + 1), MC);
        }
        BigDecimal pi = new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899");
        return sum.multiply(BigDecimal.TWO).divide(pi.sqrt(MC), MC);
    }

    @Test
    void erfIsWithinAFewUlps() {
        double worst = 0;
        for (double x = 0x1p-20; x < 6.2; x += x < 0.1 ? 0.01 : 0.0371) {
            double y = Erf.erf(x);
            BigDecimal exact = exactErf(x);
            worst = Math.max(worst, new BigDecimal(y).subtract(exact).divide(exact, MC).abs().doubleValue());
            assertEquals(-y, Erf.erf(-x));
        }
        assertTrue(worst < 1e-15, "worst relative error " + worst);
    }

    @Test
    void erfAtTheJointsAndEnds() {
        for (double x : new double[] {Math.nextDown(2), 2, Math.nextUp(2), 5.9, 6, 1e-300}) {
            BigDecimal exact = exactErf(x);
            assertTrue(new BigDecimal(Erf.erf(x)).subtract(exact).abs().compareTo(exact.multiply(new BigDecimal("5e-16"))) < 0, "erf(" + x + ")");
        }
        assertEquals(0.8427007929497149, Erf.erf(1), 1.2e-16);
        assertEquals(1, Erf.erf(INF));
        assertEquals(-1, Erf.erf(-INF));
        assertEquals(1, Erf.erf(1e300));
        assertEquals(-0.0, Erf.erf(-0.0));
        assertTrue(Double.isNaN(Erf.erf(NAN)));
        // 2/√π · x, for the least denormal still the least denormal.
        assertEquals(Double.MIN_VALUE, Erf.erf(Double.MIN_VALUE));
    }

    @Test
    void sigmoidIsAccurateAtBothEnds() {
        assertEquals(0.5, f(ScalarFn.SIGMOID, 0));
        assertEquals(StrictMath.exp(-40), f(ScalarFn.SIGMOID, -40), 1e-15 * StrictMath.exp(-40));
        assertEquals(StrictMath.exp(-740), f(ScalarFn.SIGMOID, -740));
        assertEquals(1, f(ScalarFn.SIGMOID, 40));
        assertEquals(0.8807970779778824, f(ScalarFn.SIGMOID, 2), 2e-16);
        assertEquals(0, f(ScalarFn.SIGMOID, -INF));
        assertEquals(1, f(ScalarFn.SIGMOID, INF));
        assertTrue(Double.isNaN(f(ScalarFn.SIGMOID, NAN)));
    }

    @Test
    void floatFunctions() {
        assertEquals(-2, f(ScalarFn.NEG, 2));
        assertEquals(2, f(ScalarFn.ABS, -2));
        assertEquals(3, f(ScalarFn.SQRT, 9));
        assertEquals(Math.E, f(ScalarFn.EXP, 1), Math.ulp(Math.E));
        assertEquals(1, f(ScalarFn.LOG, Math.E));
        assertEquals(0.7615941559557649, f(ScalarFn.TANH, 1), 1e-16);
        assertEquals(0.8414709848078965, f(ScalarFn.SIN, 1));
        assertEquals(0.5403023058681398, f(ScalarFn.COS, 1));
        assertEquals(5, f(ScalarFn.ADD, 2, 3));
        assertEquals(-1, f(ScalarFn.SUB, 2, 3));
        assertEquals(6, f(ScalarFn.MUL, 2, 3));
        assertEquals(-INF, f(ScalarFn.DIV, 1, -0.0));
        assertEquals(-0x1p-104, f(ScalarFn.FMA, 1 + 0x1p-52, 1 - 0x1p-52, -1));
        assertEquals(7, f(ScalarFn.STOP_GRADIENT, 7));
    }

    @Test
    void signKeepsZerosAndNan() {
        assertEquals(-0.0, f(ScalarFn.SIGN, -0.0));
        assertEquals(0.0, f(ScalarFn.SIGN, 0.0));
        assertEquals(-1, f(ScalarFn.SIGN, -1e-300));
        assertEquals(1, f(ScalarFn.SIGN, INF));
        assertTrue(Double.isNaN(f(ScalarFn.SIGN, NAN)));
    }

    @Test
    void maxAndMinAsJavas() {
        assertEquals(0.0, f(ScalarFn.MAX, -0.0, 0.0));
        assertEquals(-0.0, f(ScalarFn.MIN, 0.0, -0.0));
        assertTrue(Double.isNaN(f(ScalarFn.MAX, NAN, INF)));
        assertTrue(Double.isNaN(f(ScalarFn.MIN, 1, NAN)));
    }

    @Test
    void comparisonsWithNanAreFalseButForNe() {
        for (ScalarFn fn : new ScalarFn[] {ScalarFn.EQ, ScalarFn.LT, ScalarFn.LE, ScalarFn.GT, ScalarFn.GE}) {
            assertEquals(0, f(fn, NAN, NAN), fn.text());
        }
        assertEquals(1, f(ScalarFn.NE, NAN, NAN));
        assertEquals(1, f(ScalarFn.EQ, 0.0, -0.0));
        assertEquals(1, f(ScalarFn.LT, 1, 2));
        assertEquals(0, f(ScalarFn.LT, 2, 2));
        assertEquals(1, f(ScalarFn.LE, 2, 2));
        assertEquals(1, f(ScalarFn.GT, 3, 2));
        assertEquals(1, f(ScalarFn.GE, 2, 2));
    }

    @Test
    void integersWrap() {
        assertEquals(Integer.MIN_VALUE, i32(ScalarFn.ADD, Integer.MAX_VALUE, 1));
        assertEquals(Integer.MAX_VALUE, i32(ScalarFn.SUB, Integer.MIN_VALUE, 1));
        assertEquals(Integer.MIN_VALUE, i32(ScalarFn.NEG, Integer.MIN_VALUE, 0));
        assertEquals(Integer.MIN_VALUE, i32(ScalarFn.ABS, Integer.MIN_VALUE, 0));
        // (2³¹−1)² = 2⁶² − 2³² + 1.
        assertEquals(1, i32(ScalarFn.MUL, Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertEquals(Long.MIN_VALUE, i64(ScalarFn.ADD, Long.MAX_VALUE, 1));
        assertEquals(3, i64(ScalarFn.MAX, -5, 3));
        assertEquals(-5, i64(ScalarFn.MIN, -5, 3));
    }

    @Test
    void shiftsTakeTheDistanceModuloTheWidth() {
        assertEquals(2, i32(ScalarFn.SHL, 1, 33));
        assertEquals(1L << 33, i64(ScalarFn.SHL, 1, 33));
        assertEquals(2, i64(ScalarFn.SHL, 1, 65));
        assertEquals(Integer.MIN_VALUE, i32(ScalarFn.SHL, 1, -1));
        assertEquals(-1, i32(ScalarFn.SHR, -2, 33));
        assertEquals(Integer.MAX_VALUE, i32(ScalarFn.USHR, -1, 1));
        assertEquals(Long.MAX_VALUE, i64(ScalarFn.USHR, -1, 1));
        assertEquals(-1, i32(ScalarFn.USHR, -1, 32));
    }

    @Test
    void logic() {
        assertEquals(0b1000, i32(ScalarFn.AND, 0b1100, 0b1010));
        assertEquals(0b1110, i32(ScalarFn.OR, 0b1100, 0b1010));
        assertEquals(0b0110, i32(ScalarFn.XOR, 0b1100, 0b1010));
        assertEquals(-1, i32(ScalarFn.NOT, 0, 0));
        assertEquals(1, ScalarMath.integers(ScalarFn.NOT, DType.BOOL, 0, 0, 0));
        assertEquals(0, ScalarMath.integers(ScalarFn.NOT, DType.BOOL, 1, 0, 0));
        assertEquals(0, ScalarMath.integers(ScalarFn.XOR, DType.BOOL, 1, 1, 0));
    }
}
