package bytegrad.benchmarks.check;

import bytegrad.ir.ScalarFn;
import java.util.SplittableRandom;

/** Operands that try a function out: of one, every so manieth bit pattern; of two, special values by special values, then random ones. */
final class Operands {
    private static final float[] SPECIAL = {
        0, 1, 2, 3, 0.5f, 1.5f, 10, 127, 128, 149, 150, 104, 88.72284f, 89.41599f, 1e10f, 1e30f, 1e-10f, 1e-30f, 0x1p23f, 0x1p24f, 0x1p18f, 0x1p19f,
        Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN, 0.70710677f, 1.4142135f, 0.6931472f, 1.5707964f, 3.1415927f
    };
    private static final int NEIGHBOURS = 3;
    private static final int PER_VALUE = 2 * (2 * NEIGHBOURS + 1);
    private static final int COUNT = SPECIAL.length * PER_VALUE;

    private final ScalarFn fn;
    private final long stride;
    private final SplittableRandom random = new SplittableRandom(1);
    private long next;

    Operands(ScalarFn fn, long stride) {
        this.fn = fn;
        this.stride = stride;
    }

    /** Both signs of a special value and of its neighbours. */
    private static float special(int k) {
        int bits = Float.floatToRawIntBits(SPECIAL[k / PER_VALUE]) + (k % PER_VALUE) / 2 - NEIGHBOURS;
        return Float.intBitsToFloat(bits ^ (k % 2) << 31);
    }

    /** Whether there are more. */
    boolean more() {
        return next < specials() + (1L << 32) / stride;
    }

    private long specials() {
        return fn.arity() == 1 ? COUNT : (long) COUNT * COUNT;
    }

    /** The next operands; the second is left alone if the function has one. */
    void into(float[] a, float[] b, int at) {
        long k = next++;
        long beyond = k - specials();
        if (fn.arity() == 1) {
            a[at] = beyond < 0 ? special((int) k) : Float.intBitsToFloat((int) (beyond * stride));
        } else if (beyond < 0) {
            a[at] = special((int) (k / COUNT));
            b[at] = special((int) (k % COUNT));
        } else {
            pair(a, b, at, (int) (beyond % 4));
        }
        if (fn == ScalarFn.POLYGAMMA) {
            a[at] = random.nextInt(6);
        }
    }

    /** Any bits; near 0; near each other; and for powers, results all over the range. */
    private void pair(float[] a, float[] b, int at, int kind) {
        float x = Float.intBitsToFloat(random.nextInt());
        float y = Float.intBitsToFloat(random.nextInt());
        float near = (float) (random.nextGaussian() * 4);
        switch (kind) {
            case 0 -> {}
            case 1 -> {
                x = near;
                y = (float) (random.nextGaussian() * 4);
            }
            case 2 -> {
                x = near;
                y = near + (float) (random.nextGaussian() * Math.scalb(1.0, -random.nextInt(24)));
            }
            case 3 -> {
                x = fn == ScalarFn.POW ? Math.abs(x) : near;
                y = fn == ScalarFn.POW ? (float) ((random.nextDouble() - 0.5) * 320 / (Math.log(x) / Math.log(2))) : 0;
            }
            default -> throw new IllegalArgumentException("kind " + kind);
        }
        a[at] = x;
        b[at] = y;
    }
}
