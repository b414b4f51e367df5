package bytegrad.benchmarks.check;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Session;
import bytegrad.runtime.Special;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * The f32 functions over all their range, through compiled vector kernels: every {@value #DEFAULT_STRIDE}th bit pattern (system
 * property {@code bytegrad.check.stride}), and the special ones. The same inputs go through scalar classes, for the same bits.
 */
final class Accuracy {
    private static final int LENGTH = 1 << 16;
    private static final int DEFAULT_STRIDE = 251;
    private static final double BOUND = 4;
    private static final int SPECIAL_NEIGHBOURS = 3;

    private static final Map<ScalarFn, DoubleUnaryOperator> FUNCTIONS = new EnumMap<>(Map.of(
            ScalarFn.EXP, StrictMath::exp,
            ScalarFn.LOG, StrictMath::log,
            ScalarFn.TANH, StrictMath::tanh,
            ScalarFn.SIGMOID, Special::sigmoid,
            ScalarFn.ERF, Special::erf,
            ScalarFn.SIN, StrictMath::sin,
            ScalarFn.COS, StrictMath::cos));

    private final ScalarFn fn;
    private final DoubleUnaryOperator reference;
    private final Session vector;
    private final Session scalar;
    private final float[] x = new float[LENGTH];
    private final float[] y = new float[LENGTH];
    private final float[] z = new float[LENGTH];

    private double worst;
    private float worstAt;
    private long wrongSpecials;
    private float wrongSpecial;
    private long differentBits;

    private Accuracy(ScalarFn fn, DoubleUnaryOperator reference) {
        this.fn = fn;
        this.reference = reference;
        vector = session(Options.DEFAULT);
        scalar = session(Options.DEFAULT.withSimd(Options.Simd.SCALAR));
    }

    static void report(Report report) {
        FUNCTIONS.forEach((fn, reference) -> {
            String row = "accuracy-" + fn.text();
            if (report.wants(row)) {
                new Accuracy(fn, reference).measure(report, row);
            }
        });
    }

    private Session session(Options options) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.apply(new Op.Map(fn), List.of(b.input("x", DType.F32, LENGTH))));
        return Compiler.compile(b.build(), options).newSession();
    }

    private void measure(Report report, String row) {
        specials();
        int stride = Integer.getInteger("bytegrad.check.stride", DEFAULT_STRIDE);
        long bits = 0;
        while (bits < 1L << 32) {
            for (int i = 0; i < LENGTH; i++) {
                x[i] = Float.intBitsToFloat((int) Math.min(bits, (1L << 32) - 1));
                bits += stride;
            }
            compare();
        }
        report.atMost(row + "-ulp", worst, BOUND);
        report.fact(row + "-worst-at", Float.toString(worstAt), "", true);
        report.fact(row + "-special", wrongSpecials == 0 ? "right" : wrongSpecials + " wrong, as at " + wrongSpecial, "right", wrongSpecials == 0);
        report.atMost(row + "-scalar-differs", differentBits, 0);
    }

    /** NaN, ±0, ±∞, the limits of denormals and of all numbers, ±1, with their neighbours. */
    private void specials() {
        List<Float> values = new ArrayList<>(List.of(Float.NaN));
        for (float v : List.of(0f, Float.POSITIVE_INFINITY, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, 1f, 88.72284f, 103.97208f)) {
            float up = v;
            float down = v;
            for (int k = 0; k < SPECIAL_NEIGHBOURS; k++) {
                values.addAll(List.of(up, -up, down, -down));
                up = Math.nextUp(up);
                down = Math.nextDown(down);
            }
        }
        for (int i = 0; i < LENGTH; i++) {
            x[i] = values.get(i % values.size());
        }
        compare();
    }

    private void compare() {
        run(vector, y);
        run(scalar, z);
        for (int i = 0; i < LENGTH; i++) {
            if (Float.floatToIntBits(y[i]) != Float.floatToIntBits(z[i])) {
                differentBits++;
            }
            judge(x[i], y[i], reference.applyAsDouble(x[i]));
        }
    }

    private void run(Session session, float[] into) {
        session.set("x", x);
        session.run();
        session.read("y", into);
    }

    private void judge(float at, float got, double exact) {
        float rounded = (float) exact;
        boolean special = Float.isNaN(rounded) || Float.isInfinite(at) || at == 0;
        if (special || Float.isNaN(got)) {
            if (Float.floatToIntBits(got) != Float.floatToIntBits(rounded)) {
                wrongSpecials++;
                wrongSpecial = at;
            }
            return;
        }
        double error = Math.abs(value(got) - Math.min(Math.max(exact, -0x1p128), 0x1p128)) / Math.ulp(finite(rounded));
        if (error > worst) {
            worst = error;
            worstAt = at;
        }
    }

    /** An infinity counts as the number one step beyond the greatest. */
    private static double value(float v) {
        return Float.isInfinite(v) ? Math.copySign(0x1p128, v) : v;
    }

    private static float finite(float v) {
        return Float.isInfinite(v) ? Float.MAX_VALUE : v;
    }
}
