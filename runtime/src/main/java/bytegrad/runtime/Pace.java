package bytegrad.runtime;

/** How often a session has run, and for how long: what says when vector code is prepared for it, and in which slices. */
final class Pace {
    /** After so many short runs, or one that is not short, it is worth the while. */
    private static final int FEW_RUNS = 2;

    private static final long SHORT_NANOS = 100_000_000;

    /** At least for so long it is prepared in front of a run: while scalar runs go on, HotSpot is busy with code that is soon to go. */
    private static final long SLICE_NANOS = 1_000_000_000;

    private static final int SLICE_RUNS = 4;

    private int runs;
    private long longestNanos;

    /** A run took so long. */
    void ran(long nanos) {
        runs = Math.min(FEW_RUNS, runs + 1);
        longestNanos = Math.max(longestNanos, nanos);
    }

    /** Nanoseconds to prepare it for now; 0 where it is too early. */
    long slice() {
        return runs >= FEW_RUNS || longestNanos >= SHORT_NANOS ? Math.max(SLICE_NANOS, SLICE_RUNS * longestNanos) : 0;
    }
}
