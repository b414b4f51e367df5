package bytegrad.runtime;

/** What emitted code does with masks of vectors that the vector library does not. */
public final class Masks {
    /** From this version on, C2 has instructions for it. */
    private static final int FIRST = 18;

    private static final boolean FAST = Runtime.version().feature() >= FIRST && System.getProperty("os.arch").matches("amd64|x86_64");

    private Masks() {}

    /** Whether a store of the lanes of a mask is an instruction. */
    public static boolean areFast() {
        return FAST;
    }

    /** Writes the first {@code count} lanes of a mask, which are its lowest bits, from {@code at} on. */
    public static void store(long mask, boolean[] to, int at, int count) {
        for (int lane = 0; lane < count; lane++) {
            to[at + lane] = (mask >>> lane & 1) != 0;
        }
    }
}
