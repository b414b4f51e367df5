package bytegrad.codegen.plan.offsets;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Offsets within a height, or as low as they are found: several greedy orders; then searches through canonical packings.
 */
public final class Packer {
    /** Beyond so many buffers neighbours are too many to list. */
    private static final int LARGE = 6000;
    /** Beyond so many buffers a search, which calls itself for each, needs too much stack. */
    private static final int DEEPEST = 2000;
    /** So often the height that is searched for is halfway between what fails and what was found. */
    private static final int HALVINGS = 5;

    private Packer() {}

    /**
     * Packs buffers; stops once it is within a height.
     *
     * @param wanted the height that is good enough; the search also ends where it equals the greatest sum of sizes at one time
     * @param steps how long to search beyond the greedy orders: a step is a visit of a buffer at a time, 1 to 3 ns
     */
    public static Packing pack(List<Interval> buffers, long wanted, long steps) {
        Interval[] all = buffers.toArray(Interval[]::new);
        long[] best = new long[all.length];
        if (all.length > LARGE) {
            return packing(best, Greedy.walk(all, best));
        }
        long enough = Math.max(wanted, load(all));
        Greedy greedy = new Greedy(all);
        long[] offsets = new long[all.length];
        long height = Long.MAX_VALUE;
        for (Greedy.By by : Greedy.By.values()) {
            for (boolean smallest : new boolean[] {true, false}) {
                long h = greedy.place(greedy.order(by), smallest, offsets);
                if (h < height) {
                    height = h;
                    System.arraycopy(offsets, 0, best, 0, best.length);
                }
            }
        }
        if (height <= enough || steps <= 0 || all.length > DEEPEST) {
            return packing(best, height);
        }
        return search(all, packing(best, height), enough, steps);
    }

    /** Searches for the height that is enough with half of the steps, then for heights between it and what was found. */
    private static Packing search(Interval[] all, Packing greedy, long enough, long steps) {
        Packing best = greedy;
        long low = enough - 1;
        long target = enough;
        for (int round = 0; round <= HALVINGS && best.height() - low > 1; round++) {
            long part = round == 0 ? steps / 2 : steps / 2 / HALVINGS;
            long[] found = new Canonical(all, target, part).search();
            if (found.length > 0) {
                best = packing(found, height(all, found));
            } else {
                low = target;
            }
            target = low + (best.height() - low) / 2;
        }
        return best;
    }

    private static Packing packing(long[] offsets, long height) {
        return new Packing(LongStream.of(offsets).boxed().toList(), height);
    }

    private static long height(Interval[] buffers, long[] offsets) {
        long height = 0;
        for (int i = 0; i < offsets.length; i++) {
            height = Math.max(height, offsets[i] + buffers[i].size());
        }
        return height;
    }

    /** The most bytes in use at one time: no packing is lower. */
    private static long load(Interval[] buffers) {
        long[][] events = new long[2 * buffers.length][];
        for (int i = 0; i < buffers.length; i++) {
            events[2 * i] = new long[] {buffers[i].from(), buffers[i].size()};
            events[2 * i + 1] = new long[] {buffers[i].end(), -buffers[i].size()};
        }
        Arrays.sort(events, (x, y) -> x[0] != y[0] ? Long.compare(x[0], y[0]) : Long.compare(x[1], y[1]));
        long now = 0;
        long most = 0;
        for (long[] e : events) {
            now += e[1];
            most = Math.max(most, now);
        }
        return most;
    }
}
