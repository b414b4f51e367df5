package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;

/**
 * Logarithms, and the inverse hyperbolic functions, which are logarithms.
 */
final class Logarithms extends Primitives {
    static final float LN2 = 0x1.62e43p-1f;
    /** The bits of √½. */
    static final int SQRT_HALF = 0x3f3504f3;

    Logarithms(Scope s, int lanes) {
        super(s, lanes);
    }

    /** log x = e·ln 2 + log m with x = 2ᵉ·m, m in √½ to √2; denormals are scaled first. Measured: 1.13 ulp. */
    Expr log(Expr x) {
        Expr t = exponentBits(x);
        return ofSpecials(x, fma(toNumber(shr(t, i(23))), f(LN2), nearOne(mantissa(t))));
    }

    /** log₂ x = e + log₂ m, where the factor log₂ e of m − 1 is a sum of two floats; exact for powers of two. Measured: 1.22 ulp. */
    Expr log2(Expr x) {
        Expr t = exponentBits(x);
        Expr f = mantissa(t);
        Expr q = horner(
                f, 0x1.01e756p-3f, -0x1.a6fcbp-3f, 0x1.b8eb48p-3f, -0x1.e999c6p-3f, 0x1.26e70ep-2f, -0x1.715ac2p-2f, 0x1.ec72dap-2f,
                -0x1.715474p-1f, 0x1.4ae0cp-26f);
        return ofSpecials(x, add(toNumber(shr(t, i(23))), fma(f, f(0x1.715476p0f), mul(f, q))));
    }

    /** The bits of x less those of √½, as if a denormal x were normal: e and, below it, those of m. */
    Expr exponentBits(Expr x) {
        Expr small = lt(x, f(Float.MIN_NORMAL));
        Expr scaled = select(small, mul(x, f(0x1p23f)), x);
        return sub(toInt(scaled), select(small, i(SQRT_HALF + (23 << 23)), i(SQRT_HALF)));
    }

    /** log x + k·ln 2 for a normal finite x > 0 and an integer k. */
    Expr logOf(Expr x, Expr k) {
        Expr t = sub(toInt(x), i(SQRT_HALF));
        Expr e = add(toNumber(shr(t, i(23))), k);
        return fma(e, f(LN2), nearOne(mantissa(t)));
    }

    /** m − 1, from the bits of x less those of √½. */
    Expr mantissa(Expr t) {
        return sub(toFloat(add(and(t, i(0x007fffff)), i(SQRT_HALF))), f(1));
    }

    /** log(1 + f) for 1 + f in √½ to √2; a minimax fit, 0.4 ulp. */
    Expr nearOne(Expr f) {
        return fma(nearOneSlope(f), mul(f, f), f);
    }

    /** (log(1 + f) − f)/f². */
    Expr nearOneSlope(Expr f) {
        return horner(
                f, 0x1.6a48cp-4f, -0x1.254cbcp-3f, 0x1.30c164p-3f, -0x1.5342aap-3f, 0x1.98e43ap-3f, -0x1.00059ap-2f, 0x1.5556cp-2f,
                -0x1.fffff6p-2f);
    }

    /** y, but −∞ for a logarithm of 0, NaN for one of less, and x for ∞ and NaN. */
    private Expr ofSpecials(Expr x, Expr y) {
        Expr y0 = select(lt(x, f(Float.POSITIVE_INFINITY)), y, x);
        Expr y1 = select(eq(x, f(0)), f(Float.NEGATIVE_INFINITY), y0);
        return select(lt(x, f(0)), f(Float.NaN), y1);
    }

    /** A small x is its own result, which keeps −0. Measured: 1.75 ulp. */
    Expr log1p(Expr x) {
        Expr y = log1pOf(x);
        Expr y0 = select(lt(x, f(Float.POSITIVE_INFINITY)), y, x);
        Expr y1 = select(eq(x, f(-1)), f(Float.NEGATIVE_INFINITY), y0);
        Expr y2 = select(lt(x, f(-1)), f(Float.NaN), y1);
        return select(lt(abs(x), f(0x1p-30f)), x, y2);
    }

    /**
     * log(1 + x) for finite x > −1: with 1 + x = 2ᵏ·m, m − 1 = 2⁻ᵏ·x + (2⁻ᵏ − 1) is rounded once, whatever 1 + x was rounded to. As
     * 2²⁻ᵏ, which is normal for every k.
     */
    Expr log1pOf(Expr x) {
        Expr t = sub(toInt(add(x, f(1))), i(SQRT_HALF));
        Expr s = toFloat(sub(i(129 << 23), and(t, i(0xff800000))));
        Expr f = fma(mul(x, f(0.25f)), s, fma(s, f(0.25f), f(-1)));
        return fma(toNumber(shr(t, i(23))), f(LN2), nearOne(f));
    }

    /**
     * An odd polynomial to 1.18, where the result passes 1; then log(a + √(a² + 1)), where the rounding errors of the sum count for less. The
     * root is a for large a, whose square would overflow. Measured: 1.42 ulp.
     */
    Expr asinh(Expr x) {
        Expr a = abs(x);
        Expr z = mul(a, a);
        Expr p = horner(
                z, 0x1.5ac19p-14f, -0x1.7cac64p-11f, 0x1.805156p-9f, -0x1.e50f46p-8f, 0x1.bf873p-7f,
                -0x1.56e564p-6f, 0x1.ebca8cp-6f, -0x1.6d44aap-5f, 0x1.332ef8p-4f, -0x1.555548p-3f);
        Expr small = fma(mul(a, z), p, a);
        Expr big = gt(a, f(0x1p20f));
        Expr s = select(big, a, add(a, sqrt(add(z, f(1)))));
        Expr large = logOf(s, select(big, f(1), f(0)));
        Expr y = select(lt(a, f(1.18f)), small, large);
        return withSign(select(lt(a, f(Float.POSITIVE_INFINITY)), y, a), x);
    }

    /** √(2t)·p(t) with t = x − 1 to 1, then log(x + √(x² − 1)); for a root of less than 0, NaN. Measured: 1.50 ulp. */
    Expr acosh(Expr x) {
        Expr t = sub(x, f(1));
        Expr w = sqrt(add(t, t));
        Expr p = horner(
                t, -0x1.cfd114p-16f, 0x1.758ef2p-13f, -0x1.4d1662p-11f, 0x1.eb17c8p-10f, -0x1.6d596ep-8f,
                0x1.3330c8p-6f, -0x1.55555p-4f);
        Expr near = fma(mul(w, t), p, w);
        Expr big = gt(x, f(0x1p20f));
        Expr s = select(big, x, add(x, sqrt(fma(x, x, f(-1)))));
        Expr y = select(lt(t, f(1)), near, logOf(s, select(big, f(1), f(0))));
        return select(lt(x, f(Float.POSITIVE_INFINITY)), y, x);
    }

    /** An odd polynomial to ½, then ½·log(1 + 2a/(1 − a)), where 1 − a is exact. Measured: 1.11 ulp. */
    Expr atanh(Expr x) {
        Expr a = abs(x);
        Expr z = mul(a, a);
        Expr p = horner(
                z, 0x1.6666f4p-3f, 0x1.aeb09p-5f, 0x1.e2f258p-4f, 0x1.235e2ep-3f, 0x1.99a58cp-3f, 0x1.555542p-2f);
        Expr small = fma(mul(a, z), p, a);
        Expr large = mul(f(0.5f), log1pOf(div(add(a, a), sub(f(1), a))));
        Expr y = select(lt(a, f(0.5f)), small, large);
        Expr y0 = select(lt(a, f(1)), y, select(eq(a, f(1)), f(Float.POSITIVE_INFINITY), f(Float.NaN)));
        return withSign(y0, x);
    }
}
