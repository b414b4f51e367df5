package bytegrad.codegen.kernel;

import static bytegrad.ir.DType.*;
import static bytegrad.ir.ScalarFn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import org.junit.jupiter.api.Test;

class ScalarMathTest {
    private static final float NAN = Float.NaN;
    private static final float INF = Float.POSITIVE_INFINITY;

    private static float f(ScalarFn fn, float... x) {
        long[] b = new long[3];
        for (int i = 0; i < x.length; i++) {
            b[i] = Float.floatToRawIntBits(x[i]);
        }
        long r = ScalarMath.apply(fn, F32, b[0], b[1], b[2]);
        assertEquals((int) r, r, "sign-extended");
        return Float.intBitsToFloat((int) r);
    }

    private static boolean holds(ScalarFn fn, float x, float y) {
        return ScalarMath.apply(fn, F32, Float.floatToRawIntBits(x), Float.floatToRawIntBits(y), 0) != 0;
    }

    private static double d(ScalarFn fn, double... x) {
        long[] b = new long[3];
        for (int i = 0; i < x.length; i++) {
            b[i] = Double.doubleToRawLongBits(x[i]);
        }
        return Double.longBitsToDouble(ScalarMath.apply(fn, F64, b[0], b[1], b[2]));
    }

    private static int i(ScalarFn fn, int a, int b) {
        long r = ScalarMath.apply(fn, I32, a, b, 0);
        assertEquals((int) r, r, "sign-extended");
        return (int) r;
    }

    private static long l(ScalarFn fn, long a, long b) {
        return ScalarMath.apply(fn, I64, a, b, 0);
    }

    @Test
    void f32() {
        assertEquals(-0.0f, f(NEG, 0.0f));
        assertEquals(0.0f, f(ABS, -0.0f));
        assertEquals(-0.0f, f(SIGN, -0.0f));
        assertEquals(NAN, f(SIGN, NAN));
        assertEquals(-1f, f(SIGN, -INF));
        assertEquals(NAN, f(SQRT, -1f));
        assertEquals(-0.0f, f(SQRT, -0.0f));
        assertEquals((float) Math.sqrt(2), f(SQRT, 2f));
        assertEquals(16777216f, f(ADD, 16777216f, 1f));
        assertEquals(INF, f(MUL, Float.MAX_VALUE, 2f));
        assertEquals(NAN, f(SUB, INF, INF));
        assertEquals(-INF, f(DIV, 1f, -0.0f));
        assertEquals(NAN, f(DIV, 0f, 0f));
        assertEquals(0.0f, f(MAX, -0.0f, 0.0f));
        assertEquals(-0.0f, f(MIN, 0.0f, -0.0f));
        assertEquals(NAN, f(MAX, NAN, 1f));
        assertEquals(NAN, f(MIN, 1f, NAN));
        float a = 1 + 0x1p-12f;
        assertEquals(0x1p-24f, f(FMA, a, a, -(1 + 0x1p-11f)), "one rounding");
        assertEquals(Float.MIN_VALUE, f(MUL, Float.MIN_VALUE, 1f), "denormals are kept");
        assertEquals(Float.floatToRawIntBits(3f), ScalarMath.apply(SELECT, F32, 1, Float.floatToRawIntBits(3f), 0));
        assertEquals(0, ScalarMath.apply(SELECT, F32, 0, Float.floatToRawIntBits(3f), 0));
    }

    @Test
    void comparisonsWithNaN() {
        assertTrue(holds(NE, NAN, NAN));
        for (ScalarFn fn : new ScalarFn[] {EQ, LT, LE, GT, GE}) {
            assertTrue(!holds(fn, NAN, NAN) && !holds(fn, 1, NAN) && !holds(fn, NAN, 1), fn.text());
        }
        assertTrue(holds(EQ, 0.0f, -0.0f) && holds(LE, -0.0f, 0.0f) && !holds(LT, -0.0f, 0.0f));
        assertTrue(holds(LT, 1, 2) && holds(GT, 2, 1) && holds(GE, 2, 2) && !holds(NE, 2, 2));
    }

    @Test
    void f64() {
        assertEquals(StrictMath.exp(1), d(EXP, 1));
        assertEquals(StrictMath.log(3), d(LOG, 3));
        assertEquals(StrictMath.tanh(0.5), d(TANH, 0.5));
        assertEquals(StrictMath.sin(2), d(SIN, 2));
        assertEquals(StrictMath.cos(2), d(COS, 2));
        assertEquals(0.5, d(SIGMOID, 0));
        assertEquals(0.8427007929497149, d(ERF, 1), 1e-15);
        assertEquals(-0.0, d(NEG, 0.0));
        assertEquals(0.0, d(MAX, -0.0, 0.0));
        assertEquals(Double.NaN, d(MIN, Double.NaN, 0));
        assertEquals(Math.fma(0.1, 0.1, -0.01), d(FMA, 0.1, 0.1, -0.01));
        assertEquals(0.1 + 0.2, d(ADD, 0.1, 0.2));
        assertEquals(-1.0, d(SUB, 1, 2));
        assertEquals(Double.POSITIVE_INFINITY, d(DIV, 1, 0.0));
        assertEquals(Math.sqrt(3), d(SQRT, 3));
    }

    @Test
    void i32Wraps() {
        assertEquals(Integer.MIN_VALUE, i(NEG, Integer.MIN_VALUE, 0));
        assertEquals(Integer.MIN_VALUE, i(ABS, Integer.MIN_VALUE, 0));
        assertEquals(Integer.MIN_VALUE, i(ADD, Integer.MAX_VALUE, 1));
        assertEquals(Integer.MAX_VALUE, i(SUB, Integer.MIN_VALUE, 1));
        assertEquals(131073, i(MUL, 65537, 65537));
        assertEquals(-5, i(MIN, -5, 3));
        assertEquals(3, i(MAX, -5, 3));
        assertEquals(~5, i(NOT, 5, 0));
        assertEquals(6, i(XOR, 5, 3));
        assertEquals(1, i(AND, 5, 3));
        assertEquals(7, i(OR, 5, 3));
        assertEquals(2, i(SHL, 1, 33));
        assertEquals(-1, i(SHR, Integer.MIN_VALUE, 31));
        assertEquals(1, i(USHR, Integer.MIN_VALUE, 31));
        assertEquals(-1 >>> 28, i(USHR, -1, 28));
        assertEquals(1, i(LT, Integer.MIN_VALUE, 0));
        assertEquals(0, i(GE, Integer.MIN_VALUE, 0));
    }

    @Test
    void i64Wraps() {
        assertEquals(Long.MIN_VALUE, l(NEG, Long.MIN_VALUE, 0));
        assertEquals(Long.MIN_VALUE, l(ABS, Long.MIN_VALUE, 0));
        assertEquals(Long.MIN_VALUE, l(ADD, Long.MAX_VALUE, 1));
        assertEquals(1L << 40, l(MUL, 1L << 20, 1L << 20));
        assertEquals(2, l(SHL, 1, 65));
        assertEquals(-1, l(SHR, Long.MIN_VALUE, 63));
        assertEquals(1, l(USHR, Long.MIN_VALUE, 63));
        assertEquals(~1L, l(NOT, 1, 0));
        assertEquals(1, l(GT, 1L << 40, 1));
    }

    @Test
    void bool() {
        for (int a = 0; a < 2; a++) {
            for (int b = 0; b < 2; b++) {
                assertEquals(a & b, ScalarMath.apply(AND, BOOL, a, b, 0));
                assertEquals(a | b, ScalarMath.apply(OR, BOOL, a, b, 0));
                assertEquals(a ^ b, ScalarMath.apply(XOR, BOOL, a, b, 0));
                assertEquals(a == b ? 1 : 0, ScalarMath.apply(EQ, BOOL, a, b, 0));
                assertEquals(a == b ? 0 : 1, ScalarMath.apply(NE, BOOL, a, b, 0));
            }
            assertEquals(1 - a, ScalarMath.apply(NOT, BOOL, a, 0, 0));
            assertEquals(a, ScalarMath.apply(SELECT, BOOL, a, 1, 0));
        }
    }

    @Test
    void conversions() {
        assertEquals(Integer.MAX_VALUE, convert(F32, I32, 1e20));
        assertEquals(Integer.MIN_VALUE, convert(F64, I32, -1e20));
        assertEquals(Long.MAX_VALUE, convert(F64, I64, 1e20));
        assertEquals(0, convert(F32, I32, Double.NaN));
        assertEquals(0, convert(F64, I64, Double.NaN));
        assertEquals(-1, convert(F32, I64, -1.9));
        assertEquals(1, convert(F32, BOOL, Double.NaN));
        assertEquals(0, convert(F64, BOOL, -0.0));
        assertEquals(1, ScalarMath.convert(I64, BOOL, 1L << 40));
        assertEquals(0, ScalarMath.convert(I64, I32, 1L << 40));
        assertEquals(-1L, ScalarMath.convert(I32, I64, -1));
        assertEquals(Float.floatToRawIntBits(16777216f), ScalarMath.convert(I32, F32, 16777217));
        assertEquals(Float.floatToRawIntBits((float) Long.MAX_VALUE), ScalarMath.convert(I64, F32, Long.MAX_VALUE));
        assertEquals(Double.doubleToRawLongBits(1), ScalarMath.convert(BOOL, F64, 1));
        assertEquals(Float.floatToRawIntBits(0.1f), convert(F64, F32, 0.1));
        assertEquals(Double.doubleToRawLongBits(0.1f), convert(F32, F64, 0.1));
    }

    private static long convert(DType from, DType to, double v) {
        return ScalarMath.convert(from, to, Dsl.num(from, v).bits());
    }

    /** Exactly what the type rules accept has a meaning. */
    @Test
    void definedWhereAccepted() {
        for (DType dtype : DType.values()) {
            for (ScalarFn fn : ScalarFn.values()) {
                boolean expanded = switch (fn) {
                    case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1,
                            CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA -> dtype == F32;
                    case FLOOR, CEIL, ROUND_EVEN, TRUNC, MOD -> true;
                    case NEG, ABS, SIGN, SQRT, ADD, SUB, MUL, DIV, REM, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR,
                            USHR, STOP_GRADIENT, SELECT -> false;
                };
                if (fn.accepts(dtype) && !expanded) {
                    ScalarMath.apply(fn, dtype, 0, 0, 0);
                } else {
                    assertThrows(KernelException.class, () -> ScalarMath.apply(fn, dtype, 0, 0, 0), fn + " " + dtype);
                }
            }
        }
    }
}
