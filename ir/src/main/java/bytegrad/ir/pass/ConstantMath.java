package bytegrad.ir.pass;

import bytegrad.ir.Bfloat16;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.OptionalLong;

/**
 * Scalar functions of known elements, given and returned as a literal's raw bits. Arithmetic is done in the dtype
 * itself, so that it has the bits of a run; transcendental functions by StrictMath in double, rounded once.
 */
final class ConstantMath {
    private ConstantMath() {}

    /**
     * fn of up to three elements, or nothing where {@link #folds} says so.
     *
     * @param dtype the dtype of the last operand
     */
    static OptionalLong apply(ScalarFn fn, DType dtype, long a, long b, long c) {
        if (fn == ScalarFn.SELECT) {
            return OptionalLong.of(a != 0 ? b : c);
        } else if (fn == ScalarFn.STOP_GRADIENT) {
            return OptionalLong.of(a);
        } else if (!folds(fn)) {
            return OptionalLong.empty();
        }
        boolean compare = fn.domain() == ScalarFn.Domain.COMPARE;
        return OptionalLong.of(
                switch (dtype) {
                    // An f32 widened keeps its order, and so compares as a double.
                    case F32 -> compare ? compare(fn, (double) f32(a), f32(b)) : bits(f32(fn, f32(a), f32(b), f32(c)));
                    case F64 -> compare ? compare(fn, f64(a), f64(b)) : Double.doubleToRawLongBits(f64(fn, f64(a), f64(b), f64(c)));
                    case I32 -> compare ? compare(fn, a, b) : i32(fn, (int) a, (int) b);
                    case I64 -> compare ? compare(fn, a, b) : i64(fn, a, b);
                    case BOOL -> compare ? compare(fn, a, b) : bool(fn, a, b);
                    case U8, I8, I16, BF16 -> throw undefined(fn, dtype);
                });
    }

    /**
     * Whether constants are folded: exact functions, and those of StrictMath that models are full of. The rest have a polynomial or a series
     * of their own at run time, whose bits are not known here.
     */
    static boolean folds(ScalarFn fn) {
        return switch (fn) {
            case ERF, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, 
                    EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, POW, ATAN2,
                    LOG_ADD_EXP, POLYGAMMA -> false;
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, SIN, COS, FLOOR, CEIL, ROUND_EVEN, TRUNC, ADD, SUB, MUL, DIV, REM, MOD, MAX,
                    MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT, SELECT -> true;
        };
    }

    private static long compare(ScalarFn fn, double a, double b) {
        return compare(fn, a < b, a == b, a > b) ? 1 : 0;
    }

    private static long compare(ScalarFn fn, long a, long b) {
        return compare(fn, a < b, a == b, a > b) ? 1 : 0;
    }

    static float f32(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    static double f64(long bits) {
        return Double.longBitsToDouble(bits);
    }

    static long bits(float v) {
        return Float.floatToRawIntBits(v);
    }

    private static float f32(ScalarFn fn, float a, float b, float c) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Math.signum(a);
            // A double root rounded to float is the correctly rounded float root.
            case SQRT -> (float) Math.sqrt(a);
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MOD -> mod(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case FMA -> Math.fma(a, b, c);
            case EXP, LOG, TANH, SIGMOID, SIN, COS, FLOOR, CEIL, ROUND_EVEN, TRUNC -> (float) f64(fn, a, b, c);
            case ERF, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, EQ,
                    NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT, SELECT -> throw undefined(fn, DType.F32);
        };
    }

    private static double f64(ScalarFn fn, double a, double b, double c) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Math.signum(a);
            case SQRT -> Math.sqrt(a);
            case EXP -> StrictMath.exp(a);
            case LOG -> StrictMath.log(a);
            case TANH -> StrictMath.tanh(a);
            case SIGMOID -> sigmoid(a);
            case SIN -> StrictMath.sin(a);
            case COS -> StrictMath.cos(a);
            case FLOOR -> Math.floor(a);
            case CEIL -> Math.ceil(a);
            case ROUND_EVEN -> Math.rint(a);
            case TRUNC -> a < 0 ? Math.ceil(a) : Math.floor(a);
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MOD -> mod(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case FMA -> Math.fma(a, b, c);
            case ERF, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, EQ,
                    NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT, SELECT -> throw undefined(fn, DType.F64);
        };
    }

    /** For negative x by eˣ/(1 + eˣ), which neither overflows nor loses the small values. */
    private static double sigmoid(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    private static float mod(float a, float b) {
        float r = a % b;
        return r == 0 ? Math.copySign(r, b) : r < 0 != b < 0 ? r + b : r;
    }

    private static double mod(double a, double b) {
        double r = a % b;
        return r == 0 ? Math.copySign(r, b) : r < 0 != b < 0 ? r + b : r;
    }

    private static long i32(ScalarFn fn, int a, int b) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? -1 : a / b;
            case REM -> b == 0 ? a : a % b;
            case MOD -> b == 0 ? a : Math.floorMod(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, FMA, EQ, NE, LT, LE, GT, GE, STOP_GRADIENT, SELECT ->
                throw undefined(fn, DType.I32);
        };
    }

    private static long i64(ScalarFn fn, long a, long b) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? -1 : a / b;
            case REM -> b == 0 ? a : a % b;
            case MOD -> b == 0 ? a : Math.floorMod(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, FMA, EQ, NE, LT, LE, GT, GE, STOP_GRADIENT, SELECT ->
                throw undefined(fn, DType.I64);
        };
    }

    private static long bool(ScalarFn fn, long a, long b) {
        return switch (fn) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> 1 - a;
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, EQ, NE, LT, LE,
                    GT, GE, SHL, SHR, USHR, STOP_GRADIENT, SELECT -> throw undefined(fn, DType.BOOL);
        };
    }

    /** A NaN is neither below, equal nor above. */
    private static boolean compare(ScalarFn fn, boolean below, boolean equal, boolean above) {
        return switch (fn) {
            case EQ -> equal;
            case NE -> !equal;
            case LT -> below;
            case LE -> below || equal;
            case GT -> above;
            case GE -> above || equal;
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, AND, OR, XOR,
                    NOT, SHL, SHR, USHR, STOP_GRADIENT, SELECT -> throw new AssertionError(fn.text() + " compares nothing");
        };
    }

    private static AssertionError undefined(ScalarFn fn, DType dtype) {
        return new AssertionError(fn.text() + " is not folded on " + dtype.text() + "; the type rule should have refused it");
    }

    /** The element as another dtype. */
    static long cast(DType from, DType to, long v) {
        return switch (from) {
            case F32 -> fromDouble(to, f32(v));
            case F64 -> fromDouble(to, f64(v));
            case I32, I64, BOOL, U8, I8, I16 -> fromLong(to, v);
            case BF16 -> fromDouble(to, Bfloat16.toFloat((short) v));
        };
    }

    private static long fromDouble(DType to, double v) {
        return switch (to) {
            case F32 -> bits((float) v);
            case F64 -> Double.doubleToRawLongBits(v);
            case I32 -> (int) v;
            case I64 -> (long) v;
            case BOOL -> v != 0 ? 1 : 0;
            // Truncates, saturates, and makes 0 of a NaN, as Java's cast to long does.
            case U8 -> Math.clamp((long) v, 0, 255);
            case I8 -> Math.clamp((long) v, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case I16 -> Math.clamp((long) v, Short.MIN_VALUE, Short.MAX_VALUE);
            case BF16 -> Bfloat16.ofDouble(v);
        };
    }

    private static long fromLong(DType to, long v) {
        return switch (to) {
            case F32 -> bits((float) v);
            case F64 -> Double.doubleToRawLongBits((double) v);
            // Keeps the low bits, as Java does.
            case I32 -> (int) v;
            case I64 -> v;
            case BOOL -> v != 0 ? 1 : 0;
            case U8 -> v & 255;
            case I8 -> (byte) v;
            case I16 -> (short) v;
            case BF16 -> Bfloat16.ofLong(v);
        };
    }
}
