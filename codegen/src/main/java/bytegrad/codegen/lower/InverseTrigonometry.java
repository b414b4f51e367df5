package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;

/**
 * Angles of sines, cosines and tangents.
 */
final class InverseTrigonometry extends Primitives {
    private static final float PI = 0x1.921fb6p1f;
    /** What {@link #PI} lacks of π. */
    private static final float PI_LOW = -0x1.777a5cp-24f;
    private static final float HALF_PI = 0x1.921fb6p0f;
    private static final float HALF_PI_LOW = -0x1.777a5cp-25f;

    InverseTrigonometry(Scope s, int lanes) {
        super(s, lanes);
    }

    /** (asin √z − √z)/(z·√z) for z to ¼; a minimax fit, 0.07 ulp. */
    private Expr asinTail(Expr z) {
        return horner(z, 0x1.57556ap-5f, 0x1.8ec05ap-6f, 0x1.743574p-5f, 0x1.330518p-4f, 0x1.5555bep-3f);
    }

    /** a + a³·p(a²) with a = |x| to ½, then π/2 − 2·asin √((1 − a)/2). Measured: 1.18 ulp. */
    Expr asin(Expr x) {
        Expr a = abs(x);
        Expr small = lt(a, f(0.5f));
        Expr z = select(small, mul(a, a), mul(sub(f(1), a), f(0.5f)));
        Expr tail = asinTail(z);
        Expr near = fma(mul(a, z), tail, a);
        Expr h0 = sqrt(z);
        Expr h = add(h0, h0);
        Expr d = sub(f(HALF_PI), h);
        Expr lost = sub(sub(f(HALF_PI), d), h);
        Expr far = sub(d, sub(fma(mul(h, z), tail, f(-HALF_PI_LOW)), lost));
        return withSign(select(small, near, far), x);
    }

    /** π/2 − asin x to ½; then 2·asin √((1 − x)/2), or π less that of −x. Measured: 1.12 ulp. */
    Expr acos(Expr x) {
        Expr a = abs(x);
        Expr small = lt(a, f(0.5f));
        Expr z = select(small, mul(a, a), mul(sub(f(1), a), f(0.5f)));
        Expr tail = asinTail(z);
        Expr middle = sub(f(HALF_PI), add(x, fma(mul(x, z), tail, f(-HALF_PI_LOW))));
        Expr h0 = sqrt(z);
        Expr h = add(h0, h0);
        Expr hz = mul(mul(h, z), tail);
        Expr right = add(h, hz);
        Expr left = sub(f(PI), add(h, sub(hz, f(PI_LOW))));
        return select(small, middle, select(lt(x, f(0)), left, right));
    }

    /** atan x − x for x from 0 to 1; a minimax fit, 0.04 ulp. */
    private Expr atanTail(Expr x) {
        Expr z = mul(x, x);
        Expr q = horner(
                z, -0x1.de714ap-10f, 0x1.6a899ep-7f, -0x1.01d296p-5f, 0x1.dd5c18p-5f, -0x1.5900a2p-4f,
                0x1.c0e41cp-4f, -0x1.24293cp-3f, 0x1.9992cp-3f, -0x1.555542p-2f);
        return mul(mul(x, z), q);
    }

    /** For a = |x| above 1, π/2 − atan(1/a). Measured: 1.22 ulp. */
    Expr atan(Expr x) {
        Expr a = abs(x);
        Expr big = gt(a, f(1));
        Expr z = select(big, div(f(1), a), a);
        Expr c = atanTail(z);
        Expr far = sub(f(HALF_PI), add(z, sub(c, f(HALF_PI_LOW))));
        return withSign(select(big, far, add(z, c)), x);
    }

    /**
     * The arctangent of the lesser coordinate over the greater, added to or taken from 0, π/2 or π. Equal coordinates have quotient 1, also if
     * infinite, but for zeros, which have 0. Measured: 1.53 ulp.
     */
    Expr atan2(Expr y, Expr x) {
        Expr ay = abs(y);
        Expr ax = abs(x);
        Expr steep = gt(ay, ax);
        Expr n = select(steep, ax, ay);
        Expr d = select(steep, ay, ax);
        Expr z = select(eq(ax, ay), select(eq(ax, f(0)), f(0), f(1)), div(n, d));
        Expr c = atanTail(z);
        Expr left = lt(toInt(x), i(0));
        Expr base = select(steep, f(HALF_PI), select(left, f(PI), f(0)));
        Expr low = select(steep, f(HALF_PI_LOW), select(left, f(PI_LOW), f(0)));
        Expr minus = ne(steep, left);
        Expr z0 = select(minus, neg(z), z);
        Expr c0 = select(minus, neg(c), c);
        return withSign(add(base, add(z0, add(c0, low))), y);
    }
}
