package bytegrad.runtime;

/**
 * What a warm-up did: runs of a compiled function on an arena of its own, until HotSpot had compiled every kernel.
 *
 * @param runs how many there were
 * @param nanos how long they took together
 * @param firstNanos how long the first took
 * @param bestNanos how long the fastest took
 */
public record WarmUp(int runs, long nanos, long firstNanos, long bestNanos) {
    /** For so long no run may be faster than the best before: longer than C2 takes for a kernel, as a rule. */
    private static final long QUIET_NANOS = 300_000_000;

    /** For so long where runs go on to allocate: vectors are objects until C2 has compiled all that touches them. */
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private static final int FEWEST = 20;
    private static final double FASTER = 0.97;

    /**
     * Warms up. Numbers that are not set are 0; a function that fails on those is left as warm as it got.
     */
    static WarmUp of(CompiledFunction function) {
        long start = System.nanoTime();
        function.rehearsal().goOn(Long.MAX_VALUE);
        Slabs slabs = function.newSlabs();
        ParallelFor loops = new ParallelFor(function.program(), slabs, 1);
        long first = 0;
        long best = Long.MAX_VALUE;
        long improved = System.nanoTime();
        int runs = 0;
        int atBest = 0;
        boolean allocates = true;
        while (true) {
            if (runs > 0) {
                function.rehearsal().goOnBetweenRuns(Long.MAX_VALUE, allocates);
            }
            long allocated = Rehearsal.allocated();
            long before = System.nanoTime();
            try {
                if (runs == 0) {
                    function.program().derive(slabs, loops);
                }
                function.program().steps(slabs, loops);
                function.program().updates(slabs, loops);
            } catch (BytegradException e) {
                // An index that 0 is too low for, or a loop that does not end: the session will say so if it is so with real values.
                return new WarmUp(runs, before - start, first, best == Long.MAX_VALUE ? 0 : best);
            }
            long now = System.nanoTime();
            allocates = Rehearsal.allocated() > allocated;
            first = runs == 0 ? now - before : first;
            runs++;
            if (now - before < best * FASTER) {
                improved = now;
                atBest = runs;
            }
            best = Math.min(best, now - before);
            if (runs - atBest >= FEWEST && now - improved > (allocates ? PATIENCE_NANOS : QUIET_NANOS)) {
                return new WarmUp(runs, now - start, first, best);
            }
        }
    }
}
