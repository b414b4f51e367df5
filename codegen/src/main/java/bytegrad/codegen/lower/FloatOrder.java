package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import bytegrad.ir.Monoid;
import java.util.Optional;

/**
 * Whole numbers in the order of f32: −∞ to −0, +0 to ∞, and NaN where it beats all. The greater of two of them is one operation; of floats, whose NaN
 * and −0 no instruction knows as Java does, it is six that wait for each other.
 *
 * @param nan what stands for every NaN
 */
record FloatOrder(Monoid monoid, int nan) {
    private static final int INFINITY = 0x7f800000;
    private static final int NAN = 0x7fc00000;

    /** For a maximum or a minimum of f32. */
    static Optional<FloatOrder> of(Monoid monoid, DType dtype) {
        return switch (monoid) {
            case MAX -> dtype == DType.F32 ? Optional.of(new FloatOrder(monoid, NAN)) : Optional.empty();
            case MIN -> dtype == DType.F32 ? Optional.of(new FloatOrder(monoid, ~NAN)) : Optional.empty();
            case SUM, PRODUCT, LOG_SUM_EXP, AND, OR -> Optional.empty();
        };
    }

    /** Of the infinity that no number beats less. */
    Expr identity() {
        return new Expr.Const(DType.I32, monoid == Monoid.MAX ? ~INFINITY : INFINITY);
    }

    /** The numbers' keys: bits as they are, those of negative numbers but for the sign turned over. A NaN that would be beaten by all beats all. */
    Expr key(Expr x, Scope s) {
        Numbers n = new Numbers(s, x.lanes());
        Expr key = n.turned(n.toInt(x));
        Expr infinity = n.i(monoid == Monoid.MAX ? ~INFINITY : INFINITY);
        return n.select(monoid == Monoid.MAX ? n.lt(key, infinity) : n.gt(key, infinity), n.i(nan), key);
    }

    /** The numbers whose keys these are. */
    Expr number(Expr key, Scope s) {
        Numbers n = new Numbers(s, key.lanes());
        return n.toFloat(n.turned(key));
    }

    private static final class Numbers extends Primitives {
        Numbers(Scope s, int lanes) {
            super(s, lanes);
        }

        Expr turned(Expr bits) {
            return xor(bits, ushr(shr(bits, i(31)), i(1)));
        }
    }
}
