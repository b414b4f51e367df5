package bytegrad.runtime;

/**
 * log |Γ| and its derivatives, for emitted code. The same bits on every JVM.
 *
 * <p>Tables are the polynomials through a function's values at the Chebyshev nodes of an interval, computed in 60 digits; their errors are
 * below 3e-18. From 8 on there are Stirling's series (Abramowitz and Stegun 6.1.41 and 6.3.18), below 0 the reflections (6.1.17 and 6.3.7).
 */
public final class Gamma {
    private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

    /** log Γ(x)/(x − 1) in powers of x − 1, for x from ¾ to 1¼. */
    private static final double[] NEAR_1 = {
        -0.5772156649015329, 0.8224670334241133, -0.4006856343865315, 0.27058080842771787, -0.20738555102861042,
        0.16955717701613895, -0.14404989678670604, 0.12550966713649744, -0.11133426359238932, 0.10009962210510019,
        -0.09095417407951806, 0.08334719848486703, -0.07692618365330123, 0.07159408341567752, -0.06682232999260808,
        0.06020201298139458, -0.05663245272474891, 0.07302784334409541, -0.06928380249485716
    };

    /** log Γ(x) in powers of x − 1½, for x from 1¼ to 1¾. */
    private static final double[] NEAR_1_5 = {
        -0.12078223763524522, 0.03648997397857653, 0.46740110027233966, -0.1381327740390564, 0.058712126416770156,
        -0.028952081888204487, 0.01543548416961521, -0.008622603998319755, 0.004965728853037259, -0.0029209667836465245,
        0.0017450332606850476, -0.001055026249883388, 0.0006437726262611913, -0.000393885373198391, 0.00024368309474267566,
        -0.00016921254148073332, 0.00010582129400058809
    };

    /** log Γ(x)/(x − 2) in powers of x − 2, for x from 1¾ to 2½. */
    private static final double[] NEAR_2 = {
        0.42278433509846713, 0.3224670334241132, -0.06735230105319809, 0.02058080842778451, -0.0073855510286757325,
        0.002890510330748924, -0.0011927539115716666, 0.0005096695240940521, -0.00022315476275117178, 9.945754041833795e-05,
        -4.492618692646027e-05, 2.0506628094631687e-05, -9.439083317945209e-06, 4.380289437735174e-06, -2.0528234633738877e-06,
        9.483073340537596e-07, -3.7484042762821337e-07, 8.569979372030993e-08
    };

    /** The zero of digamma, and what the double lacks of it. */
    private static final double PSI_ZERO = 1.4616321449683622;
    private static final double PSI_ZERO_REST = 9.549995429965697e-17;

    /** ψ(x)/(x − its zero) in powers of x − 1½, for x from 1 to 2. */
    private static final double[] PSI_1 = {
        0.9510558760318328, -0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039,
        -0.06192213327548831, 0.040760833940846085, -0.026975796659787055, 0.017907248317313294, -0.011908220105959716,
        0.007927021796868154, -0.005279937255532708, 0.003518106563802472, -0.0023454947397380833, 0.0015633696313653504,
        -0.0010364584817312839, 0.0006909255761282986, -0.00048595039220036254, 0.00032395945401345196, -0.00014480643368061614,
        9.653646261410062e-05, -0.0001782188548855923, 0.00011881232908510335
    };

    /** ψ(x) in powers of x − 3, for x from 2 to 4. */
    private static final double[] PSI_2 = {
        0.9227843350984671, 0.39493406684822646, -0.07705690315959436, 0.019823233711138217, -0.005677755143366058,
        0.0017180619844478504, -0.0005367773819947723, 0.0001711061979683179, -5.5267825392302674e-05, 1.801262758814673e-05,
        -5.907358013123235e-06, 1.945929605753433e-06, -6.430211938810789e-07, 2.1297418115106333e-07, -7.069062318489005e-08,
        2.3481158346701657e-08, -7.752903093043211e-09, 2.579267241968924e-09, -9.147759692625141e-10, 3.046124298704505e-10,
        -6.4144390367226e-11, 2.1363796247022648e-11, -2.1332191571834103e-11, 7.108977174651833e-12
    };

    /** ψ(x) in powers of x − 6, for x from 4 to 8. */
    private static final double[] PSI_4 = {
        1.7061176684318005, 0.18132295573711535, -0.01639486612255725, 0.0019713046987923, -0.00026596630592133137,
        3.817924696766235e-05, -5.6948548454377025e-06, 8.716186018596205e-07, -1.3586539061614036e-07, 2.1465700043993997e-08,
        -3.4262720152645286e-09, 5.512332674209807e-10, -8.924177143602937e-11, 1.4524687818949358e-11, -2.3728023701308194e-12,
        3.8693346593790523e-13, -6.358645225478366e-14, 1.1023583469196389e-14, -1.8196118097640648e-15, 2.0417990782850773e-16,
        -3.373435776456977e-17, 1.5243352337420053e-17, -2.5297724320396582e-18
    };

    /** B₂ₖ/(2k(2k − 1)), k from 1. */
    private static final double[] STIRLING = {
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400, 43867.0 / 244188, -174611.0 / 125400
    };

    /** B₂ₖ/2k, k from 1. */
    private static final double[] STIRLING_PSI = {
        1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160, 43867.0 / 14364, -174611.0 / 6600
    };

    /** B₂ₖ, k from 1. */
    private static final double[] BERNOULLI = {
        1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330
    };

    /** The greatest n whose factorial is a double. */
    private static final int MOST_DERIVATIVES = 170;

    private Gamma() {}

    private static boolean isPole(double x) {
        return x <= 0 && x == Math.floor(x);
    }

    /**
     * log |Γ(x)|: +∞ at 0, −1, −2, … and ±∞. Within 2.5 units in the last place for x &gt; 0; below 0, where it has zeros, within 1e-15 of the
     * larger of it and 1.
     */
    public static double lgamma(double x) {
        if (!(x > 0)) {
            return Double.isNaN(x) ? x : isPole(x) || Double.isInfinite(x) ? Double.POSITIVE_INFINITY : lgammaBelow(-x);
        } else if (x < 0.75) {
            return lgamma(1 + x) - StrictMath.log(x);
        } else if (x < 1.25) {
            // At 1, +0 of −0.
            return (x - 1) * Special.polynomial(NEAR_1, x - 1) + 0.0;
        } else if (x < 2.5) {
            return x < 1.75 ? Special.polynomial(NEAR_1_5, x - 1.5) : (x - 2) * Special.polynomial(NEAR_2, x - 2);
        } else if (x < 8) {
            double z = x;
            double product = 1;
            while (z >= 2.5) {
                z--;
                product *= z;
            }
            return lgamma(z) + StrictMath.log(product);
        }
        // Of a huge x, the series is nothing, and the square of 1/x none either.
        double r = 1 / x;
        return (x - 0.5) * (StrictMath.log(x) - 1) + (HALF_LOG_TWO_PI - 0.5 + r * Special.polynomial(STIRLING, r * r));
    }

    /** log |Γ(−a)| = log(π/(a·|sin πa|)) − log Γ(a). */
    private static double lgammaBelow(double a) {
        if (a < 0x1p-60) {
            return -StrictMath.log(a);
        }
        double sine = Math.abs(StrictMath.sin(Math.PI * (a - Math.rint(a))));
        return StrictMath.log(Math.PI / (a * sine)) - lgamma(a);
    }

    /**
     * ψ(x) = Γ′(x)/Γ(x): ∓∞ at ±0, NaN at −1, −2, … and −∞. Within 2.5 units in the last place for x &gt; 0; below 0, where it has zeros, within
     * 2e-15 of the larger of it and 1.
     */
    public static double digamma(double x) {
        if (!(x > 0)) {
            return x == 0 ? -1 / x : isPole(x) || !(x < 0) ? Double.NaN : digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * (x - Math.rint(x)));
        } else if (x < 1) {
            return digamma(1 + x) - 1 / x;
        } else if (x < 2) {
            return (x - PSI_ZERO - PSI_ZERO_REST) * Special.polynomial(PSI_1, x - 1.5);
        } else if (x < 8) {
            return x < 4 ? Special.polynomial(PSI_2, x - 3) : Special.polynomial(PSI_4, x - 6);
        }
        double r = 1 / x;
        return StrictMath.log(x) - r * (0.5 + r * Special.polynomial(STIRLING_PSI, r * r));
    }

    /**
     * The derivative of order n of digamma: (−1)ⁿ⁺¹·n!·ζ(n + 1, x) with Hurwitz's ζ(s, x) = Σ (x + k)⁻ˢ over k ≥ 0. At 0, −1, −2, … +∞ for odd n; for
     * even n ∓∞ at ±0, else NaN. NaN also where n is not one of 0, 1, …, 170, and for even n where
     * both of the sums below 0 overflow. Within 4 units in the last place for x &gt; 0 and n = 1,
     * 8 for n up to 20.
     */
    public static double polygamma(double n, double x) {
        if (n == 0) {
            return digamma(x);
        } else if (!(n > 0 && n <= MOST_DERIVATIVES) || n != Math.rint(n) || Double.isNaN(x) || x == Double.NEGATIVE_INFINITY) {
            return Double.NaN;
        }
        boolean odd = n % 2 == 1;
        double sign = odd ? 1 : -1;
        if (x == 0) {
            return sign / (odd ? Math.abs(x) : x);
        } else if (isPole(x)) {
            return odd ? Double.POSITIVE_INFINITY : Double.NaN;
        } else if (x == Double.POSITIVE_INFINITY) {
            return sign * 0;
        }
        return sign * (x > 0 ? scaled(n, x) : scaledBelow(n, x));
    }

    /** n!·ζ(n + 1, x) for x below 0: the sum over all integers, less that over those before x. */
    private static double scaledBelow(double n, double x) {
        double above = scaled(n, x - Math.floor(x));
        double below = scaled(n, Math.ceil(x) - x) - scaled(n, 1 - x);
        return n % 2 == 1 ? above + below : above - below;
    }

    /** n!·ζ(n + 1, x) for x &gt; 0. */
    private static double scaled(double n, double x) {
        double factorial = 1;
        for (int k = 2; k <= n; k++) {
            factorial *= k;
        }
        double power = StrictMath.pow(x, -n - 1);
        double zeta = zeta(n + 1, x);
        if (power >= Double.MIN_NORMAL && power < Double.POSITIVE_INFINITY) {
            return factorial * (power * zeta);
        }
        // n!·x⁻ⁿ⁻¹ factor by factor, each of which is small where another would be huge.
        double product = zeta / x;
        for (int k = 1; k <= n; k++) {
            product *= k / x;
        }
        return product;
    }

    /**
     * xˢ·ζ(s, x) = Σ (x/(x + k))ˢ, by the formula of Euler and Maclaurin from where its error is below 1e-17 (Abramowitz and Stegun 23.1.30): the
     * sum before z = x + m, and (x/z)ˢ·(z/(s − 1) + ½ + Σ B₂ⱼ/(2j)!·s(s + 1)…(s + 2j − 2)·z^(1 − 2j)).
     */
    private static double zeta(double s, double x) {
        double sum = 0;
        double z = x;
        double power = 1;
        for (int k = 1; z < 9 + s; k++) {
            sum += power;
            z = x + k;
            power = StrictMath.pow(x / z, s);
            if (power < 1e-18 * sum) {
                return sum;
            }
        }
        double tail = 0;
        double term = s / (2 * z);
        for (int j = 1; j <= BERNOULLI.length; j++) {
            tail += BERNOULLI[j - 1] * term;
            term *= (s + 2 * j - 1) * (s + 2 * j) / ((2 * j + 1) * (2 * j + 2) * z * z);
        }
        return sum + power * (z / (s - 1) + (0.5 + tail));
    }
}
