package bytegrad.runtime;

/** What emitted code does with masks of vectors that the vector library does not. */
public final class Masks {
    private Masks() {}

    /** Writes the first {@code count} lanes of a mask, which are its lowest bits, from {@code at} on. */
    public static void store(long mask, boolean[] to, int at, int count) {
        for (int lane = 0; lane < count; lane++) {
            to[at + lane] = (mask >>> lane & 1) != 0;
        }
    }
}
