package bytegrad.runtime;

/**
 * How long a session has taken until now: in front of a run, code is prepared for as long again at most. A few runs are then never more than twice as slow as
 * without, and many are soon fast.
 */
final class Pace {
    /** Vector code that HotSpot has not compiled is some 70 to 400 times slower: the first run will take so long, and that counts as well. */
    private static final int UNCOMPILED = 50;

    /** Less is not worth the while: to ask how much a thread has allocated takes a tenth of it, once. */
    private static final long LEAST_NANOS = 100_000_000;

    private long nanos;
    private long start;
    private long allocated;
    private boolean allocates = true;

    /** Of a session whose runs are estimated to take so long in the end, after a first one in code that is not compiled; 0 where code is as fast as it gets. */
    Pace(long estimatedNanos) {
        nanos = UNCOMPILED * estimatedNanos;
    }

    /** A run begins, or what is prepared in front of one. */
    void begins() {
        start = System.nanoTime();
    }

    /** What began last ends. */
    void ends() {
        nanos += System.nanoTime() - start;
    }

    /** As {@link #begins}, of a run that is {@linkplain #allocates watched} if code is yet to be prepared. */
    void runBegins(boolean watched) {
        allocated = watched && slice() > 0 ? Rehearsal.allocated() : -1;
        begins();
    }

    /** As {@link #ends}, of a run. */
    void runEnds() {
        ends();
        allocates = allocated < 0 || Rehearsal.allocated() > allocated;
    }

    /** Whether the last run made objects, as vectors are in code that is not compiled; true where nobody watched. */
    boolean allocates() {
        return allocates;
    }

    /** Nanoseconds to prepare code for now; 0 where it is too early. */
    long slice() {
        return nanos < LEAST_NANOS ? 0 : nanos;
    }
}
