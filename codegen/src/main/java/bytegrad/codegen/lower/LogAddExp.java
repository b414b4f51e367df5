package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;

/**
 * log(eᵃ + eᵇ) = m + log(1 + e⁻ᵈ), m the greater of a and b and d ≥ 0 their distance. Where m &lt; 0 the two terms may cancel, so what each
 * sum loses to rounding is kept and added last (Knuth's exact sum). Measured: 2.2 ulp of the greater of |m| and the result; where they
 * cancel the result alone may be off by more of its own ulp.
 */
final class LogAddExp extends Primitives {
    private final Exponentials exponentials;
    private final Logarithms logarithms;

    LogAddExp(Scope s, int lanes) {
        super(s, lanes);
        exponentials = new Exponentials(s, lanes);
        logarithms = new Logarithms(s, lanes);
    }

    /** Equal infinities have distance 0; NaN if either is. */
    Expr apply(Expr a, Expr b) {
        Expr first = gt(a, b);
        Expr high = select(first, a, b);
        Expr low = select(first, b, a);
        Expr d = select(eq(a, b), f(0), sub(low, high));
        Expr lost = lost(low, neg(high), d);
        // With an infinity it is none or NaN.
        Expr d0 = select(lt(abs(lost), f(1)), lost, f(0));
        // e⁻¹⁰⁴ is below half the least denormal.
        Expr x = select(lt(d, f(-104)), f(-104), d);
        Expr t = fma(x, f(Exponentials.LOG2_E), f(Exponentials.ROUND));
        Expr n = sub(t, f(Exponentials.ROUND));
        Expr r0 = fma(n, f(-Exponentials.LN2_HIGH), x);
        Expr r1 = fma(n, f(Exponentials.LN2_LOW), d0);
        Expr r = add(r0, r1);
        Expr u = exponentials.expm1Reduced(r);
        Expr e = add(u, f(1));
        Expr e0 = add(sub(u, sub(e, f(1))), add(sub(r0, r), r1));
        Expr k = sub(toInt(t), i(Exponentials.ROUND_BITS));
        return addLog1p(high, scale(e, k), scale(e0, k));
    }

    /** m + log(1 + e + low) for e from 0 to 1: log(1 + e) is log(1 + f), or ln 2 + log(1 + f) with f = (e − 1)/2 for larger e. */
    private Expr addLog1p(Expr m, Expr e, Expr low) {
        Expr large = gt(e, f(0x1.a8p-2f));
        Expr e1 = sub(e, f(1));
        Expr f = select(large, mul(e1, f(0.5f)), e);
        Expr f0 = select(large, mul(add(low, sub(e, add(e1, f(1)))), f(0.5f)), low);
        Expr ln2 = select(large, f(Logarithms.LN2), f(0));
        Expr s0 = add(m, ln2);
        Expr s1 = add(s0, f);
        Expr tail = add(add(lost(m, ln2, s0), lost(s0, f, s1)), add(f0, select(large, f(-Exponentials.LN2_LOW), f(0))));
        Expr y = add(s1, fma(logarithms.nearOneSlope(f), mul(f, f), tail));
        // For an infinite m what was lost is NaN; then f is NaN only if an operand was.
        return select(lt(abs(m), f(Float.POSITIVE_INFINITY)), y, add(m, f));
    }

    /** a + b − sum, exactly, where sum is a + b rounded. */
    private Expr lost(Expr a, Expr b, Expr sum) {
        Expr b0 = sub(sum, a);
        return add(sub(a, sub(sum, b0)), sub(b, b0));
    }
}
