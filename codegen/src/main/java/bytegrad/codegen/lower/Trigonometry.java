package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Stmt;

/**
 * Sine, cosine and tangent over all floats. Up to {@link #BOUND} the multiple of π is subtracted in three parts by fused
 * multiply-adds; beyond, where that loses digits, it is found from the bits of 2/π that matter for the argument's
 * exponent (Payne and Hanek). The long way is only run when a lane needs it, and only those lanes take its result.
 */
final class Trigonometry extends Primitives {
    private static final float BOUND = 0x1.0p19f;
    private static final float TAN_BOUND = 0x1.0p18f;

    Trigonometry(Scope s, int lanes) {
        super(s, lanes);
    }

    /** Measured: 2.36 ulp, where the roundings of r, of the polynomial and of their product all count; the product keeps −0. */
    Expr sin(Expr x) {
        return exactWhereLarge(x, sinFast(x), false);
    }

    /** Measured: 2.05 ulp. */
    Expr cos(Expr x) {
        return exactWhereLarge(x, cosFast(x), true);
    }

    /** Measured: 1.96 ulp. */
    Expr tan(Expr x) {
        Expr a = abs(x);
        Expr.Var y = variable(tanFast(a));
        Expr big = gt(a, f(TAN_BOUND));
        Trigonometry skipped = new Trigonometry(scope().branch(), lanes());
        skipped.assign(y, skipped.select(big, skipped.tanSlow(a), y));
        scope().out.add(new Stmt.IfAny(big, skipped.scope().out));
        return toFloat(xor(toInt(y), signBit(x)));
    }

    private Expr exactWhereLarge(Expr x, Expr fast, boolean cosine) {
        Expr.Var y = variable(fast);
        Expr big = gt(abs(x), f(BOUND));
        Trigonometry skipped = new Trigonometry(scope().branch(), lanes());
        skipped.assign(y, skipped.select(big, skipped.slow(x, cosine), y));
        scope().out.add(new Stmt.IfAny(big, skipped.scope().out));
        return y;
    }

    /** sin x for |x| ≤ 2¹⁹. */
    private Expr sinFast(Expr x) {
        Expr t = fma(x, f(0x1.45f306p-2f), f(0x1.8p23f));
        Expr n = sub(t, f(0x1.8p23f));
        Expr r0 = fma(n, f(-0x1.921fb4p1f), x);
        Expr r1 = fma(n, f(-0x1.4442dp-23f), r0);
        Expr r = fma(n, f(-0x1.846988p-47f), r1);
        Expr u = mul(r, r);
        Expr q0 = fma(u, f(0x1.5cd208p-19f), f(-0x1.9f5fd2p-13f));
        Expr q1 = fma(q0, u, f(0x1.110e8p-7f));
        Expr q2 = fma(q1, u, f(-0x1.55554ap-3f));
        Expr q3 = fma(q2, u, f(0x1.0p0f));
        Expr y0 = mul(r, q3);
        Expr i = toInt(t);
        Expr s = shl(i, i(31));
        Expr yb = toInt(y0);
        Expr ys = xor(yb, s);
        Expr y = toFloat(ys);
        return y;
    }

    /** cos x for |x| ≤ 2¹⁹: the sine of the distance to the nearest odd multiple of π/2. */
    private Expr cosFast(Expr x) {
        Expr h = fma(x, f(0x1.45f306p-2f), f(-0x1.0p-1f));
        Expr t = add(h, f(0x1.800002p23f));
        Expr k = sub(t, f(0x1.800002p23f));
        Expr n = add(k, f(0x1.0p-1f));
        Expr r0 = fma(n, f(-0x1.921fb4p1f), x);
        Expr r1 = fma(n, f(-0x1.4442dp-23f), r0);
        Expr r = fma(n, f(-0x1.846988p-47f), r1);
        Expr u = mul(r, r);
        Expr q0 = fma(u, f(0x1.5cd208p-19f), f(-0x1.9f5fd2p-13f));
        Expr q1 = fma(q0, u, f(0x1.110e8p-7f));
        Expr q2 = fma(q1, u, f(-0x1.55554ap-3f));
        Expr ru = mul(r, u);
        Expr y0 = fma(ru, q2, r);
        Expr i = toInt(t);
        Expr s = shl(i, i(31));
        Expr yb = toInt(y0);
        Expr ys = xor(yb, s);
        Expr y = toFloat(ys);
        return y;
    }

    /** sin x or cos x for larger |x|; cos x is the sine a quarter turn on. */
    private Expr slow(Expr x, boolean cosine) {
        Turns w = turns(x);
        Expr high = cosine ? add(w.high, i(0x40000000)) : w.high;
        Expr sg = and(cosine ? high : xor(toInt(x), high), i(0x80000000));
        Expr fraction = or(shl(high, i(1)), ushr(w.low, i(31)));
        Expr fs = shr(fraction, i(31));
        Expr r = angle(xor(fraction, fs), xor(shl(w.low, i(1)), fs), 1).high;
        Expr u = mul(r, r);
        Expr e0 = fma(u, f(0x1.5cd208p-19f), f(-0x1.9f5fd2p-13f));
        Expr e1 = fma(e0, u, f(0x1.110e8p-7f));
        Expr e2 = fma(e1, u, f(-0x1.55554ap-3f));
        Expr ru = mul(r, u);
        Expr y0 = fma(ru, e2, r);
        Expr y1 = toFloat(xor(toInt(y0), sg));
        return select(lt(abs(x), f(Float.POSITIVE_INFINITY)), y1, sub(x, x));
    }

    /** tan a for 0 ≤ a ≤ 2¹⁸; n·π/2 is subtracted in three parts, and what the last rounding loses is kept. */
    private Expr tanFast(Expr a) {
        Expr t = fma(a, f(0x1.45f306p-1f), f(0x1.8p23f));
        Expr n = sub(t, f(0x1.8p23f));
        Expr r0 = fma(n, f(-0x1.921fb4p0f), a);
        Expr r1 = fma(n, f(-0x1.4442dp-24f), r0);
        Expr r = fma(n, f(-0x1.846988p-48f), r1);
        Expr low = fma(n, f(-0x1.846988p-48f), sub(r1, r));
        return tanReduced(r, low, and(toInt(t), i(1)));
    }

    /** tan a for larger a: the fraction of π is doubled, so that its whole part is that of a/(π/2). */
    private Expr tanSlow(Expr a) {
        Turns w = turns(a);
        Expr fraction = or(shl(w.high, i(2)), ushr(w.low, i(30)));
        Expr sign = shr(fraction, i(31));
        Angle g = angle(xor(fraction, sign), xor(shl(w.low, i(2)), sign), 0.5f);
        Expr odd = and(xor(ushr(w.high, i(30)), sign), i(1));
        Expr y = tanReduced(g.high, g.low, odd);
        Expr y0 = toFloat(xor(toInt(y), and(sign, i(0x80000000))));
        return select(lt(a, f(Float.POSITIVE_INFINITY)), y0, sub(a, a));
    }

    /** tan(r + low), or −1/tan(r + low) if odd is 1; the quotient is corrected for its own error and for h's. The polynomial is a minimax fit, 0.02 ulp. */
    private Expr tanReduced(Expr r, Expr low, Expr odd) {
        Expr z = mul(r, r);
        Expr p = horner(z, 0x1.248586p-8f, -0x1.401324p-14f, 0x1.66fadep-7f, 0x1.5c07d4p-6f, 0x1.bae8b4p-5f, 0x1.110d64p-3f, 0x1.55556p-2f);
        Expr c = fma(mul(r, z), p, fma(low, z, low));
        Expr h = add(r, c);
        Expr l = add(sub(r, h), c);
        Expr q = div(f(-1), h);
        Expr e = fma(q, l, fma(q, h, f(1)));
        return select(ne(odd, i(0)), fma(q, e, q), h);
    }

    /** |x|/π modulo 2 in 64 bits, the highest of them for its whole part. */
    private record Turns(Expr high, Expr low) {}

    /** The digits of 2/π that matter are a window into its bits, chosen by the exponent of x; the product is done by halves of words. */
    private Turns turns(Expr x) {
        Expr ax = and(toInt(x), i(0x7fffffff));
        Expr e = ushr(ax, i(23));
        Expr m0 = and(ax, i(0x007fffff));
        Expr m = or(m0, i(0x00800000));
        Expr mh = ushr(m, i(16));
        Expr ml = and(m, i(0x0000ffff));
        Expr d = sub(e, i(127));
        Expr d32 = and(d, i(32));
        Expr d64 = and(d, i(64));
        Expr s = and(d, i(31));
        Expr s1 = xor(s, i(31));
        Expr k0 = ne(d32, i(0));
        Expr k1 = ne(d64, i(0));
        Expr a0 = select(k1, i(0x220a94fe), i(0x00000051));
        Expr a1 = select(k1, i(0x13abe8fa), i(0x7cc1b727));
        Expr a2 = select(k1, i(0x9a6ee06d), i(0x220a94fe));
        Expr a3 = select(k1, i(0xb14acc9e), i(0x13abe8fa));
        Expr a4 = select(k1, i(0x21c820ff), i(0x9a6ee06d));
        Expr b0 = select(k0, a1, a0);
        Expr b1 = select(k0, a2, a1);
        Expr b2 = select(k0, a3, a2);
        Expr b3 = select(k0, a4, a3);
        Expr w0 = window(b0, b1, s, s1);
        Expr w1 = window(b1, b2, s, s1);
        Expr w2 = window(b2, b3, s, s1);
        Expr v0 = mul(m, w0);
        Expr v1 = mul(m, w1);
        Expr wh1 = ushr(w1, i(16));
        Expr wl1 = and(w1, i(0x0000ffff));
        Expr p0 = mul(ml, wl1);
        Expr p1 = mul(ml, wh1);
        Expr p2 = mul(mh, wl1);
        Expr p3 = mul(mh, wh1);
        Expr p4 = ushr(p0, i(16));
        Expr p5 = add(p1, p4);
        Expr p6 = and(p5, i(0x0000ffff));
        Expr p7 = add(p2, p6);
        Expr p8 = ushr(p5, i(16));
        Expr p9 = ushr(p7, i(16));
        Expr p10 = add(p3, p8);
        Expr p11 = add(p10, p9);
        Expr wh2 = ushr(w2, i(16));
        Expr wl2 = and(w2, i(0x0000ffff));
        Expr q4 = mul(ml, wh2);
        Expr q5 = mul(mh, wl2);
        Expr q6 = mul(mh, wh2);
        Expr q7 = ushr(q4, i(16));
        Expr q8 = ushr(q5, i(16));
        Expr q9 = add(q6, q7);
        Expr q10 = add(q9, q8);
        Expr lo = add(v1, q10);
        Expr carry = lt(xor(lo, i(0x80000000)), xor(v1, i(0x80000000)));
        Expr hi = add(add(v0, p11), select(carry, i(1), i(0)));
        return new Turns(hi, lo);
    }

    private Expr window(Expr high, Expr low, Expr s, Expr s1) {
        return or(shl(high, s), ushr(ushr(low, i(1)), s1));
    }

    private record Angle(Expr high, Expr low) {}

    /** π·unit times a fraction of 64 bits: what is rounded to it, and the rest. */
    private Angle angle(Expr high, Expr low, float unit) {
        Expr c0 = ushr(high, i(8));
        Expr c1a = and(high, i(0x000000ff));
        Expr c1b = shl(c1a, i(16));
        Expr c1c = ushr(low, i(16));
        Expr c1 = or(c1b, c1c);
        Expr c2 = and(low, i(0x0000ffff));
        Expr f0 = toNumber(c0);
        Expr f1 = toNumber(c1);
        Expr f2 = toNumber(c2);
        Expr z0 = mul(f0, f(0x1.0p24f));
        Expr z1 = add(z0, f1);
        Expr z2 = sub(z1, z0);
        Expr z3 = sub(f1, z2);
        Expr z4 = fma(f2, f(0x1.0p-16f), z3);
        Expr r0 = mul(z4, f(0x1.921fb6p-47f * unit));
        Expr r1 = fma(z1, f(-0x1.777a5cp-72f * unit), r0);
        Expr r = fma(z1, f(0x1.921fb6p-47f * unit), r1);
        return new Angle(r, add(fma(z1, f(0x1.921fb6p-47f * unit), neg(r)), r1));
    }
}
