package bytegrad.ir.eval;

/** Functions that StrictMath lacks and that are a few of its calls, to within a few units in the last place of a double. */
final class Elementary {
    private static final double LN_2 = Math.log(2);

    private Elementary() {}

    /** sign(x)·log(|x| + √(x² + 1)); small x by log1p of what the sum exceeds 1 by, huge ones without the square. */
    static double asinh(double x) {
        double a = Math.abs(x);
        double y = a < 1e8 ? StrictMath.log1p(a + a * a / (1 + Math.sqrt(a * a + 1))) : StrictMath.log(a) + LN_2;
        return Math.copySign(y, x);
    }

    /** log(x + √(x² − 1)), in t = x − 1; NaN below 1. */
    static double acosh(double x) {
        double t = x - 1;
        return x < 1e8 ? StrictMath.log1p(t + Math.sqrt(t) * Math.sqrt(t + 2)) : StrictMath.log(x) + LN_2;
    }

    /** ½ log((1 + x)/(1 − x)) for |x|, by log1p of what the fraction exceeds 1 by. */
    static double atanh(double x) {
        double a = Math.abs(x);
        return Math.copySign(0.5 * StrictMath.log1p(2 * a / (1 - a)), x);
    }

    /** e + log m/log 2 with x = 2ᵉ·m, m in 1 to 2 or, for exponent −1, in ½ to 1: so powers of two are exact, and near 1 nothing cancels. */
    static double log2(double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return StrictMath.log(x);
        }
        double normal = x < Double.MIN_NORMAL ? x * 0x1p54 : x;
        int e = Math.getExponent(normal);
        double m = e == -1 ? normal : Math.scalb(normal, -e);
        return (e == -1 ? 0 : e) - (normal == x ? 0 : 54) + StrictMath.log(m) / LN_2;
    }

    /** aᵇ; IEEE 754 gives 1 for a = 1 and any b, and for a = −1 and infinite b, where Java gives NaN. */
    static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : StrictMath.pow(a, b);
    }

    /** log(eᵃ + eᵇ); equal infinities have no difference. */
    static double logAddExp(double a, double b) {
        return a == b ? a + LN_2 : Math.max(a, b) + StrictMath.log1p(StrictMath.exp(-Math.abs(a - b)));
    }

    static double trunc(double x) {
        return x < 0 ? Math.ceil(x) : Math.floor(x);
    }

    /** What floored division leaves: with the sign of b, also a zero. */
    static double mod(double a, double b) {
        double r = a % b;
        if (r == 0) {
            return Math.copySign(0, b);
        }
        return r < 0 != b < 0 ? r + b : r;
    }
}
