package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import java.util.ArrayList;
import java.util.List;

/**
 * The error function, its complement and its inverse.
 */
final class ErrorFunctions extends Primitives {
    /**
     * erfc(a)·e^(a²) in powers of the distance to {@link #CENTRES}, the highest power first, a column for each of the intervals that end at
     * {@link #ENDS}; the constant terms are the sums of {@link #COMPLEMENT_HIGH} and {@link #COMPLEMENT_LOW}. Minimax fits, 0.2 ulp.
     */
    private static final float[][] COMPLEMENT = {
        {0x1.0f1d0ep-7f, 0x1.548d56p-12f, 0x1.1efe1ap-17f, 0x1.527338p-23f, 0x1.866156p-29f},
        {-0x1.310a44p-6f, -0x1.074c1p-10f, -0x1.1db538p-15f, -0x1.d416d4p-21f, -0x1.bbb27cp-26f},
        {0x1.32094p-5f, 0x1.528822p-9f, 0x1.e8d408p-14f, 0x1.27aa8ap-18f, 0x1.a88a7cp-23f},
        {-0x1.396ab8p-4f, -0x1.bceb5p-8f, -0x1.c6bfa8p-12f, -0x1.a0be9cp-16f, -0x1.c28518p-20f},
        {0x1.2b34fep-3f, 0x1.17e578p-6f, 0x1.9d3af4p-10f, 0x1.21aca8p-13f, 0x1.dfa6bap-17f},
        {-0x1.05db96p-2f, -0x1.4bd05ap-5f, -0x1.69f608p-8f, -0x1.8ac30ap-11f, -0x1.f8e6bep-14f},
        {0x1.9dbe5ap-2f, 0x1.70135ap-4f, 0x1.3222d4p-6f, 0x1.08cf6cp-8f, 0x1.07df3cp-10f},
        {-0x1.1ee438p-1f, -0x1.797a6p-3f, -0x1.f25dbp-5f, -0x1.5d842ep-6f, -0x1.11e93ap-7f},
    };

    private static final float[] COMPLEMENT_HIGH = {0x1.4c630ep-1f, 0x1.5f88f6p-2f, 0x1.84ae42p-3f, 0x1.c5723ap-4f, 0x1.1a506p-4f};
    private static final float[] COMPLEMENT_LOW = {0x1.8d555ap-26f, -0x1.ba756ap-27f, 0x1.f80eb2p-28f, -0x1.482194p-33f, 0x1.f1b158p-29f};
    private static final float[] CENTRES = {0.4375f, 1.375f, 2.8125f, 5f, 8.125f};
    private static final float[] ENDS = {0.85f, 1.9375f, 3.6875f, 6.25f};

    /**
     * The inverse over its argument, in powers of w − 2½ for w = −log(1 − x²) below 5, and of √w − 3⅛ from there on, the highest power first.
     * Minimax fits, 0.2 ulp.
     */
    private static final float[][] INVERSE = {
        {-0x1.2f0aa2p-27f, 0x1.e69726p-14f},
        {0x1.8e76e4p-26f, -0x1.782678p-13f},
        {0x1.f516f8p-22f, -0x1.3c9648p-12f},
        {-0x1.d0aebep-19f, 0x1.59ba02p-10f},
        {-0x1.4d4aep-18f, -0x1.4be07ap-9f},
        {0x1.c9e57cp-13f, 0x1.ef315p-9f},
        {-0x1.486592p-10f, -0x1.5b46c6p-8f},
        {-0x1.11c4dep-8f, 0x1.cdffdp-8f},
        {0x1.f91e8ap-3f, 0x1.00f3b4p0f},
    };

    ErrorFunctions(Scope s, int lanes) {
        super(s, lanes);
    }

    /** erf x: an odd polynomial for small x, 1 − exp(polynomial) for larger ones. Measured: 1.92 ulp. */
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

    /**
     * e^(−a²) times a polynomial, with a = |x|; 2 − that for x &lt; 0. The square is the sum of two floats, as is the argument r of the
     * exponential after multiples of ln 2 are subtracted, and the polynomial p + q: so (1 + e)·(p + q) with e = eʳ − 1 is p plus small terms.
     * Beyond 10.1 the result is 0. Measured: 1.94 ulp.
     */
    Expr erfc(Expr x) {
        Expr a = atMost(abs(x), 10.1f);
        Expr square = mul(a, a);
        Expr t = fma(square, f(-Exponentials.LOG2_E), f(Exponentials.ROUND));
        Expr n = sub(t, f(Exponentials.ROUND));
        Expr r0 = fma(n, f(-Exponentials.LN2_HIGH), neg(square));
        Expr r1 = fma(n, f(Exponentials.LN2_LOW), neg(fma(a, a, neg(square))));
        Expr r = add(r0, r1);
        Expr rest = add(sub(r0, r), r1);
        Expr e = new Exponentials(scope(), lanes()).expm1Reduced(r);
        List<Expr> below = new ArrayList<>();
        for (float end : ENDS) {
            below.add(lt(a, f(end)));
        }
        Expr u = sub(a, pick(below, CENTRES));
        Expr slope = pick(below, COMPLEMENT[0]);
        for (int k = 1; k < COMPLEMENT.length; k++) {
            slope = fma(slope, u, pick(below, COMPLEMENT[k]));
        }
        Expr c = pick(below, COMPLEMENT_HIGH);
        Expr s = mul(slope, u);
        Expr p = add(c, s);
        Expr q = add(sub(s, sub(p, c)), pick(below, COMPLEMENT_LOW));
        Expr y = add(p, fma(p, e, fma(p, rest, q)));
        Expr z = scale(y, sub(toInt(t), i(Exponentials.ROUND_BITS)));
        return select(lt(x, f(0)), sub(f(2), z), z);
    }

    /** values[k] for the first k that holds, else the last value. */
    private Expr pick(List<Expr> conditions, float... values) {
        Expr y = f(values[conditions.size()]);
        for (int k = conditions.size() - 1; k >= 0; k--) {
            y = select(conditions.get(k), f(values[k]), y);
        }
        return y;
    }

    /**
     * x·p(w) with w = −log(1 − x²), or of √w where w is large (the form is Giles's, "Approximating the erfinv function", 2010). What w and its
     * distance to the centre lose to rounding is made good by p′, which is about constant. Measured: 1.54 ulp.
     */
    Expr erfInv(Expr x) {
        Logarithms logarithms = new Logarithms(scope(), lanes());
        Expr a = abs(x);
        Expr t = sub(toInt(fma(neg(a), a, f(1))), i(Logarithms.SQRT_HALF));
        Expr l = logarithms.nearOne(logarithms.mantissa(t));
        Expr e = neg(toNumber(shr(t, i(23))));
        Expr w = fma(e, f(Logarithms.LN2), neg(l));
        Expr w0 = sub(fma(e, f(Logarithms.LN2), neg(w)), l);
        List<Expr> near = List.of(lt(w, f(5)));
        Expr v = select(near.getFirst(), w, sqrt(w));
        Expr centre = pick(near, 2.5f, 3.125f);
        Expr u = sub(v, centre);
        Expr u0 = sub(v, add(u, centre));
        Expr slope = pick(near, INVERSE[0]);
        for (int k = 1; k < INVERSE.length; k++) {
            slope = fma(slope, u, pick(near, INVERSE[k]));
        }
        Expr c = pick(near, 0x1.805c5ep0f, 0x1.7aaa3cp1f);
        Expr s = mul(slope, u);
        Expr p = add(c, s);
        Expr q = add(sub(s, sub(p, c)), pick(near, -0x1.bf0014p-25f, -0x1.3f1928p-26f));
        Expr rest = fma(add(w0, u0), pick(near, 0.2466f, 0.165f), q);
        Expr y = fma(a, p, mul(a, rest));
        Expr inside = select(lt(a, f(1)), y, select(eq(a, f(1)), f(Float.POSITIVE_INFINITY), f(Float.NaN)));
        return withSign(inside, x);
    }
}
