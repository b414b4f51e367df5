package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;

/**
 * Rounding to integers on any number of lanes, which the Vector API of JDK 17 cannot do. A float below 2²³ (a double below 2⁵²) added to that
 * power of two is rounded to an integer, ties to even, by the addition itself; from there on floats are integers already. All is exact, so
 * the bits are those of {@link Math#floor} and its kin. NaN and infinities fail the comparison and stay as they are.
 */
final class Rounding extends Primitives {
    private final Expr x;
    private final DType dtype;
    private final Expr magic;
    private final Expr one;
    private final Expr a;

    Rounding(Scope s, Expr x) {
        super(s, x.lanes());
        this.x = x;
        this.dtype = x.dtype();
        this.magic = number(dtype == DType.F32 ? 0x1p23 : 0x1p52);
        this.one = number(1);
        this.a = abs(x);
    }

    private Expr number(double v) {
        return scope().splat(Expr.Const.of(dtype, v), lanes());
    }

    Expr even() {
        return finish(nearest());
    }

    Expr trunc() {
        Expr n = nearest();
        return finish(select(gt(n, a), sub(n, one), n));
    }

    Expr floor() {
        Expr n = finish(nearest());
        return select(gt(n, x), sub(n, one), n);
    }

    /** From below 0 it may step up to +0, which must be −0. */
    Expr ceil() {
        Expr n = finish(nearest());
        return withSign(select(lt(n, x), add(n, one), n));
    }

    /** |x| to the nearest integer, where it is below the power of two. */
    private Expr nearest() {
        return sub(add(a, magic), magic);
    }

    /** ±n with the sign of x, or x where it is too large to have a fraction. */
    private Expr finish(Expr n) {
        return select(lt(a, magic), withSign(n), x);
    }

    private Expr withSign(Expr n) {
        DType bits = dtype == DType.F32 ? DType.I32 : DType.I64;
        long mask = dtype == DType.F32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        Expr sign = and(bits(bits, x), scope().splat(new Expr.Const(bits, mask), lanes()));
        return bits(dtype, or(bits(bits, abs(n)), sign));
    }

    private Expr bits(DType to, Expr e) {
        return scope().let(new Expr.Bits(to, e));
    }
}
