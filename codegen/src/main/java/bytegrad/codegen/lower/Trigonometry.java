package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;

/**
 * Sine and cosine over all floats. Up to {@link #BOUND} the multiple of π is subtracted in three parts by fused
 * multiply-adds; beyond, where that loses digits, it is found from the bits of 2/π that matter for the argument's
 * exponent (Payne and Hanek). The long way is only run when a lane needs it, and only those lanes take its result.
 */
final class Trigonometry extends Primitives {
    private static final float BOUND = 0x1.0p19f;

    Trigonometry(Scope s, int lanes) {
        super(s, lanes);
    }

    Expr sin(Expr x) {
        return exactWhereLarge(x, sinFast(x), false);
    }

    Expr cos(Expr x) {
        return exactWhereLarge(x, cosFast(x), true);
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
        Expr xb = toInt(x);
        Expr ax = and(xb, i(0x7fffffff));
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
        Expr l0 = shl(b0, s);
        Expr h0 = ushr(b1, i(1));
        Expr g0 = ushr(h0, s1);
        Expr w0 = or(l0, g0);
        Expr l1 = shl(b1, s);
        Expr h1 = ushr(b2, i(1));
        Expr g1 = ushr(h1, s1);
        Expr w1 = or(l1, g1);
        Expr l2 = shl(b2, s);
        Expr h2 = ushr(b3, i(1));
        Expr g2 = ushr(h2, s1);
        Expr w2 = or(l2, g2);
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
        Expr lox = xor(lo, i(0x80000000));
        Expr v1x = xor(v1, i(0x80000000));
        Expr kc = lt(lox, v1x);
        Expr cy = select(kc, i(1), i(0));
        Expr hi0 = add(v0, p11);
        Expr hi1 = add(hi0, cy);
        Expr hi = cosine ? add(hi1, i(0x40000000)) : hi1;
        Expr sx = cosine ? hi : xor(xb, hi);
        Expr sg = and(sx, i(0x80000000));
        Expr fh0 = shl(hi, i(1));
        Expr fh1 = ushr(lo, i(31));
        Expr fh2 = or(fh0, fh1);
        Expr fl2 = shl(lo, i(1));
        Expr fs = shr(fh2, i(31));
        Expr fh = xor(fh2, fs);
        Expr fl = xor(fl2, fs);
        Expr c0 = ushr(fh, i(8));
        Expr c1a = and(fh, i(0x000000ff));
        Expr c1b = shl(c1a, i(16));
        Expr c1c = ushr(fl, i(16));
        Expr c1 = or(c1b, c1c);
        Expr c2 = and(fl, i(0x0000ffff));
        Expr f0 = convert(DType.F32, c0);
        Expr f1 = convert(DType.F32, c1);
        Expr f2 = convert(DType.F32, c2);
        Expr z0 = mul(f0, f(0x1.0p24f));
        Expr z1 = add(z0, f1);
        Expr z2 = sub(z1, z0);
        Expr z3 = sub(f1, z2);
        Expr z4 = fma(f2, f(0x1.0p-16f), z3);
        Expr r0 = mul(z4, f(0x1.921fb6p-47f));
        Expr r1 = fma(z1, f(-0x1.777a5cp-72f), r0);
        Expr r = fma(z1, f(0x1.921fb6p-47f), r1);
        Expr u = mul(r, r);
        Expr e0 = fma(u, f(0x1.5cd208p-19f), f(-0x1.9f5fd2p-13f));
        Expr e1 = fma(e0, u, f(0x1.110e8p-7f));
        Expr e2 = fma(e1, u, f(-0x1.55554ap-3f));
        Expr ru = mul(r, u);
        Expr y0 = fma(ru, e2, r);
        Expr yb = toInt(y0);
        Expr ys = xor(yb, sg);
        Expr y1 = toFloat(ys);
        Expr kf = lt(ax, i(0x7f800000));
        Expr nn = sub(x, x);
        Expr y = select(kf, y1, nn);
        return y;
    }
}
