package bytegrad.runtime;

/** Functions of doubles that {@link StrictMath} lacks, for emitted code. The same bits on every JVM. */
public final class Special {
    /**
     * erf(x)/x − 1 for |x| ≤ 1, in powers of x²: the polynomial of degree 12 through its values at the 13 Chebyshev nodes, computed in
     * 60 digits. Error below 2e-19.
     */
    private static final double[] NEAR = {
        0.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145,
        -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182E-5, 1.6461000484121368E-6,
        -1.6350312701054695E-7, 1.4659775274047436E-8, -1.1372848856791674E-9, 5.957176147748911E-11
    };

    /**
     * 1 − erf(x) for x in [k + 1, k + 2], row k, in powers of x − (k + 1½): the polynomials of degree 17 through its values at the 18
     * Chebyshev nodes, computed in 60 digits. Error below 3e-18.
     */
    private static final double[][] FAR = {
        {
            0.033894853524689274, -0.11893028922362937, 0.17839543383544215, -0.1387520040942334,
            0.04459885845906473, 0.014866286152863747, -0.019326172007209028, 0.004743053204878897,
            0.002362677793021706, -0.0017098196278538453, 9.291229551299306E-5, 0.00025444927807681647,
            -7.767647032419676E-5, -1.7961323135211212E-5, 1.4038638152371658E-5, -5.712902189436902E-7,
            -1.4171216409416466E-6, 2.8346118565278276E-7
        },
        {
            0.00040695201744495957, -0.00217828423035271, 0.005445710575881352, -0.008350089549685316,
            0.008622375078524626, -0.006117348213581381, 0.002798490155194711, -0.0005424100610182815,
            -0.0002606701356729855, 0.0002502853799157958, -7.880177146743523E-5, -5.136930251595918E-6,
            1.4083027495560623E-5, -4.691450500317399E-6, -1.9335667519029052E-7, 6.432920674396747E-7,
            -1.533697992336162E-7, -2.2545440370103313E-8
        },
        {
            7.430983723414295E-7, -5.399426777384778E-6, 1.889799372083588E-5, -4.2295509756183974E-5,
            6.771781083419425E-5, -8.211628223905478E-5, 7.774424634270121E-5, -5.8192750633083246E-5,
            3.425917641005278E-5, -1.5330767979032568E-5, 4.641006211840259E-6, -4.447070078241626E-7,
            -4.4369501964546565E-7, 3.0169187662967797E-7, -9.26340452247386E-8, 5.645051913652189E-9,
            8.970758367081026E-9, -3.857191005152605E-9
        },
        {
            1.966160441535286E-10, -1.8113058959084979E-9, 8.150876532081662E-9, -2.3848860962922207E-8,
            5.0942978269900585E-8, -8.454270267825672E-8, 1.1322926197463512E-7, -1.2545126252816978E-7,
            1.1686921256833338E-7, -9.247594472621301E-8, 6.245211560784055E-8, -3.5964467626504925E-8,
            1.750741777309597E-8, -7.05014252027927E-9, 2.2373769474311495E-9, -4.6474950675509103E-10,
            -2.9076395664637604E-11, 5.847844439346223E-11
        },
        {
            7.35784792480937E-15, -8.223316045458922E-14, 4.5228237806083047E-13, -1.630957681040451E-12,
            4.334373304344201E-12, -9.046333061569053E-12, 1.542909157123253E-11, -2.2091851415024877E-11,
            2.707046316709131E-11, -2.8790110795108656E-11, 2.6851953370338744E-11, -2.21441301642051E-11,
            1.626183630045334E-11, -1.0619639896787025E-11, 6.074787404306814E-12, -3.195223941295413E-12,
            1.7543579090373337E-12, -6.878229795376623E-13
        }
    };

    /**
     * (1 + 2x)·e^(x²)·erfc(x) for x from ¼ to 28, in powers of (x − 3)/(x + 3): the polynomial of degree 24 through its values at the 25
     * Chebyshev nodes, computed in 60 digits. Error below 2e-19.
     */
    private static final double[] COMPLEMENT = {
        1.2530080582697296, -0.1356211061245812, -0.047562294353451155, 0.12964515870276308, -0.11927366341527651,
        0.06830802734390307, -0.023770514919584283, 0.0025293918171112218, 0.0018886903724375282, -0.0007798322800430573,
        -0.0001051599043042293, 0.0001250993887507142, 4.949988523468203e-06, -2.010067415772931e-05, -7.330750388271617e-07,
        3.4726163692371154e-06, 3.6004101374662583e-07, -6.168982297774749e-07, -1.4590061352794635e-07, 1.0206198810529628e-07,
        4.545751439946296e-08, -1.3411062201775042e-08, -1.0279284195606996e-08, 1.0049657043713598e-09, 1.2664164387841275e-09
    };

    private static final double TWO_OVER_SQRT_PI = 1.1283791670955126;

    private Special() {}

    /** 1 / (1 + e⁻ˣ), with full relative accuracy down to the denormals. */
    public static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + StrictMath.exp(-x));
        }
        double e = StrictMath.exp(x);
        return e / (1 + e);
    }

    /** 2/√π · ∫₀ˣ e^(−t²) dt, to about one unit in the last place; odd, so it keeps ±0; NaN for NaN. */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (a < 1) {
            return x + x * polynomial(NEAR, x * x);
        }
        if (a < FAR.length + 1) {
            int k = (int) a - 1;
            return Math.copySign(1 - polynomial(FAR[k], a - (k + 1.5)), x);
        }
        // From 6 on, the complement is below half a unit in the last place of 1.
        return Double.isNaN(x) ? x : Math.copySign(1, x);
    }

    /**
     * 1 − erf(x), with full relative accuracy down to the denormals: within 4 units in the last place, since the errors of an exponential, a
     * quotient and their product add up. e^(−x²) times a polynomial in (x − 3)/(x + 3) over 1 + 2x.
     */
    public static double erfc(double x) {
        if (x < 0.25) {
            return 1 - erf(x);
        } else if (x > 27.5) {
            // Half the least denormal is more.
            return 0;
        }
        double q = polynomial(COMPLEMENT, (x - 3) / (x + 3)) / (1 + 2 * x);
        // The rounding error of the square would be magnified by the exponential.
        double square = x * x;
        double p = Math.fma(-Math.fma(x, x, -square), q, q);
        if (square < 700) {
            return StrictMath.exp(-square) * p;
        }
        // In two steps, so that a denormal result is rounded once.
        double e = StrictMath.exp(-0.5 * square);
        return e * (e * p);
    }

    /**
     * The y with erf(y) = x; ±∞ at ±1, NaN beyond; within 2.5 units in the last place. From Winitzki's formula, which is right to 4e-3, by
     * Halley's method; beyond 0.7 on the complement, which is known better, and 1 − x is exact.
     */
    public static double erfInv(double x) {
        double a = Math.abs(x);
        if (!(a < 1)) {
            return a == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
        }
        double d = -StrictMath.log1p(-a * a) / 0.147;
        double h = 2 / (Math.PI * 0.147) - 0.5 * 0.147 * d;
        double y = Math.sqrt(h > 0 ? d / (Math.sqrt(h * h + d) + h) : Math.sqrt(h * h + d) - h);
        for (int k = 0; k < 3; k++) {
            double error = a < 0.7 ? erf(y) - a : 1 - a - erfc(y);
            double step = error / (TWO_OVER_SQRT_PI * StrictMath.exp(-y * y));
            y -= step / (1 + y * step);
        }
        return Math.copySign(y, x);
    }

    /** Σ coefficients[k]·xᵏ. */
    static double polynomial(double[] coefficients, double x) {
        double y = coefficients[coefficients.length - 1];
        for (int i = coefficients.length - 2; i >= 0; i--) {
            y = y * x + coefficients[i];
        }
        return y;
    }
}
