package bytegrad.codegen.plan.offsets;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Offsets within a height, or as low as they are found: several greedy orders; then orders in which buffers that stuck out come earlier
 * (Joslin and Clements, "Squeaky wheel optimization", JAIR 10, 1999); then a search through canonical packings.
 */
public final class Packer {
    /** Beyond so many buffers neighbours are too many to list. */
    private static final int LARGE = 6000;
    private static final long SEED = 17;
    private static final double SHAKE = 0.02;

    private Packer() {}

    /**
     * Packs buffers; stops once it is within a height.
     *
     * @param wanted the height that is good enough; the search also ends where it equals the greatest sum of sizes at one time
     * @param steps how long to search beyond the greedy orders: visits of neighbours
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
        Integer[] order = {};
        for (Greedy.By by : Greedy.By.values()) {
            for (boolean smallest : new boolean[] {true, false}) {
                Integer[] o = greedy.order(by);
                long h = greedy.place(o, smallest, offsets);
                if (h < height) {
                    height = h;
                    order = o;
                    System.arraycopy(offsets, 0, best, 0, best.length);
                }
            }
        }
        if (height <= enough || steps <= 0) {
            return packing(best, height);
        }
        // A search that may not even look at every pair finds nothing.
        long[] found = steps < (long) all.length * all.length ? new long[0] : new Canonical(all, enough, steps).search();
        if (found.length > 0) {
            return packing(found, height(all, found));
        }
        return squeak(greedy, order, best, height, enough, steps);
    }

    private static Packing squeak(Greedy greedy, Integer[] first, long[] best, long bestHeight, long enough, long steps) {
        SplittableRandom random = new SplittableRandom(SEED);
        int n = greedy.n;
        double[] rank = new double[n];
        for (int i = 0; i < n; i++) {
            rank[first[i]] = i;
        }
        Integer[] order = first.clone();
        long[] offsets = new long[n];
        long height = bestHeight;
        double[] bestRank = rank.clone();
        for (long spent = 0; spent < steps && height > enough; spent += 20L * n) {
            long target = height - 1;
            long h = greedy.place(order, false, offsets);
            if (h < height) {
                height = h;
                System.arraycopy(offsets, 0, best, 0, n);
                bestRank = rank.clone();
            } else if (random.nextInt(50) == 0) {
                rank = bestRank.clone();
            }
            for (int i = 0; i < n; i++) {
                if (offsets[i] + greedy.size[i] > target) {
                    rank[i] *= 0.4 + 0.5 * random.nextDouble();
                }
                rank[i] += SHAKE * n * (random.nextDouble() - 0.5);
            }
            double[] r = rank;
            Arrays.sort(order, (x, y) -> Double.compare(r[x], r[y]));
            for (int i = 0; i < n; i++) {
                rank[order[i]] = i;
            }
        }
        return packing(best, height);
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
