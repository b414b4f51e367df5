package bytegrad.runtime;

import java.util.Arrays;

/**
 * What elements of memory hold once nothing may read them: code that is compiled with verification overwrites them, so that a read of what was
 * not kept shows. Floats are NaN, integers so large that they are no index.
 */
public final class Poison {
    private static final long BITS = 0x7ead_beef_7ead_beefL;

    private Poison() {}

    /** Fills so many elements. */
    public static void fill(float[] a, int from, int count) {
        Arrays.fill(a, from, from + count, Float.NaN);
    }

    /** Fills so many elements. */
    public static void fill(double[] a, int from, int count) {
        Arrays.fill(a, from, from + count, Double.NaN);
    }

    /** Fills so many elements. */
    public static void fill(int[] a, int from, int count) {
        Arrays.fill(a, from, from + count, (int) BITS);
    }

    /** Fills so many elements. */
    public static void fill(long[] a, int from, int count) {
        Arrays.fill(a, from, from + count, BITS);
    }

    /** Fills so many elements, with true and false in turns. */
    public static void fill(boolean[] a, int from, int count) {
        for (int i = 0; i < count; i++) {
            a[from + i] = i % 2 == 0;
        }
    }

    /** Fills so many elements. */
    public static void fill(byte[] a, int from, int count) {
        Arrays.fill(a, from, from + count, (byte) 0xad);
    }

    /** Fills so many elements: with NaNs, if they are bf16. */
    public static void fill(short[] a, int from, int count) {
        Arrays.fill(a, from, from + count, (short) 0x7fed);
    }
}
