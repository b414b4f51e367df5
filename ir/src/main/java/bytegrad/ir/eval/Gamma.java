package bytegrad.ir.eval;

/**
 * log |Γ| and its derivatives, to within 1e-13 of the larger of the result and 1. All of them come down to Hurwitz's zeta function
 * ζ(s, x) = Σ (x + k)⁻ˢ over k ≥ 0, by the formula of Euler and Maclaurin.
 */
final class Gamma {
    private static final double EULER = 0.5772156649015329;
    private static final double HALF_LOG_TWO_PI = 0.9189385332046728;
    /** The greatest n whose factorial is a double. */
    private static final int MOST_DERIVATIVES = 170;
    /** B₂, B₄, …, B₂₄ as fractions. */
    private static final double[] BERNOULLI = {
        1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330, 854513.0 / 138,
        -236364091.0 / 2730
    };
    /** (ζ(k) − 1)/k for k ≥ 2, where ζ(k) − 1 = ζ(k, 2). */
    private static final double[] ZETA = new double[60];

    static {
        for (int k = 2; k < ZETA.length; k++) {
            ZETA[k] = zeta(k, 2) / k;
        }
    }

    private Gamma() {}

    private static boolean isPole(double x) {
        return x <= 0 && x == Math.floor(x);
    }

    static double lgamma(double x) {
        if (Double.isNaN(x)) {
            return x;
        } else if (isPole(x) || Double.isInfinite(x)) {
            return Double.POSITIVE_INFINITY;
        } else if (x < 0.5) {
            // Γ(x)·Γ(1 − x) = π/sin πx; near 0 the series at 1 has what the reflection would lose.
            return x > -0.5
                    ? lgamma(1 + x) - StrictMath.log(Math.abs(x))
                    : StrictMath.log(Math.PI / Math.abs(StrictMath.sin(Math.PI * (x - Math.rint(x))))) - lgamma(1 - x);
        } else if (x < 1.5) {
            return nearTwo(x - 1) - StrictMath.log1p(x - 1);
        } else if (x < 3) {
            return nearTwo(x - 2);
        }
        double z = x;
        double product = 1;
        for (; z < 20; z++) {
            product *= z;
        }
        double sum = 0;
        for (int k = BERNOULLI.length; k >= 1; k--) {
            sum = sum / (z * z) + BERNOULLI[k - 1] / (2.0 * k * (2 * k - 1));
        }
        return (z - 0.5) * (StrictMath.log(z) - 1) - 0.5 + HALF_LOG_TWO_PI + sum / z - StrictMath.log(product);
    }

    /** log Γ(2 + z) = (1 − γ)z + Σ (ζ(k) − 1)(−z)ᵏ/k, for |z| ≤ 1 (Abramowitz and Stegun 6.1.33). */
    private static double nearTwo(double z) {
        double sum = 0;
        for (int k = ZETA.length - 1; k >= 2; k--) {
            sum = (sum + ZETA[k]) * -z;
        }
        return z * (1 - EULER - sum);
    }

    static double digamma(double x) {
        if (x == 0) {
            return -1 / x;
        } else if (isPole(x) || x == Double.NEGATIVE_INFINITY) {
            return Double.NaN;
        } else if (x < 0) {
            return digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * (x - Math.rint(x)));
        }
        double z = x;
        double shifted = 0;
        for (; z < 20; z++) {
            shifted += 1 / z;
        }
        double sum = 0;
        for (int k = BERNOULLI.length; k >= 1; k--) {
            sum = (sum + BERNOULLI[k - 1] / (2.0 * k)) / (z * z);
        }
        return StrictMath.log(z) - 0.5 / z - sum - shifted;
    }

    static double polygamma(double n, double x) {
        if (n == 0) {
            return digamma(x);
        } else if (!(n > 0 && n <= MOST_DERIVATIVES) || n != Math.rint(n) || Double.isNaN(x)) {
            return Double.NaN;
        }
        boolean odd = n % 2 == 1;
        double s = n + 1;
        double sign = odd ? 1 : -1;
        if (x == 0) {
            return sign / (odd ? Math.abs(x) : x);
        } else if (Double.isInfinite(x)) {
            return x > 0 ? sign * 0.0 : Double.NaN;
        } else if (isPole(x)) {
            return odd ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double factorial = 1;
        for (int k = 2; k <= n; k++) {
            factorial *= k;
        }
        return sign * factorial * (x > 0 ? zeta(s, x) : zetaBelow(s, x));
    }

    /** For x below 0: the sum over all integers, less that over those before x. */
    private static double zetaBelow(double s, double x) {
        double sign = s % 2 == 0 ? 1 : -1;
        return zeta(s, x - Math.floor(x)) + sign * (zeta(s, Math.ceil(x) - x) - zeta(s, 1 - x));
    }

    /** Σ (x + k)⁻ˢ for integers s ≥ 2 and x &gt; 0. */
    private static double zeta(double s, double x) {
        double z = x;
        double sum = 0;
        double last = x + 20 + s;
        for (int k = 0; z < last && z < 40 + 2 * s; k++) {
            sum += StrictMath.pow(z, -s);
            z = x + k + 1;
        }
        double power = StrictMath.pow(z, -s);
        sum += power * z / (s - 1) + power / 2;
        // B₂ⱼ/(2j)! · s(s + 1)…(s + 2j − 2) · z^(−s − 2j + 1)
        double term = power * s / z / 2;
        for (int j = 1; j <= BERNOULLI.length; j++) {
            sum += BERNOULLI[j - 1] * term;
            term *= (s + 2 * j - 1) * (s + 2 * j) / ((2 * j + 1) * (2 * j + 2) * z * z);
        }
        return sum;
    }
}
