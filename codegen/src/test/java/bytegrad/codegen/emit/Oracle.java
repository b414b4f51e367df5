package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Elementary;
import bytegrad.runtime.Gamma;
import bytegrad.runtime.Special;
import java.math.BigDecimal;

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
                case U8, I8, I16, BF16 -> throw new AssertionError(fn);
            };
        };
    }

    /** Makes all NaNs alike. */
    static long normal(DType t, long bits) {
        return switch (t) {
            case F32 -> Float.floatToIntBits(f(bits));
            case F64 -> Double.doubleToLongBits(d(bits));
            case I32, I64, BOOL, U8, I8, I16 -> bits;
            case BF16 -> Float.isNaN(bf(bits)) ? 0x7fc0 : bits;
        };
    }

    private static float bf(long bits) {
        return Float.intBitsToFloat((int) bits << 16);
    }

    /** The nearest bf16 by trying: of the two around x, the closer, or the even one. */
    static long nearest(BigDecimal x, boolean negative) {
        BigDecimal a = x.abs();
        int below = 0;
        for (int bit = 1 << 14; bit > 0; bit >>= 1) {
            below |= value(below | bit).compareTo(a) <= 0 ? bit : 0;
        }
        int side = a.subtract(value(below)).compareTo(value(below + 1).subtract(a));
        int nearest = Math.min(0x7f80, side < 0 || side == 0 && (below & 1) == 0 ? below : below + 1);
        return (short) (negative ? nearest | 0x8000 : nearest);
    }

    /** Of positive bits; what would follow the greatest number comes after it. */
    private static BigDecimal value(int bits) {
        int exponent = Math.max(1, bits >> 7);
        BigDecimal fraction = BigDecimal.valueOf((bits & 127) + (bits >> 7 > 0 ? 128 : 0));
        int power = exponent - 127 - 7;
        return power >= 0 ? fraction.multiply(BigDecimal.TWO.pow(power)) : fraction.divide(BigDecimal.TWO.pow(-power));
    }

    private static long nearest(double x) {
        if (Double.isNaN(x)) {
            return 0x7fc0;
        }
        return Double.isInfinite(x) ? (short) (x > 0 ? 0x7f80 : 0xff80) : nearest(new BigDecimal(x), Math.copySign(1, x) < 0);
    }

    private static long small(DType to, double x) {
        int least = to == DType.U8 ? 0 : to == DType.I8 ? -128 : -32768;
        int greatest = to == DType.U8 ? 255 : to == DType.I8 ? 127 : 32767;
        return x <= least ? least : x >= greatest ? greatest : (long) x;
    }

    private static long lowBits(DType to, long x) {
        return to == DType.U8 ? x & 255 : to == DType.I8 ? (byte) x : (short) x;
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
        if (from == DType.BF16) {
            return convert(DType.F32, to, Float.floatToRawIntBits(bf(x)));
        }
        return switch (to) {
            case U8, I8, I16 ->
                switch (from) {
                    case F32 -> small(to, f(x));
                    case F64 -> small(to, d(x));
                    case I32, I64, BOOL, U8, I8, I16, BF16 -> lowBits(to, x);
                };
            case BF16 ->
                switch (from) {
                    case F32 -> nearest(f(x));
                    case F64 -> nearest(d(x));
                    case I32, I64, BOOL, U8, I8, I16, BF16 -> nearest(BigDecimal.valueOf(x), x < 0);
                };
            case F32 -> Float.floatToIntBits(
                    switch (from) {
                        case F32 -> f(x);
                        case F64 -> (float) d(x);
                        case I32, BOOL, U8, I8, I16, BF16 -> (float) (int) x;
                        case I64 -> (float) x;
                    });
            case F64 -> Double.doubleToLongBits(
                    switch (from) {
                        case F32 -> f(x);
                        case F64 -> d(x);
                        case I32, I64, BOOL, U8, I8, I16, BF16 -> (double) x;
                    });
            case I32 ->
                switch (from) {
                    case F32 -> (int) f(x);
                    case F64 -> (int) d(x);
                    case I32, I64, BOOL, U8, I8, I16, BF16 -> (int) x;
                };
            case I64 ->
                switch (from) {
                    case F32 -> (long) f(x);
                    case F64 -> (long) d(x);
                    case I32, I64, BOOL, U8, I8, I16, BF16 -> x;
                };
            case BOOL ->
                switch (from) {
                    case F32 -> of(f(x) != 0);
                    case F64 -> of(d(x) != 0);
                    case I32, I64, BOOL, U8, I8, I16, BF16 -> of(x != 0);
                };
        };
    }
}
