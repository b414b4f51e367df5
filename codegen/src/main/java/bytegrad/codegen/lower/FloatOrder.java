package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import bytegrad.ir.Monoid;
import java.util.Optional;

/**
 * Whole numbers in the order of f32: −∞ to −0, +0 to ∞, and behind them all NaN, of either sign, for a maximum; in front of them for a minimum. The greater of two of them is one
 * operation; of floats, whose NaN and −0 no instruction knows as Java does, it is six that wait for each other.
 */
record FloatOrder(Monoid monoid) {
    private static final int INFINITY = 0x7f800000;
    private static final int NAN = 0x7fc00000;
    /** By so much keys are turned round, so that NaN of one sign come to those of the other. */
    private static final int TURN = Integer.MAX_VALUE - INFINITY;

    /** For a maximum or a minimum of f32. */
    static Optional<FloatOrder> of(Monoid monoid, DType dtype) {
        return switch (monoid) {
            case MAX, MIN -> dtype == DType.F32 ? Optional.of(new FloatOrder(monoid)) : Optional.empty();
            case SUM, PRODUCT, LOG_SUM_EXP, AND, OR -> Optional.empty();
        };
    }

    private boolean isMax() {
        return monoid == Monoid.MAX;
    }

    /** Of the infinity that no number beats less. */
    Expr identity() {
        return new Expr.Const(DType.I32, isMax() ? Integer.MIN_VALUE : Integer.MAX_VALUE);
    }

    /** The numbers' keys: bits as they are, those of negative numbers but for the sign turned over. */
    Expr key(Expr x, Scope s) {
        Numbers n = new Numbers(s, x.lanes());
        Expr key = n.turned(n.toInt(x));
        return isMax() ? n.sub(key, n.i(TURN)) : n.add(key, n.i(TURN));
    }

    /** The numbers whose keys these are; one NaN for all of them. */
    Expr number(Expr key, Scope s) {
        Numbers n = new Numbers(s, key.lanes());
        Expr nan = isMax() ? n.gt(key, n.i(INFINITY - TURN)) : n.lt(key, n.i(~INFINITY + TURN));
        Expr bits = n.turned(isMax() ? n.add(key, n.i(TURN)) : n.sub(key, n.i(TURN)));
        return n.toFloat(n.select(nan, n.i(NAN), bits));
    }

    private static final class Numbers extends Primitives {
        Numbers(Scope s, int lanes) {
            super(s, lanes);
        }

        /** Two operations, where a processor has any function of three bits as one. */
        Expr turned(Expr bits) {
            return xor(bits, and(shr(bits, i(31)), i(Integer.MAX_VALUE)));
        }
    }
}
