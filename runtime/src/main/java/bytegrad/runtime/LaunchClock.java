package bytegrad.runtime;

/**
 * How long each launch of a session's last run took. Only classes that were compiled with a profile look at the clock: before the
 * first launch, then after each, so that what is between two launches counts to the later one.
 */
final class LaunchClock {
    private final long[] nanos;
    private long last;

    LaunchClock(int launches) {
        nanos = new long[launches];
    }

    /** Begins a run, or goes on with one after a pause. */
    void start() {
        last = System.nanoTime();
    }

    /** Ends a launch, which adds to what it took before in this run. */
    void launched(int launch) {
        long now = System.nanoTime();
        nanos[launch] += now - last;
        last = now;
    }

    /** Forgets the last run. */
    void reset() {
        java.util.Arrays.fill(nanos, 0);
    }

    /** Nanoseconds of each launch. */
    long[] nanos() {
        return nanos.clone();
    }
}
