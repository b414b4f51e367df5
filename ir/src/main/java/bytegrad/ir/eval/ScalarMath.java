package bytegrad.ir.eval;

import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;

/** The meaning of each scalar function, on one element. Operands beyond a function's arity are ignored. */
final class ScalarMath {
    private ScalarMath() {}

    /** On floats; a comparison gives 1 or 0. {@code SELECT} takes its condition as {@code a}, 0 or not. */
    static double floats(ScalarFn fn, double a, double b, double c) {
        return switch (fn) {
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case SIGN -> Math.signum(a);
            case SQRT -> Math.sqrt(a);
            case EXP -> StrictMath.exp(a);
            case LOG -> StrictMath.log(a);
            case TANH -> StrictMath.tanh(a);
            case SIGMOID -> sigmoid(a);
            case ERF -> Erf.erf(a);
            case SIN -> StrictMath.sin(a);
            case COS -> StrictMath.cos(a);
            case TAN -> StrictMath.tan(a);
            case ASIN -> StrictMath.asin(a);
            case ACOS -> StrictMath.acos(a);
            case ATAN -> StrictMath.atan(a);
            case SINH -> StrictMath.sinh(a);
            case COSH -> StrictMath.cosh(a);
            case ASINH -> Elementary.asinh(a);
            case ACOSH -> Elementary.acosh(a);
            case ATANH -> Elementary.atanh(a);
            case EXP2 -> StrictMath.pow(2, a);
            case LOG2 -> Elementary.log2(a);
            case LOG1P -> StrictMath.log1p(a);
            case EXPM1 -> StrictMath.expm1(a);
            case CBRT -> StrictMath.cbrt(a);
            case ERFC -> Erf.erfc(a);
            case ERF_INV -> Erf.inverse(a);
            case LGAMMA -> Gamma.lgamma(a);
            case DIGAMMA -> Gamma.digamma(a);
            case FLOOR -> Math.floor(a);
            case CEIL -> Math.ceil(a);
            case ROUND_EVEN -> Math.rint(a);
            case TRUNC -> Elementary.trunc(a);
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case REM -> a % b;
            case MOD -> Elementary.mod(a, b);
            case POW -> Elementary.pow(a, b);
            case ATAN2 -> StrictMath.atan2(a, b);
            case LOG_ADD_EXP -> Elementary.logAddExp(a, b);
            case POLYGAMMA -> Gamma.polygamma(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case FMA -> Math.fma(a, b, c);
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case AND, OR, XOR, NOT, SHL, SHR, USHR -> throw undefined(fn, "floats");
        };
    }

    /** 1/(1 + e⁻ˣ) without overflow: for negative x, eˣ/(1 + eˣ) keeps full relative accuracy down to the denormals. */
    private static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + StrictMath.exp(-x));
        }
        double e = StrictMath.exp(x);
        return e / (1 + e);
    }

    /** On i32, i64 and bool (0 or 1); a comparison gives 1 or 0. Results wrap to the dtype's width. */
    static long integers(ScalarFn fn, DType dtype, long a, long b, long c) {
        return switch (fn) {
            case NEG -> wrap(dtype, -a);
            case ABS -> wrap(dtype, Math.abs(a));
            case SIGN -> Long.signum(a);
            case ADD -> wrap(dtype, a + b);
            case SUB -> wrap(dtype, a - b);
            case MUL -> wrap(dtype, a * b);
            case DIV -> b == 0 ? -1 : wrap(dtype, a / b);
            case REM -> b == 0 ? a : a % b;
            case MOD -> b == 0 ? a : Math.floorMod(a, b);
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case GT -> a > b ? 1 : 0;
            case GE -> a >= b ? 1 : 0;
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> dtype == DType.BOOL ? 1 - a : ~a;
            // Java takes the distance modulo the width of the left operand.
            case SHL -> dtype == DType.I32 ? (int) a << b : a << b;
            case SHR -> dtype == DType.I32 ? (int) a >> b : a >> b;
            case USHR -> dtype == DType.I32 ? (int) a >>> b : a >>> b;
            case STOP_GRADIENT -> a;
            case SELECT -> a != 0 ? b : c;
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, FMA -> throw undefined(fn, dtype.text());
        };
    }

    /** The low 32 bits of an i32, sign-extended; an i64 as it is. */
    static long wrap(DType dtype, long v) {
        return dtype == DType.I32 ? (int) v : v;
    }

    private static AssertionError undefined(ScalarFn fn, String operands) {
        return new AssertionError(fn.text() + " is not defined on " + operands + ", yet the type rule let it through");
    }
}
