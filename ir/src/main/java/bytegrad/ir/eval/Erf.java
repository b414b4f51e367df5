package bytegrad.ir.eval;

/** The error function, to within a few units in the last place of a double. */
final class Erf {
    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;
    private static final double ONE_OVER_SQRT_PI = 0.5641895835477563;

    private Erf() {}

    /** erf(x) = 2/√π · ∫₀ˣ e^(−t²) dt; odd, so it keeps ±0; NaN for NaN. */
    static double erf(double x) {
        double a = Math.abs(x);
        if (a < 2) {
            return series(x);
        }
        // Above 6 the complement is below half an ulp of 1. NaN fails every comparison and passes through the fraction.
        return a > 6 ? Math.copySign(1, x) : Math.copySign(1 - complement(a), x);
    }

    /** 1 − erf(x): above 2 by what is small itself, so with its full relative accuracy. */
    static double erfc(double x) {
        // e^(−x²) is 0 from 28 on; there, infinity would be divided by itself.
        return x > 28 ? 0 : x >= 2 ? complement(x) : 1 - erf(x);
    }

    /** The y with erf(y) = x, by halving an interval of doubles; beyond ½ by the complement, which is known better. */
    static double inverse(double x) {
        double a = Math.abs(x);
        if (!(a < 1)) {
            return a == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
        }
        // A double's bits ascend with it.
        long low = 0;
        long high = Double.doubleToRawLongBits(6);
        while (low < high) {
            long middle = (low + high) >>> 1;
            double y = Double.longBitsToDouble(middle);
            if (a < 0.5 ? erf(y) < a : erfc(y) > 1 - a) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.copySign(Double.longBitsToDouble(low), x);
    }

    /**
     * Abramowitz and Stegun 7.1.6: erf(x) = 2/√π · e^(−x²) · x · (1 + 2x²/3 · (1 + 2x²/5 · (1 + …))). All terms are
     * positive, so nothing cancels; innermost first, so that rounding errors shrink on the way out.
     */
    private static double series(double x) {
        double t = 2 * x * x;
        double s = 1;
        // At |x| = 2 the product of the 50 factors t/(2n+1) is below 1e-21.
        for (int n = 50; n >= 1; n--) {
            s = 1 + t / (2 * n + 1) * s;
        }
        return TWO_OVER_SQRT_PI * x * (gaussian(x) * s);
    }

    /** Abramowitz and Stegun 7.1.14, for x ≥ 2: erfc(x) = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 1½/(x + 2/(x + …))))). */
    private static double complement(double x) {
        double f = x;
        // The tail after n levels is about e^(−2x√(2n)), which at x = 2 is 1e-17 for n = 60.
        for (int n = 60; n >= 1; n--) {
            f = x + n * 0.5 / f;
        }
        return gaussian(x) * ONE_OVER_SQRT_PI / f;
    }

    /** e^(−x²) with the rounding error of the square put back in: it would be magnified by x². */
    private static double gaussian(double x) {
        double square = x * x;
        double error = Math.fma(x, x, -square);
        return StrictMath.exp(-square) * (1 - error);
    }
}
