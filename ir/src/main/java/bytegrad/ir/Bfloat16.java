package bytegrad.ir;

/**
 * Rounding to bf16, the upper half of an f32: sign, 8 bits of exponent and 7 of fraction. Numbers are given as their 16
 * bits. Every rounding is to nearest, ties to even, once from the exact value; what is too large becomes infinite.
 */
public final class Bfloat16 {
    /** Of the least normal number, and so of all that are less. */
    private static final int LEAST_EXPONENT = Float.MIN_EXPONENT;
    private static final int FRACTION_BITS = 7;
    private static final int QUIET = 1 << FRACTION_BITS - 1;

    private Bfloat16() {}

    /** Its exact value. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bf16. A NaN stays one, and becomes quiet. */
    public static short ofDouble(double v) {
        if (Double.isNaN(v)) {
            return (short) (Float.floatToRawIntBits((float) v) >> 16 | QUIET);
        } else if (Double.isInfinite(v)) {
            return upper((float) v);
        }
        // In units of the last place, so that whole numbers are what bf16 has; powers of two scale without rounding.
        double unit = Math.scalb(1.0, Math.max(Math.getExponent(v), LEAST_EXPONENT) - FRACTION_BITS);
        return upper((float) (Math.rint(v / unit) * unit));
    }

    /** The nearest bf16. */
    public static short ofLong(long v) {
        if (Math.abs(v) >> 53 == 0) {
            return ofDouble(v);
        }
        // A double does not hold all 64 bits. What the low ones say, beyond that they are not 0, decides no rounding to 8 bits.
        long low = v & 0x7ff;
        return ofDouble(low == 0 ? v : v - low | 0x800);
    }

    private static short upper(float v) {
        return (short) (Float.floatToRawIntBits(v) >> 16);
    }
}
