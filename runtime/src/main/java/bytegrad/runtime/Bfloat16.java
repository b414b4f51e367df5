package bytegrad.runtime;

/**
 * Numbers of bf16, the upper half of an f32: sign, 8 bits of exponent and 7 of fraction; given as their 16 bits. Every
 * rounding is to nearest, ties to even, once from the exact value; what is too large becomes infinite, and a NaN stays
 * one. Emitted classes call these.
 */
public final class Bfloat16 {
    private static final int QUIET = 0x40;

    private Bfloat16() {}

    /** Its exact value. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bf16. */
    public static short ofFloat(float v) {
        int bits = Float.floatToRawIntBits(v);
        if (Float.isNaN(v)) {
            return (short) (bits >> 16 | QUIET);
        }
        // Half a unit, less one where the last kept bit is 0, so that a tie carries only into an odd number.
        return (short) (bits + 0x7fff + (bits >> 16 & 1) >> 16);
    }

    /** The nearest bf16. */
    public static short ofDouble(double v) {
        float f = (float) v;
        if (f == v || Float.isNaN(f)) {
            return ofFloat(f);
        }
        // Rounded to odd: cut off, with the last bit saying that something was, so that rounding again goes the right way.
        int bits = Float.floatToRawIntBits(f);
        if (Math.abs((double) f) > Math.abs(v)) {
            bits--;
        }
        return ofFloat(Float.intBitsToFloat(bits | 1));
    }

    /** The nearest bf16. */
    public static short ofLong(long v) {
        double d = v;
        if ((long) d == v && d != 0x1p63) {
            return ofDouble(d);
        }
        // A double does not hold it: cut off, with the last bit that a double holds saying so.
        long low = v & 0x7ff;
        return ofDouble(v - low | 0x800);
    }

    /** The nearest bf16 of each. */
    public static short[] ofFloats(float... values) {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = ofFloat(values[i]);
        }
        return bits;
    }

    /** The exact value of each. */
    public static float[] toFloats(short... bits) {
        float[] values = new float[bits.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = toFloat(bits[i]);
        }
        return values;
    }
}
