package bytegrad.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Two things timed in turn, so that what else the machine does hits both alike. */
public final class Interleaved {
    private static final int FEWEST = 7;

    private Interleaved() {}

    /**
     * How many times as long the first takes as the second, by the medians of alternate calls.
     *
     * @param warm seconds that each runs before anything counts
     * @param measure seconds that the calls which count take together, at least {@value #FEWEST} of each
     */
    public static double ratio(Runnable first, Runnable second, double warm, double measure) {
        warm(first, warm);
        warm(second, warm);
        List<Long> a = new ArrayList<>();
        List<Long> b = new ArrayList<>();
        long start = System.nanoTime();
        while (a.size() < FEWEST || System.nanoTime() - start < measure * 1e9) {
            a.add(nanos(first));
            b.add(nanos(second));
        }
        return median(a) / median(b);
    }

    private static void warm(Runnable call, double seconds) {
        long start = System.nanoTime();
        for (int i = 0; i < FEWEST || System.nanoTime() - start < seconds * 1e9; i++) {
            call.run();
        }
    }

    private static long nanos(Runnable call) {
        long start = System.nanoTime();
        call.run();
        return System.nanoTime() - start;
    }

    private static double median(List<Long> times) {
        Collections.sort(times);
        return times.get(times.size() / 2);
    }
}
