package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * f32 functions against those of doubles, on special values with their neighbours and a sample of all floats: the bounds that
 * {@code benchmarks/check.sh 02 accuracy} measures over the whole range. Vector and scalar code give the same bits.
 */
final class ScalarAccuracyTest {
    private static final int LENGTH = 1 << 15;
    private static final double[] SPECIAL = {
        Double.NaN, 0, 0.5, 1, 1.5, 2, 3, 10, 20, 88.72284, 89.41599, 104, 126, 127, 128, 149, 150, 0.41421356, 0.70710678, 1.1752012, 1.41421356,
        0.69314718, 1.57079633, 3.14159265, 355, 0.85, 1.9375, 3.6875, 6.25, 10.06, 0x1p18, 0x1p19, 0x1p20, 0x1p23, 0x1p24, 1e10, 1e30, 1e-10, 1e-30,
        0x1p-100, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, Double.POSITIVE_INFINITY
    };

    private final SplittableRandom random = new SplittableRandom(7);

    @ParameterizedTest
    @EnumSource(names = {"EXP", "LOG", "ERF", "TAN", "ASIN", "ACOS", "ATAN", "SINH", "COSH", "ASINH", "ACOSH", "ATANH", "EXP2", "LOG2", "LOG1P", "EXPM1",
        "CBRT", "ERFC", "ERF_INV", "LGAMMA", "DIGAMMA"})
    void within2(ScalarFn fn) {
        check(fn, ofOne(), new float[LENGTH], 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "SIGMOID", "SIN", "COS"})
    void within4(ScalarFn fn) {
        check(fn, ofOne(), new float[LENGTH], 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"POW", "ATAN2"})
    void ofTwoWithin2(ScalarFn fn) {
        ofTwo(fn, 2);
    }

    /** Where the operands cancel, ulps of the greater of them count. */
    @ParameterizedTest
    @EnumSource(names = "LOG_ADD_EXP")
    void ofTwoWithin4(ScalarFn fn) {
        ofTwo(fn, 4);
    }

    private float[] ofOne() {
        List<Float> specials = specials(3);
        float[] a = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            a[i] = i < specials.size() ? specials.get(i) : i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) (random.nextGaussian() * 3);
        }
        return a;
    }

    private void ofTwo(ScalarFn fn, double bound) {
        List<Float> specials = specials(0);
        float[] a = new float[LENGTH];
        float[] b = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            int k = i / specials.size();
            if (k < specials.size()) {
                a[i] = specials.get(k);
                b[i] = specials.get(i % specials.size());
            } else if (i % 2 == 0) {
                a[i] = Float.intBitsToFloat(random.nextInt());
                b[i] = Float.intBitsToFloat(random.nextInt());
            } else {
                a[i] = (float) (random.nextGaussian() * 3);
                b[i] = fn == ScalarFn.POW ? Math.round(random.nextGaussian() * 20) / 2f : a[i] + (float) (random.nextGaussian() * 3);
            }
        }
        check(fn, a, b, bound);
    }

    /** Both signs of special values, each with so many floats on either side. */
    private static List<Float> specials(int neighbours) {
        List<Float> all = new ArrayList<>();
        for (double v : SPECIAL) {
            for (int k = -neighbours; k <= neighbours; k++) {
                float x = Float.intBitsToFloat(Float.floatToRawIntBits((float) v) + k);
                all.add(x);
                all.add(-x);
            }
        }
        return all;
    }

    private static void check(ScalarFn fn, float[] a, float[] b, double bound) {
        float[] y = new float[LENGTH];
        float[] z = new float[LENGTH];
        double[] exact = new double[LENGTH];
        run(fn, DType.F32, Options.Simd.AUTO, a, b).read("y", y);
        run(fn, DType.F32, Options.Simd.SCALAR, a, b).read("y", z);
        run(fn, DType.F64, Options.Simd.SCALAR, widened(a), widened(b)).read("y", exact);
        for (int i = 0; i < LENGTH; i++) {
            String at = fn.text() + " of " + a[i] + (fn.arity() == 1 ? "" : ", " + b[i]) + ": " + y[i] + " for " + exact[i];
            assertEquals(Float.floatToIntBits(z[i]), Float.floatToIntBits(y[i]), () -> at + ", scalar code differs");
            judge(y[i], exact[i], fn == ScalarFn.LOG_ADD_EXP ? Math.max(a[i], b[i]) : 0, bound, at);
        }
    }

    private static void judge(float got, double exact, float operand, double bound, String at) {
        float nearest = (float) exact;
        if (Float.isNaN(nearest) || exact == 0 || Double.isInfinite(exact)) {
            assertEquals(Float.floatToIntBits(nearest), Float.floatToIntBits(got), at);
            return;
        }
        if (operand == 0) {
            assertEquals(exact < 0, Float.floatToRawIntBits(got) < 0, at);
        }
        double g = Float.isInfinite(got) ? Math.copySign(0x1p128, got) : got;
        double e = Math.min(Math.max(exact, -0x1p128), 0x1p128);
        double place = Math.ulp((float) Math.min(Math.max(Math.abs(exact), Math.abs(operand)), Float.MAX_VALUE));
        assertTrue(Math.abs(g - e) <= bound * place, at);
    }

    private static double[] widened(float[] x) {
        double[] y = new double[x.length];
        Arrays.setAll(y, i -> x[i]);
        return y;
    }

    private static Session run(ScalarFn fn, DType dtype, Options.Simd simd, Object... operands) {
        GraphBuilder b = new GraphBuilder();
        List<Node> inputs = new ArrayList<>();
        for (int k = 0; k < fn.arity(); k++) {
            inputs.add(b.input("x" + k, dtype, LENGTH));
        }
        b.output("y", b.apply(new Op.Map(fn), inputs));
        Session s = Compiler.compile(b.build(), Options.DEFAULT.withSimd(simd)).newSession();
        for (int k = 0; k < fn.arity(); k++) {
            if (operands[k] instanceof float[] floats) {
                s.set("x" + k, floats);
            } else {
                s.set("x" + k, (double[]) operands[k]);
            }
        }
        s.run();
        return s;
    }
}
