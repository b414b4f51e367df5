package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;

/**
 * Powers of e and of 2, and what is made of them.
 */
final class Exponentials extends Primitives {
    /** 1½·2²³: adding it rounds a number below 2²² to an integer, which is then in the low bits. */
    static final float ROUND = 0x1.8p23f;
    static final int ROUND_BITS = 0x4b400000;
    static final float LOG2_E = 0x1.715476p0f;
    /** The float nearest to ln 2, and by how much it is above: multiples are subtracted in two steps (Cody and Waite). */
    static final float LN2_HIGH = 0x1.62e43p-1f;
    static final float LN2_LOW = 0x1.05c61p-29f;

    Exponentials(Scope s, int lanes) {
        super(s, lanes);
    }

    /**
     * eˣ = (2^(n/2))²·eʳ with x = n·ln 2 + r: scaling twice lets results underflow gradually. Where the result is 0, n is 0, and what comes of that is not looked at: masked scores are
     * many, and a product that underflows costs some processors a hundred cycles.
     */
    Expr exp(Expr x) {
        return expOfAtMost89(atMost(x, 0x1.64p6f));
    }

    /** As the other, to the bit, for x that is at most 89, or NaN. */
    Expr expOfAtMost89(Expr x) {
        Expr none = lt(x, f(-0x1.ap6f));
        Expr t = select(none, f(0x1.8000fep23f), fma(x, f(0x1.715476p-1f), f(0x1.8000fep23f)));
        Expr n = sub(t, f(0x1.8000fep23f));
        Expr r0 = fma(n, f(-0x1.62e43p0f), x);
        Expr r = fma(n, f(0x1.05c61p-28f), r0);
        Expr p0 = fma(r, f(0x1.9e467p-13f), f(0x1.71d36ap-10f));
        Expr p1 = fma(p0, r, f(0x1.111fe4p-7f));
        Expr p2 = fma(p1, r, f(0x1.5549acp-5f));
        Expr p3 = fma(p2, r, f(0x1.555524p-3f));
        Expr p4 = fma(p3, r, f(0x1.00000cp-1f));
        Expr p5 = fma(p4, r, f(0x1.0p0f));
        Expr p6 = fma(p5, r, f(0x1.0p0f));
        Expr i = toInt(t);
        Expr s = shl(i, i(23));
        Expr f = toFloat(s);
        Expr y0 = mul(p6, f);
        Expr y = mul(y0, f);
        return select(none, f(0), y);
    }

    /** 1/(1 + e⁻ˣ) = e/(e + 1) with e = eˣ scaled by 2⁶⁴, so that denormal results are rounded once, by the division. */
    Expr sigmoid(Expr x) {
        Expr c0 = lt(x, f(-0x1.ap6f));
        Expr x0 = select(c0, f(-0x1.ap6f), x);
        Expr c1 = gt(x0, f(0x1.4p4f));
        Expr x1 = select(c1, f(0x1.4p4f), x0);
        Expr t = fma(x1, f(0x1.715476p0f), f(0x1.80017ep23f));
        Expr n = sub(t, f(0x1.80017ep23f));
        Expr r0 = fma(n, f(-0x1.62e43p-1f), x1);
        Expr r = fma(n, f(0x1.05c61p-29f), r0);
        Expr p0 = fma(r, f(0x1.696f2cp-10f), f(0x1.1239d6p-7f));
        Expr p1 = fma(p0, r, f(0x1.555a0cp-5f));
        Expr p2 = fma(p1, r, f(0x1.555492p-3f));
        Expr p3 = fma(p2, r, f(0x1.fffffap-2f));
        Expr p4 = fma(p3, r, f(0x1.0p0f));
        Expr p5 = fma(p4, r, f(0x1.0p0f));
        Expr i = toInt(t);
        Expr s = shl(i, i(23));
        Expr f = toFloat(s);
        Expr q = mul(p5, f);
        Expr d = add(q, f(0x1.0p64f));
        Expr y = div(q, d);
        return y;
    }

    /** tanh x = (E − 1)/(E + 1) with E = e²ˣ = 2ⁿ·e²ʳ; e²ʳ − 1 is kept apart, so that small x lose nothing. */
    Expr tanh(Expr x) {
        Expr c0 = lt(x, f(-0x1.4p4f));
        Expr x0 = select(c0, f(-0x1.4p4f), x);
        Expr c1 = gt(x0, f(0x1.4p4f));
        Expr x1 = select(c1, f(0x1.4p4f), x0);
        Expr t = fma(x1, f(0x1.715476p1f), f(0x1.8000fep23f));
        Expr n = sub(t, f(0x1.8000fep23f));
        Expr r = fma(n, f(-0x1.62e43p-2f), x1);
        Expr p0 = fma(r, f(0x1.6b9ca4p-4f), f(0x1.12256p-2f));
        Expr p1 = fma(p0, r, f(0x1.5556f2p-1f));
        Expr p2 = fma(p1, r, f(0x1.5554b4p0f));
        Expr p3 = fma(p2, r, f(0x1.fffffep0f));
        Expr p4 = fma(p3, r, f(0x1.0p1f));
        Expr i = toInt(t);
        Expr si = shl(i, i(23));
        Expr s = toFloat(si);
        Expr rs = mul(r, s);
        Expr w = sub(f(0x1.0p0f), s);
        Expr ps = mul(p4, rs);
        Expr em = sub(ps, w);
        Expr d = add(em, f(0x1.0p1f));
        Expr y = div(em, d);
        return y;
    }

    /** 2ˣ = 2ⁿ·2ʳ with n the nearest integer to x; exact where x is an integer. Measured: 0.88 ulp. */
    Expr exp2(Expr x) {
        Expr x0 = clamp(x, -151f, 129f);
        Expr t = add(x0, f(ROUND));
        Expr r = sub(x0, sub(t, f(ROUND)));
        Expr p = fma(exp2Slope(r), r, f(1));
        return scale(p, sub(toInt(t), i(ROUND_BITS)));
    }

    /** (2ʳ − 1)/r for |r| ≤ ½; a minimax fit, 0.04 ulp. */
    Expr exp2Slope(Expr r) {
        return horner(r, 0x1.40b6b6p-13f, 0x1.5f0ad6p-10f, 0x1.3b2f18p-7f, 0x1.c6af78p-5f, 0x1.ebfbdap-3f, 0x1.62e43p-1f);
    }

    /**
     * eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1) with x = n·ln 2 + r; as 2ⁿ⁻¹, so that it holds up to the greatest numbers. A small x is its own
     * result, which keeps −0 and denormals. Measured: 1.44 ulp.
     */
    Expr expm1(Expr x) {
        Expr x0 = clamp(x, -20f, 89f);
        Expr t = fma(x0, f(LOG2_E), f(ROUND + 126));
        Expr n = sub(t, f(ROUND + 126));
        Expr r = fma(n, f(LN2_LOW), fma(n, f(-LN2_HIGH), x0));
        Expr e = expm1Reduced(r);
        Expr s = toFloat(shl(toInt(t), i(23)));
        Expr y = sub(mul(e, s), sub(f(0.5f), s));
        return select(lt(abs(x), f(0x1p-30f)), x, add(y, y));
    }

    /** eʳ − 1 for |r| ≤ ln(2)/2; a minimax fit, 0.01 ulp. */
    Expr expm1Reduced(Expr r) {
        Expr h = horner(r, 0x1.a1a6bep-13f, 0x1.6d3a78p-10f, 0x1.11105p-7f, 0x1.5554f8p-5f, 0x1.555556p-3f, 0.5f);
        return fma(mul(r, r), h, r);
    }

    /** sinh |x| = sinh(r)·(a + b) + cosh(r)·(a − b) with |x| = n·ln 2 + r, a = 2ⁿ⁻¹, b = 2⁻ⁿ⁻¹. Measured: 1.44 ulp. */
    Expr sinh(Expr x) {
        Halves h = halves(abs(x));
        Expr y = add(h.difference, fma(h.difference, h.cosh, mul(h.sinh, h.sum)));
        return withSign(y, x);
    }

    /** cosh x = cosh(r)·(a + b) + sinh(r)·(a − b), likewise. Measured: 1.92 ulp. */
    Expr cosh(Expr x) {
        Halves h = halves(abs(x));
        return add(h.sum, fma(h.sum, h.cosh, mul(h.sinh, h.difference)));
    }

    /** Of |x| = n·ln 2 + r: 2ⁿ⁻¹ ± 2⁻ⁿ⁻¹, sinh r and cosh r − 1. */
    private record Halves(Expr sum, Expr difference, Expr sinh, Expr cosh) {}

    /**
     * n is rounded so that r is from −0.17 to 0.52: at n = 1 the terms of sinh x would cancel for r near −ln(2)/2. Beyond n = 20 the part
     * b is nothing, and 2⁻ⁿ would leave the exponents.
     */
    private Halves halves(Expr a) {
        Expr x0 = atMost(a, 89.5f);
        Expr t = add(fma(atMost(a, 88.9f), f(LOG2_E), f(-0.25f)), f(ROUND + 126));
        Expr n = sub(t, f(ROUND + 126));
        Expr r0 = fma(n, f(-LN2_HIGH), x0);
        Expr r1 = mul(n, f(LN2_LOW));
        Expr r = add(r0, r1);
        Expr low = add(sub(r0, r), r1);
        Expr high = shl(toInt(t), i(23));
        Expr s0 = toFloat(high);
        Expr s1 = select(gt(n, f(20)), f(0), toFloat(sub(i(252 << 23), high)));
        Expr z = mul(r, r);
        Expr s = horner(z, 0x1.582a8ap-19f, 0x1.a08696p-13f, 0x1.11109p-7f, 0x1.555556p-3f);
        Expr c = horner(z, 0x1.a559cp-16f, 0x1.6c0f3ep-10f, 0x1.55555cp-5f, 0.5f);
        return new Halves(add(s0, s1), sub(s0, s1), add(r, fma(mul(r, z), s, low)), mul(z, c));
    }
}
