package bytegrad.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The parallel loops of one session's runs. Emitted code cuts a long loop into chunks, whose number depends on the graph
 * alone, and calls {@link #run}; each chunk is one call of {@link Program#chunk}. The calling thread and idle workers of a pool
 * that all sessions share have a run of chunks each, and then take what is left of others'; where the pool is in use, the caller runs them all.
 * Chunks write disjoint places, so that no result depends on who ran them or when. Nothing is allocated in a run.
 */
public final class ParallelFor {
    /** More than the buffers of any kernel whose offsets are arguments. */
    private static final int MOST_OFFSETS = 256;

    private final Program program;
    private final Slabs slabs;
    private final int threads;
    private final int[] offsets = new int[MOST_OFFSETS];
    private final LaunchClock clock;
    private final @Nullable NumberChecks checks;

    // Of the loop at hand: written before workers are let in, and only read by them.
    private int region;
    /** The failure of the lowest chunk that failed: the one that a single thread would have met. */
    private @Nullable Throwable failure;
    /** That chunk; those above it need not be begun. */
    private volatile int failed;

    /**
     * Loops over one session's slabs.
     *
     * @param threads how many may work at the same time, the caller's included
     */
    ParallelFor(Program program, Slabs slabs, int threads) {
        this(program, slabs, threads, null);
    }

    /** @param checks what looks at what each launch of a program with a profile has stored, if something does */
    ParallelFor(Program program, Slabs slabs, int threads, @Nullable NumberChecks checks) {
        this.program = program;
        this.slabs = slabs;
        this.threads = threads;
        this.clock = new LaunchClock(program.launches());
        this.checks = checks;
    }

    /** Where emitted code with a profile takes the time. */
    LaunchClock clock() {
        return clock;
    }

    /** Called by emitted code with a profile, before the first of several launches. */
    public void launching() {
        clock.start();
    }

    /**
     * Called by emitted code with a profile, after a launch.
     *
     * @param launch its number
     */
    public void launched(int launch) {
        clock.launched(launch);
        if (checks != null) {
            checks.after(launch, slabs);
        }
    }

    /** How many threads may work at the same time, the caller's included. */
    int threads() {
        return threads;
    }

    /** Where emitted code leaves the offsets of a kernel's buffers for {@link Program#chunk} to find. */
    public int[] offsets() {
        return offsets;
    }

    /**
     * Runs chunks 0 to {@code chunks} − 1 of a loop and returns when all are done. If some fail, none above them are begun, and
     * the failure of the lowest is thrown, with those of others suppressed, when no chunk runs any more.
     *
     * @param region which loop of the program
     */
    public void run(int region, int chunks) {
        if (threads > 1 && chunks > 1) {
            this.region = region;
            failure = null;
            failed = chunks;
            if (Workers.shared().run(this, chunks, Math.min(threads, chunks) - 1)) {
                Throwable t = failure;
                if (t != null) {
                    failure = null;
                    throw ParallelFor.<RuntimeException>asIs(t);
                }
                return;
            }
        }
        for (int c = 0; c < chunks; c++) {
            program.chunk(region, c, offsets, slabs);
        }
    }

    /** A checked exception cannot leave emitted code, which declares none; errors and unchecked ones pass through. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T asIs(Throwable t) throws T {
        throw (T) t;
    }

    /** Takes and runs chunks until none is left that must be run. */
    void work(Workers pool, int worker) {
        while (pool.mayWork(worker)) {
            int c = pool.nextChunk(worker);
            if (c < 0) {
                return;
            }
            if (c < failed) {
                try {
                    program.chunk(region, c, offsets, slabs);
                } catch (Throwable t) {
                    fail(c, t);
                }
            }
        }
    }

    private synchronized void fail(int chunk, Throwable t) {
        Throwable known = failure;
        if (known == null || chunk < failed) {
            failure = t;
            failed = chunk;
            suppress(t, known);
        } else {
            suppress(known, t);
        }
    }

    private static void suppress(Throwable t, @Nullable Throwable other) {
        // The JVM throws some errors of which there is but one object.
        if (other != null && other != t) {
            t.addSuppressed(other);
        }
    }
}
