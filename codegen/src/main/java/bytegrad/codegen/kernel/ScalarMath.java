package bytegrad.codegen.kernel;

import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Bfloat16;
import bytegrad.runtime.Elementary;
import bytegrad.runtime.Gamma;
import bytegrad.runtime.Integers;
import bytegrad.runtime.Special;

/**
 * What each scalar function gives for one lane, in Java's arithmetic: the kernel interpreter's definition, which the
 * bytecode must match bit for bit (but for the payload of a NaN). Numbers are raw bits as in {@link Expr.Const}.
 */
final class ScalarMath {
    private ScalarMath() {}

    /** fn(a, b, c), where the last operand has the dtype; operands beyond the function's arity are ignored. */
    static long apply(ScalarFn fn, DType dtype, long a, long b, long c) {
        return switch (dtype) {
            case F32 -> f32(fn, a, b, c);
            case F64 -> f64(fn, a, b, c);
            case I32 -> i32(fn, a, b, c);
            case I64 -> i64(fn, a, b, c);
            case BOOL -> bool(fn, a, b, c);
            case U8, I8, I16, BF16 -> {
                if (!fn.accepts(dtype)) {
                    throw undefined(fn, dtype);
                }
                // They are only chosen among.
                yield fn == ScalarFn.SELECT && a == 0 ? c : fn == ScalarFn.SELECT ? b : a;
            }
        };
    }

    private static long f32(ScalarFn fn, long a, long b, long c) {
        float x = Float.intBitsToFloat((int) a);
        float y = Float.intBitsToFloat((int) b);
        return switch (fn) {
            case NEG -> bits(-x);
            case ABS -> bits(Math.abs(x));
            case SIGN -> bits(Math.signum(x));
            // The double root of a float, rounded, is the correctly rounded float root.
            case SQRT -> bits((float) Math.sqrt(x));
            case ADD -> bits(x + y);
            case SUB -> bits(x - y);
            case MUL -> bits(x * y);
            case DIV -> bits(x / y);
            case REM -> bits(x % y);
            case MAX -> bits(Math.max(x, y));
            case MIN -> bits(Math.min(x, y));
            case FMA -> bits(Math.fma(x, y, Float.intBitsToFloat((int) c)));
            case EQ -> bit(x == y);
            case NE -> bit(x != y);
            case LT -> bit(x < y);
            case LE -> bit(x <= y);
            case GT -> bit(x > y);
            case GE -> bit(x >= y);
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, MOD, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA ->
                throw new KernelException(fn.text() + " of f32 was not expanded into arithmetic");
            case AND, OR, XOR, NOT, SHL, SHR, USHR -> throw undefined(fn, DType.F32);
        };
    }

    private static long f64(ScalarFn fn, long a, long b, long c) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        return switch (fn) {
            case NEG -> bits(-x);
            case ABS -> bits(Math.abs(x));
            case SIGN -> bits(Math.signum(x));
            case SQRT -> bits(Math.sqrt(x));
            case EXP -> bits(StrictMath.exp(x));
            case LOG -> bits(StrictMath.log(x));
            case TANH -> bits(StrictMath.tanh(x));
            case SIGMOID -> bits(Special.sigmoid(x));
            case ERF -> bits(Special.erf(x));
            case SIN -> bits(StrictMath.sin(x));
            case COS -> bits(StrictMath.cos(x));
            case TAN -> bits(StrictMath.tan(x));
            case ASIN -> bits(StrictMath.asin(x));
            case ACOS -> bits(StrictMath.acos(x));
            case ATAN -> bits(StrictMath.atan(x));
            case SINH -> bits(StrictMath.sinh(x));
            case COSH -> bits(StrictMath.cosh(x));
            case ASINH -> bits(Elementary.asinh(x));
            case ACOSH -> bits(Elementary.acosh(x));
            case ATANH -> bits(Elementary.atanh(x));
            case EXP2 -> bits(Elementary.exp2(x));
            case LOG2 -> bits(Elementary.log2(x));
            case LOG1P -> bits(StrictMath.log1p(x));
            case EXPM1 -> bits(StrictMath.expm1(x));
            case CBRT -> bits(StrictMath.cbrt(x));
            case ERFC -> bits(Special.erfc(x));
            case ERF_INV -> bits(Special.erfInv(x));
            case LGAMMA -> bits(Gamma.lgamma(x));
            case DIGAMMA -> bits(Gamma.digamma(x));
            case POW -> bits(Elementary.pow(x, y));
            case ATAN2 -> bits(StrictMath.atan2(x, y));
            case LOG_ADD_EXP -> bits(Elementary.logAddExp(x, y));
            case POLYGAMMA -> bits(Gamma.polygamma(x, y));
            case FLOOR, CEIL, ROUND_EVEN, TRUNC, MOD ->
                throw new KernelException(fn.text() + " of f64 was not expanded into arithmetic");
            case ADD -> bits(x + y);
            case SUB -> bits(x - y);
            case MUL -> bits(x * y);
            case DIV -> bits(x / y);
            case REM -> bits(x % y);
            case MAX -> bits(Math.max(x, y));
            case MIN -> bits(Math.min(x, y));
            case FMA -> bits(Math.fma(x, y, Double.longBitsToDouble(c)));
            case EQ -> bit(x == y);
            case NE -> bit(x != y);
            case LT -> bit(x < y);
            case LE -> bit(x <= y);
            case GT -> bit(x > y);
            case GE -> bit(x >= y);
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case AND, OR, XOR, NOT, SHL, SHR, USHR -> throw undefined(fn, DType.F64);
        };
    }

    private static long i32(ScalarFn fn, long a, long b, long c) {
        int x = (int) a;
        int y = (int) b;
        return switch (fn) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> Integers.div(x, y);
            case REM -> Integers.rem(x, y);
            case MAX -> Math.max(x, y);
            case MIN -> Math.min(x, y);
            case EQ -> bit(x == y);
            case NE -> bit(x != y);
            case LT -> bit(x < y);
            case LE -> bit(x <= y);
            case GT -> bit(x > y);
            case GE -> bit(x >= y);
            case AND -> x & y;
            case OR -> x | y;
            case XOR -> x ^ y;
            case NOT -> ~x;
            case SHL -> x << y;
            case SHR -> x >> y;
            case USHR -> x >>> y;
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case MOD -> throw new KernelException(fn.text() + " of i32 was not expanded into arithmetic");
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, FMA -> throw undefined(fn, DType.I32);
        };
    }

    private static long i64(ScalarFn fn, long a, long b, long c) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Long.signum(a);
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> Integers.div(a, b);
            case REM -> Integers.rem(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> bit(a == b);
            case NE -> bit(a != b);
            case LT -> bit(a < b);
            case LE -> bit(a <= b);
            case GT -> bit(a > b);
            case GE -> bit(a >= b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case MOD -> throw new KernelException(fn.text() + " of i64 was not expanded into arithmetic");
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, FMA -> throw undefined(fn, DType.I64);
        };
    }

    private static long bool(ScalarFn fn, long a, long b, long c) {
        return switch (fn) {
            case EQ -> bit(a == b);
            case NE, XOR -> a ^ b;
            case AND -> a & b;
            case OR -> a | b;
            case NOT -> a ^ 1;
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, LT, LE, GT, GE,
                    SHL, SHR, USHR ->
                throw undefined(fn, DType.BOOL);
        };
    }

    /** A number of one dtype as another: Java's casts, ≠ 0 for bool (so NaN is true); a float saturates as u8, i8 or i16. */
    static long convert(DType from, DType to, long a) {
        return switch (from) {
            case F32 -> {
                float x = Float.intBitsToFloat((int) a);
                yield switch (to) {
                    case F32 -> a;
                    case F64 -> bits((double) x);
                    case I32 -> (int) x;
                    case I64 -> (long) x;
                    case BOOL -> bit(x != 0);
                    case U8, I8, I16 -> saturated(to, x);
                    case BF16 -> Bfloat16.ofFloat(x);
                };
            }
            case F64 -> {
                double x = Double.longBitsToDouble(a);
                yield switch (to) {
                    case F32 -> bits((float) x);
                    case F64 -> a;
                    case I32 -> (int) x;
                    case I64 -> (long) x;
                    case BOOL -> bit(x != 0);
                    case U8, I8, I16 -> saturated(to, x);
                    case BF16 -> Bfloat16.ofDouble(x);
                };
            }
            case BF16 -> to == DType.BF16 ? a : convert(DType.F32, to, bits(Bfloat16.toFloat((short) a)));
            case I32, I64, BOOL, U8, I8, I16 ->
                switch (to) {
                    case F32 -> bits((float) a);
                    case F64 -> bits((double) a);
                    case I32 -> (int) a;
                    case I64 -> a;
                    case BOOL -> bit(a != 0);
                    case U8 -> a & 255;
                    case I8 -> (byte) a;
                    case I16 -> (short) a;
                    case BF16 -> Bfloat16.ofLong(a);
                };
        };
    }

    private static long saturated(DType to, double x) {
        long least = to == DType.U8 ? 0 : to == DType.I8 ? Byte.MIN_VALUE : Short.MIN_VALUE;
        long greatest = to == DType.U8 ? 255 : to == DType.I8 ? Byte.MAX_VALUE : Short.MAX_VALUE;
        return Math.max(least, Math.min(greatest, (long) x));
    }

    private static long bits(float x) {
        return Float.floatToRawIntBits(x);
    }

    private static long bits(double x) {
        return Double.doubleToRawLongBits(x);
    }

    private static long bit(boolean x) {
        return x ? 1 : 0;
    }

    private static KernelException undefined(ScalarFn fn, DType dtype) {
        return new KernelException(fn.text() + " is not defined on " + dtype.text());
    }
}
