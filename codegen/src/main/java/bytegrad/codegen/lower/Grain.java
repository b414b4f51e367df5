package bytegrad.codegen.lower;

import bytegrad.codegen.machine.MachineProfile;

/**
 * How much a chunk of a parallel loop must be worth. What is fixed here is part of the code of a kernel: the same for any machine and
 * number of threads.
 *
 * @param nanos estimated time of one thread for a chunk, at least; see {@link Work}
 */
public record Grain(long nanos) {
    /** Of a machine that nobody described. */
    public static final Grain USUAL = new Grain(MachineProfile.DEFAULT.chunkNanos());

    /** Chunks of anything, for tests: what is worth nothing in parallel must still be right. */
    public static final Grain FINEST = new Grain(0);

    /** No chunks: steps of loops, which run too short and too often. */
    public static final Grain WHOLE = new Grain(Long.MAX_VALUE);

    /** Enough for 16 threads, and for 4 not to wait for the slowest. */
    private static final int MOST_CHUNKS = 32;

    /** What every chunk may repeat of its kernel's work: computing values that do not depend on the loop, packing. */
    private static final double REPEATED = 1.0 / 16;

    private static final double REPEATED_NANOS = 50;

    /** How many chunks so much work is worth; 1 for none. */
    int chunks(double work) {
        return nanos == 0 ? 4 : (int) Math.clamp(work / nanos, 1.0, (double) MOST_CHUNKS);
    }

    /** As {@link #chunks}, of a loop nest: two from half a grain on, since it repeats nothing, where chunks of a contraction have tiles and panels of their own. */
    int chunksOfNest(double work) {
        return Math.max(chunks(work), 2 * work >= nanos ? 2 : 1);
    }

    /** Whether chunks that take so long together may replace one loop. */
    boolean accepts(double together, double alone, int chunks) {
        return nanos == 0 || together <= alone * (1 + REPEATED) + REPEATED_NANOS * chunks;
    }
}
