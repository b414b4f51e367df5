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

    /** Of a session whose runs are estimated to take so long in the end, after a first one in code that is not compiled; 0 where code is as fast as it gets. */
    Pace(long estimatedNanos) {
        nanos = UNCOMPILED * estimatedNanos;
    }

    /** A run, or what was prepared in front of one, took so long. */
    void took(long more) {
        nanos += more;
    }

    /** Nanoseconds to prepare code for now; 0 where it is too early. */
    long slice() {
        return nanos < LEAST_NANOS ? 0 : nanos;
    }
}
