package bytegrad.runtime;

/** Functions of doubles that {@link StrictMath} lacks and that are a few of its calls, for emitted code. The same bits on every JVM. */
public final class Elementary {
    private static final double LN_2 = 0.6931471805599453;
    /** 1/log 2, and what the first lacks of it. */
    private static final double LOG2_E = 1.4426950408889634;
    private static final double LOG2_E_REST = 2.0355273740931033e-17;
    /** From here on x² + 1 is x². */
    private static final double LARGE = 0x1p28;

    private Elementary() {}

    /** log(x + √(x² + 1)), odd. */
    public static double asinh(double x) {
        double a = Math.abs(x);
        double y;
        if (a < 2) {
            // What the argument of the logarithm exceeds 1 by: x + (√(x² + 1) − 1).
            y = StrictMath.log1p(a + a * a / (1 + Math.sqrt(a * a + 1)));
        } else if (a < LARGE) {
            y = StrictMath.log(2 * a + 1 / (Math.sqrt(a * a + 1) + a));
        } else {
            y = StrictMath.log(a) + LN_2;
        }
        return Math.copySign(y, x);
    }

    /** log(x + √(x² − 1)); NaN below 1. */
    public static double acosh(double x) {
        if (x < 1) {
            return Double.NaN;
        } else if (x < 2) {
            double t = x - 1;
            return StrictMath.log1p(t + Math.sqrt(t * (2 + t)));
        } else if (x < LARGE) {
            return StrictMath.log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
        }
        return StrictMath.log(x) + LN_2;
    }

    /** ½·log((1 + x)/(1 − x)), odd; NaN beyond ±1. */
    public static double atanh(double x) {
        double a = Math.abs(x);
        // What the quotient exceeds 1 by is 2a/(1 − a) = 2a + 2a·a/(1 − a).
        double excess = a < 0.5 ? 2 * a + 2 * a * a / (1 - a) : 2 * a / (1 - a);
        return Math.copySign(0.5 * StrictMath.log1p(excess), x);
    }

    /** 2ˣ. */
    public static double exp2(double x) {
        return StrictMath.pow(2, x);
    }

    /** log x/log 2; exact for powers of two. */
    public static double log2(double x) {
        if (!(x >= Double.MIN_NORMAL) || x == Double.POSITIVE_INFINITY) {
            // Denormals are scaled; 0, negative numbers, infinity and NaN are as for log.
            return x > 0 && x < Double.MIN_NORMAL ? log2(x * 0x1p54) - 54 : StrictMath.log(x);
        }
        // x = 2ᵉ·m with m from √½ to √2, so that near 1 nothing cancels.
        long bits = Double.doubleToRawLongBits(x);
        long e = bits - Double.doubleToRawLongBits(0.7071067811865476) >> 52;
        double l = StrictMath.log(Double.longBitsToDouble(bits - (e << 52)));
        return e + Math.fma(l, LOG2_E, l * LOG2_E_REST);
    }

    /** aᵇ as IEEE 754 has it: where {@link StrictMath#pow} gives NaN for a = 1, or for a = −1 and infinite b, it is 1. */
    public static double pow(double a, double b) {
        return a == 1 || a == -1 && Double.isInfinite(b) ? 1 : StrictMath.pow(a, b);
    }

    /** log(eᵃ + eᵇ) = max(a, b) + log1p(e^−|a − b|); NaN if either is. */
    public static double logAddExp(double a, double b) {
        // Equal infinities have no difference.
        return a == b ? a + LN_2 : Math.max(a, b) + StrictMath.log1p(StrictMath.exp(-Math.abs(a - b)));
    }
}
