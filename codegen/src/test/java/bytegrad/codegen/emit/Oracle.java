package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Elementary;
import bytegrad.runtime.Gamma;
import bytegrad.runtime.Special;

/** What each scalar function and conversion gives, in plain Java, on raw bits. All NaNs of results are alike. */
final class Oracle {
    private Oracle() {}

    static long apply(ScalarFn fn, DType t, long a, long b, long c) {
        return switch (fn) {
            case SELECT -> normal(t, a != 0 ? b : c);
            case STOP_GRADIENT -> normal(t, a);
            default -> switch (t) {
                case F32 -> floats(fn, f(a), f(b), f(c));
                case F64 -> doubles(fn, d(a), d(b), d(c));
                case I32 -> ints(fn, (int) a, (int) b);
                case I64 -> longs(fn, a, b);
                case BOOL -> bools(fn, a != 0, b != 0);
            };
        };
    }

    /** Makes all NaNs alike. */
    static long normal(DType t, long bits) {
        return switch (t) {
            case F32 -> Float.floatToIntBits(f(bits));
            case F64 -> Double.doubleToLongBits(d(bits));
            case I32, I64, BOOL -> bits;
        };
    }

    private static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long of(boolean b) {
        return b ? 1 : 0;
    }

    private static long floats(ScalarFn fn, float a, float b, float c) {
        return switch (fn) {
            case EQ -> of(a == b);
            case NE -> of(a != b);
            case LT -> of(a < b);
            case LE -> of(a <= b);
            case GT -> of(a > b);
            case GE -> of(a >= b);
            default -> Float.floatToIntBits(
                    switch (fn) {
                        case NEG -> -a;
                        case ABS -> Math.abs(a);
                        case SIGN -> a > 0 ? 1 : a < 0 ? -1 : a;
                        case SQRT -> (float) Math.sqrt(a);
                        case ADD -> a + b;
                        case SUB -> a - b;
                        case MUL -> a * b;
                        case DIV -> a / b;
                        case REM -> a % b;
                        case MAX -> Math.max(a, b);
                        case MIN -> Math.min(a, b);
                        case FMA -> Math.fma(a, b, c);
                        default -> throw new AssertionError(fn);
                    });
        };
    }

    private static long doubles(ScalarFn fn, double a, double b, double c) {
        return switch (fn) {
            case EQ -> of(a == b);
            case NE -> of(a != b);
            case LT -> of(a < b);
            case LE -> of(a <= b);
            case GT -> of(a > b);
            case GE -> of(a >= b);
            default -> Double.doubleToLongBits(
                    switch (fn) {
                        case NEG -> -a;
                        case ABS -> Math.abs(a);
                        case SIGN -> a > 0 ? 1 : a < 0 ? -1 : a;
                        case SQRT -> Math.sqrt(a);
                        case ADD -> a + b;
                        case SUB -> a - b;
                        case MUL -> a * b;
                        case DIV -> a / b;
                        case REM -> a % b;
                        case MAX -> Math.max(a, b);
                        case MIN -> Math.min(a, b);
                        case FMA -> Math.fma(a, b, c);
                        case EXP -> StrictMath.exp(a);
                        case LOG -> StrictMath.log(a);
                        case TANH -> StrictMath.tanh(a);
                        case SIN -> StrictMath.sin(a);
                        case COS -> StrictMath.cos(a);
                        case TAN -> StrictMath.tan(a);
                        case ASIN -> StrictMath.asin(a);
                        case ACOS -> StrictMath.acos(a);
                        case ATAN -> StrictMath.atan(a);
                        case SINH -> StrictMath.sinh(a);
                        case COSH -> StrictMath.cosh(a);
                        case LOG1P -> StrictMath.log1p(a);
                        case EXPM1 -> StrictMath.expm1(a);
                        case CBRT -> StrictMath.cbrt(a);
                        case ATAN2 -> StrictMath.atan2(a, b);
                        case ASINH -> Elementary.asinh(a);
                        case ACOSH -> Elementary.acosh(a);
                        case ATANH -> Elementary.atanh(a);
                        case EXP2 -> Elementary.exp2(a);
                        case LOG2 -> Elementary.log2(a);
                        case POW -> Elementary.pow(a, b);
                        case LOG_ADD_EXP -> Elementary.logAddExp(a, b);
                        case ERFC -> Special.erfc(a);
                        case ERF_INV -> Special.erfInv(a);
                        case LGAMMA -> Gamma.lgamma(a);
                        case DIGAMMA -> Gamma.digamma(a);
                        case POLYGAMMA -> Gamma.polygamma(a, b);
                        case ERF -> Special.erf(a);
                        case SIGMOID -> Special.sigmoid(a);
                        default -> throw new AssertionError(fn);
                    });
        };
    }

    private static long ints(ScalarFn fn, int a, int b) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case DIV -> b == 0 ? -1 : a / b;
            case REM -> b == 0 ? a : a % b;
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> of(a == b);
            case NE -> of(a != b);
            case LT -> of(a < b);
            case LE -> of(a <= b);
            case GT -> of(a > b);
            case GE -> of(a >= b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            default -> throw new AssertionError(fn);
        };
    }

    private static long longs(ScalarFn fn, long a, long b) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case DIV -> b == 0 ? -1 : a / b;
            case REM -> b == 0 ? a : a % b;
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> of(a == b);
            case NE -> of(a != b);
            case LT -> of(a < b);
            case LE -> of(a <= b);
            case GT -> of(a > b);
            case GE -> of(a >= b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            default -> throw new AssertionError(fn);
        };
    }

    private static long bools(ScalarFn fn, boolean a, boolean b) {
        return switch (fn) {
            case EQ -> of(a == b);
            case NE, XOR -> of(a != b);
            case AND -> of(a && b);
            case OR -> of(a || b);
            case NOT -> of(!a);
            default -> throw new AssertionError(fn);
        };
    }

    static long convert(DType from, DType to, long x) {
        return switch (to) {
            case F32 -> Float.floatToIntBits(
                    switch (from) {
                        case F32 -> f(x);
                        case F64 -> (float) d(x);
                        case I32, BOOL -> (float) (int) x;
                        case I64 -> (float) x;
                    });
            case F64 -> Double.doubleToLongBits(
                    switch (from) {
                        case F32 -> f(x);
                        case F64 -> d(x);
                        case I32, I64, BOOL -> (double) x;
                    });
            case I32 ->
                switch (from) {
                    case F32 -> (int) f(x);
                    case F64 -> (int) d(x);
                    case I32, I64, BOOL -> (int) x;
                };
            case I64 ->
                switch (from) {
                    case F32 -> (long) f(x);
                    case F64 -> (long) d(x);
                    case I32, I64, BOOL -> x;
                };
            case BOOL ->
                switch (from) {
                    case F32 -> of(f(x) != 0);
                    case F64 -> of(d(x) != 0);
                    case I32, I64, BOOL -> of(x != 0);
                };
        };
    }
}
