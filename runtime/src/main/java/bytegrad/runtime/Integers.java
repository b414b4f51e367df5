package bytegrad.runtime;

/** Division that never fails, for emitted code: a/0 = −1 and leaves a, as on RISC-V; the least integer / −1 is itself and leaves 0. */
public final class Integers {
    private Integers() {}

    /** a/b towards 0. */
    public static int div(int a, int b) {
        return b == 0 ? -1 : a / b;
    }

    /** a − (a/b)·b, with the sign of a. */
    public static int rem(int a, int b) {
        return b == 0 ? a : a % b;
    }

    /** a/b towards 0. */
    public static long div(long a, long b) {
        return b == 0 ? -1 : a / b;
    }

    /** a − (a/b)·b, with the sign of a. */
    public static long rem(long a, long b) {
        return b == 0 ? a : a % b;
    }
}
