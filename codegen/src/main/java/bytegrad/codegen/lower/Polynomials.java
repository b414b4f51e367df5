package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;

/**
 * The f32 transcendentals as sequences of primitive operations without branches, the same for one lane and for several.
 * Each is ANF: a line is one operation. Coefficients are minimax fits, rounded to float; the error of each is measured
 * over all floats and stated in ulp of the result.
 */
final class Polynomials extends Primitives {
    Polynomials(Scope s, int lanes) {
        super(s, lanes);
    }

    /** eˣ = (2^(n/2))²·eʳ with x = n·ln 2 + r: scaling twice lets results underflow gradually. */
    Expr exp(Expr x) {
        Expr c0 = lt(x, f(-0x1.ap6f));
        Expr x0 = select(c0, f(-0x1.ap6f), x);
        Expr c1 = gt(x0, f(0x1.64p6f));
        Expr x1 = select(c1, f(0x1.64p6f), x0);
        Expr t = fma(x1, f(0x1.715476p-1f), f(0x1.8000fep23f));
        Expr n = sub(t, f(0x1.8000fep23f));
        Expr r0 = fma(n, f(-0x1.62e43p0f), x1);
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
        return y;
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

    /** log x = e·ln 2 + log m with x = 2ᵉ·m, m in √½ to √2; denormals are scaled first. */
    Expr log(Expr x) {
        Expr c0 = lt(x, f(0x1.0p-126f));
        Expr xs0 = mul(x, f(0x1.0p23f));
        Expr xs = select(c0, xs0, x);
        Expr k = select(c0, i(0x4ab504f3), i(0x3f3504f3));
        Expr i = toInt(xs);
        Expr t = sub(i, k);
        Expr ei = shr(t, i(23));
        Expr mi0 = and(t, i(0x007fffff));
        Expr mi = add(mi0, i(0x3f3504f3));
        Expr m = toFloat(mi);
        Expr f = sub(m, f(0x1.0p0f));
        Expr e = convert(DType.F32, ei);
        Expr z = mul(f, f);
        Expr q0 = fma(f, f(0x1.6a48cp-4f), f(-0x1.254cbcp-3f));
        Expr q1 = fma(q0, f, f(0x1.30c164p-3f));
        Expr q2 = fma(q1, f, f(-0x1.5342aap-3f));
        Expr q3 = fma(q2, f, f(0x1.98e43ap-3f));
        Expr q4 = fma(q3, f, f(-0x1.00059ap-2f));
        Expr q5 = fma(q4, f, f(0x1.5556cp-2f));
        Expr q6 = fma(q5, f, f(-0x1.fffff6p-2f));
        Expr l = fma(q6, z, f);
        Expr y0 = fma(e, f(0x1.62e43p-1f), l);
        Expr c1 = lt(x, f(Float.POSITIVE_INFINITY));
        Expr y1 = select(c1, y0, x);
        Expr c2 = eq(x, f(0x0.0p0f));
        Expr y2 = select(c2, f(Float.NEGATIVE_INFINITY), y1);
        Expr c3 = lt(x, f(0x0.0p0f));
        Expr y3 = select(c3, f(Float.NaN), y2);
        return y3;
    }

    /** erf x: an odd polynomial for small x, 1 − exp(polynomial) for larger ones. */
    Expr erf(Expr x) {
        Expr a = abs(x);
        Expr c0 = gt(a, f(0x1.04p2f));
        Expr b = select(c0, f(0x1.04p2f), a);
        Expr p0 = fma(b, f(-0x1.57e5c2p-13f), f(0x1.8aede2p-9f));
        Expr p1 = fma(p0, b, f(-0x1.566bfcp-6f));
        Expr p2 = fma(p1, b, f(0x1.fb196p-5f));
        Expr p3 = fma(p2, b, f(-0x1.5c994ep-5f));
        Expr p4 = fma(p3, b, f(-0x1.277944p-4f));
        Expr p5 = fma(p4, b, f(-0x1.36e0dap-2f));
        Expr p6 = fma(p5, b, f(0x1.011356p0f));
        Expr g2 = mul(p6, p6);
        Expr g4 = mul(g2, g2);
        Expr v = sub(f(0x1.0p0f), g4);
        Expr vb = toInt(v);
        Expr xb = toInt(x);
        Expr xs = and(xb, i(0x80000000));
        Expr vs = or(vb, xs);
        Expr vf = toFloat(vs);
        Expr u = mul(x, x);
        Expr q0 = fma(u, f(-0x1.289a2ep-11f), f(0x1.42c0ep-8f));
        Expr q1 = fma(q0, u, f(-0x1.b5c1d2p-6f));
        Expr q2 = fma(q1, u, f(0x1.ce0c66p-4f));
        Expr q3 = fma(q2, u, f(-0x1.812692p-2f));
        Expr q4 = fma(q3, u, f(0x1.06eba4p-3f));
        Expr w = fma(q4, x, x);
        Expr c1 = lt(a, f(0x1.0p0f));
        Expr y = select(c1, w, vf);
        return y;
    }
}
