package bytegrad.ir.pass;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;

/** What can be said of the sign of zeros, so that adding 0.0 can be dropped where it changes nothing. */
final class Signs {
    /** How far up the graph to look: enough for a view of a sum of products, and constant work. */
    private static final int DEPTH = 4;

    private Signs() {}

    /** No element is −0 (integers have none). */
    static boolean neverNegativeZero(Node n) {
        return neverNegativeZero(n, DEPTH);
    }

    private static boolean neverNegativeZero(Node n, int depth) {
        if (!n.dtype().isFloat()) {
            return true;
        } else if (depth == 0) {
            return false;
        }
        return switch (n.op()) {
            case Op.Constant(Literal value) -> value.isUniform() && !isNegativeZero(value);
            case Op.Iota _ -> true;
            case Op.Map(ScalarFn fn) -> map(fn, n, depth - 1);
            // Narrowing may round a tiny negative number to −0.
            case Op.Cast(DType to) -> !n.input(0).dtype().isFloat() || to == DType.F64 && neverNegativeZero(n.input(0), depth - 1);
            // A sum starts from +0, and only −0 + −0 is −0: additions do not underflow.
            case Op.Reduce(Monoid monoid, var _) -> monoid == Monoid.SUM
                    || (monoid == Monoid.MAX || monoid == Monoid.MIN) && neverNegativeZero(n.input(0), depth - 1);
            case Op.Reshape _, Op.Transpose _, Op.Broadcast _, Op.Slice _, Op.Window _, Op.Flip _, Op.Gather _ -> neverNegativeZero(n.input(0), depth - 1);
            // A chain from +0 stays away from −0, as a sum does; so does one from ±∞.
            case Op.Cumulate c -> c.monoid() == Monoid.SUM || c.monoid() != Monoid.PRODUCT && neverNegativeZero(n.input(0), depth - 1);
            case Op.Scatter s -> scatter(s.combine(), n, depth - 1);
            case Op.Pad(var _, var _, var _, double fill) -> Double.doubleToRawLongBits(fill) != Double.doubleToRawLongBits(-0.0)
                    && (n.dtype() == DType.F64 || fill >= 0) && neverNegativeZero(n.input(0), depth - 1);
            // As a sum: each place starts from +0.
            case Op.OverlapAdd _ -> true;
            // A fused multiply-add may underflow to −0.
            case Op.Input _, Op.ArgReduce _, Op.Contract _, Op.ArgSort _, Op.Random _, Op.Nested _, Op.Concat _ -> false;
        };
    }

    private static boolean scatter(Op.Combine combine, Node n, int depth) {
        return switch (combine) {
            case SET, MIN, MAX -> neverNegativeZero(n.input(0), depth) && neverNegativeZero(n.input(1), depth);
            case ADD -> neverNegativeZero(n.input(0), depth);
            case MUL -> false;
        };
    }

    private static boolean map(ScalarFn fn, Node n, int depth) {
        return switch (fn) {
            case ABS, EXP, SIGMOID, EXP2, COSH, ERFC -> true;
            case ADD -> neverNegativeZero(n.input(0), depth) || neverNegativeZero(n.input(1), depth);
            case SUB -> neverNegativeZero(n.input(0), depth);
            case MUL -> n.input(0) == n.input(1);
            // max(−0, c) is c where c is +0 or more, so that a relu is never −0; max(−0, −1) is −0.
            case MAX -> atLeastZero(n.input(0)) || atLeastZero(n.input(1))
                    || neverNegativeZero(n.input(0), depth) && neverNegativeZero(n.input(1), depth);
            case MIN -> neverNegativeZero(n.input(0), depth) && neverNegativeZero(n.input(1), depth);
            case SELECT -> neverNegativeZero(n.input(1), depth) && neverNegativeZero(n.input(2), depth);
            case SQRT, STOP_GRADIENT -> neverNegativeZero(n.input(0), depth);
            case NEG, SIGN, LOG, TANH, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, ASINH, ACOSH, ATANH, LOG2, LOG1P, EXPM1, CBRT, ERF_INV, LGAMMA,
                    DIGAMMA, FLOOR, CEIL, ROUND_EVEN, TRUNC, DIV, REM, MOD, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, FMA, EQ, NE, LT, LE, GT, GE, AND,
                    OR, XOR, NOT, SHL, SHR, USHR -> false;
        };
    }

    private static boolean atLeastZero(Node n) {
        Literal l = Uniform.of(n);
        return l != null && l.doubleAt(0) >= 0 && !isNegativeZero(l);
    }

    private static boolean isNegativeZero(Literal scalar) {
        double v = scalar.doubleAt(0);
        return v == 0 && 1 / v < 0;
    }
}
