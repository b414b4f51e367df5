package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;

/** Cube roots, and powers, which are 2^(y·log₂ x) with the logarithm as a sum of two floats. */
final class Powers extends Primitives {
    /**
     * C in the bits of 2^(−x/3) ≈ C − (those of x)/3, where a float's bits stand for its logarithm; found by search, |1 − x·w³| ≤ 0.103. Scaled
     * by 2⁻⁸, as the bits of x are, so that the number and its sum with 1½·2²³ are exact.
     */
    private static final int ROOT_START = 0x54a1f000;
    /** ROOT_START/2⁸, placed so that the low 24 bits of the float, shifted left by 8, are those of the estimate. */
    private static final float ROOT_START_SCALED = 0x1.8p23f + (ROOT_START - 0x40000000 >> 8);

    Powers(Scope s, int lanes) {
        super(s, lanes);
    }

    /**
     * a·w² with w = a^(−1/3) from two steps of third order, then one of Newton's on the exact residual a − y³. Tiny numbers are scaled, for
     * residuals must be normal. Measured: 0.50 ulp.
     */
    Expr cbrt(Expr x) {
        Expr a0 = abs(x);
        Expr tiny = lt(a0, f(0x1p-100f));
        Expr a = select(tiny, mul(a0, f(0x1p48f)), a0);
        Expr t = fma(toNumber(ushr(toInt(a), i(8))), f(-0x1.555556p-2f), f(ROOT_START_SCALED));
        Expr w0 = toFloat(shl(toInt(t), i(8)));
        Expr w = rootStep(a, rootStep(a, w0));
        Expr y = mul(mul(a, w), w);
        Expr y2 = mul(y, y);
        Expr low = fma(y, y, neg(y2));
        Expr d = sub(fma(neg(y2), y, a), mul(low, y));
        Expr y0 = fma(d, mul(mul(w, w), f(0x1.555556p-2f)), y);
        Expr y1 = select(tiny, mul(y0, f(0x1p-16f)), y0);
        return withSign(select(lt(a0, f(Float.POSITIVE_INFINITY)), y1, a0), x);
    }

    /** A better w ≈ a^(−1/3): with h = 1 − a·w³, w·(1 + h/3 + 2h²/9). */
    private Expr rootStep(Expr a, Expr w) {
        Expr h = fma(neg(mul(a, w)), mul(w, w), f(1));
        return fma(mul(w, h), fma(h, f(0x1.c71c72p-3f), f(0x1.555556p-2f)), w);
    }

    /** high + low. */
    private record Two(Expr high, Expr low) {}

    /**
     * 2^(y·log₂ |x|), the product as a sum of two floats, and then the sign. An infinite y does as any so great that each power but of 1 is 0
     * or ∞. Measured: 0.94 ulp.
     */
    Expr pow(Expr x, Expr y) {
        Expr a = abs(x);
        Two l = log2(a);
        Expr y0 = clamp(y, -0x1p60f, 0x1p60f);
        Expr p = mul(y0, l.high);
        Expr rest = fma(y0, l.low, fma(y0, l.high, neg(p)));
        // What is lost of an infinite product is NaN.
        Expr rest0 = select(gt(abs(p), f(200)), f(0), rest);
        Expr e = clamp(p, -200, 200);
        Expr t = add(e, f(Exponentials.ROUND));
        Expr r = add(sub(e, sub(t, f(Exponentials.ROUND))), rest0);
        Expr q = fma(new Exponentials(scope(), lanes()).exp2Slope(r), r, f(1));
        Expr z = scale(q, sub(toInt(t), i(Exponentials.ROUND_BITS)));
        return withSpecials(x, y, z);
    }

    /** z = |x|^y with its sign, and what IEEE 754 says where an operand is NaN or x &lt; 0. */
    private Expr withSpecials(Expr x, Expr y, Expr z) {
        // From 2²³ on every float is whole, from 2²⁴ on even; adding 2²³ puts the whole part of lesser ones into the low bits.
        Expr b = atMost(abs(y), 0x1p24f);
        Expr small = lt(b, f(0x1p23f));
        Expr shifted = select(small, add(b, f(0x1p23f)), b);
        Expr whole = eq(select(small, sub(shifted, f(0x1p23f)), b), b);
        Expr odd = select(whole, shl(toInt(shifted), i(31)), i(0));
        Expr signed = toFloat(or(toInt(z), and(odd, toInt(x))));
        // A finite x < 0 has whole powers only.
        Expr finite = and(lt(x, f(0)), gt(x, f(Float.NEGATIVE_INFINITY)));
        Expr real = select(finite, select(whole, signed, f(Float.NaN)), signed);
        Expr number = select(or(ne(x, x), ne(y, y)), add(x, y), real);
        return select(or(eq(y, f(0)), eq(x, f(1))), f(1), number);
    }

    /**
     * log₂ a with an error of about 2⁻³⁸ of it; ∓∞ for 0 and ∞. With a = 2ᵉ·m, m in √½ to √2, and s = (m − 1)/(m + 1):
     * e + s·(K + s²·(K/3 + s²·q(s²))), K = 2/ln 2, every value but q the sum of two floats.
     */
    private Two log2(Expr a) {
        Logarithms logarithms = new Logarithms(scope(), lanes());
        Expr t = logarithms.exponentBits(a);
        Expr e = toNumber(shr(t, i(23)));
        Expr f = logarithms.mantissa(t);
        // s = f/(2 + f)
        Expr d = add(f, f(2));
        Expr dl = sub(f, sub(d, f(2)));
        Expr s = div(f, d);
        Expr sl = div(fma(neg(s), dl, fma(neg(s), d, f)), d);
        // z = s²
        Expr z = mul(s, s);
        Expr zl = fma(add(s, s), sl, fma(s, s, neg(z)));
        // c = K/3 + z·q
        Expr q = mul(z, horner(z, 0x1.20791ap-2f, 0x1.47b12cp-2f, 0x1.a6195p-2f, 0x1.2776c4p-1f));
        Expr c = add(q, f(0x1.ec709ep-1f));
        Expr cl = add(sub(q, sub(c, f(0x1.ec709ep-1f))), f(-0x1.e2fe02p-28f));
        // u = z·c
        Expr u = mul(z, c);
        Expr ul = fma(z, cl, fma(zl, c, fma(z, c, neg(u))));
        // w = K + u
        Expr w = add(u, f(0x1.715476p1f));
        Expr wl = add(sub(u, sub(w, f(0x1.715476p1f))), add(ul, f(0x1.4ae0cp-25f)));
        // l = s·w
        Expr l = mul(s, w);
        Expr ll = fma(s, wl, fma(sl, w, fma(s, w, neg(l))));
        Expr high = add(e, l);
        Expr low = add(sub(l, sub(high, e)), ll);
        Expr h0 = select(lt(a, f(Float.POSITIVE_INFINITY)), high, a);
        return new Two(select(eq(a, f(0)), f(Float.NEGATIVE_INFINITY), h0), low);
    }
}
