package bytegrad.codegen.plan.remat;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The values that are stored at a position of a sequence though the run there has nothing to do with them, the most promising first. */
final class IdleValues {
    /** A value whose writer costs nothing still promises less the fewer bytes it has. */
    private static final double LEAST_COST = 1e-3;

    private final CompactGraph graph;
    private final Profile profile;
    private int count;
    private int[] slots = new int[64];
    private double[] promise = new double[64];
    /** Bits of the promise as a float, which sort like it, above the place in {@link #slots}. */
    private long[] sorted = new long[64];

    IdleValues(Profile profile) {
        this.graph = profile.graph;
        this.profile = profile;
    }

    int count() {
        return count;
    }

    /** The slot of the last access before the position, of the value that comes in this place. */
    int slot(int place) {
        return slots[(int) sorted[place]];
    }

    /** What the value that comes in this place costs, made again, for each byte and run above the budget that this can take away. */
    double promise(int place) {
        return promise[(int) sorted[place]];
    }

    /** Finds the values; each promise is shaken by a factor of up to e to the power of {@code noise}. */
    void collect(int p, double noise, SplittableRandom random) {
        count = 0;
        for (int d = 0; d < p; d++) {
            int k = profile.runs[d];
            int s = profile.slot(d);
            for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
                long bytes = graph.bytes[graph.writes[i]];
                if (bytes > 0 && profile.link[s] > p) {
                    add(s, p, k, bytes, noise == 0 ? 1 : Math.exp(noise * (2 * random.nextDouble() - 1)));
                }
            }
        }
        Arrays.sort(sorted, 0, count);
    }

    private void add(int writeSlot, int p, int kernel, long bytes, double wobble) {
        int at = writeSlot;
        int next = profile.next[at];
        while (profile.positionOf[next] < p) {
            at = next;
            next = profile.next[at];
        }
        if (profile.positionOf[next] == p) {
            return;
        }
        if (count == slots.length) {
            slots = Arrays.copyOf(slots, 2 * count);
            promise = Arrays.copyOf(promise, 2 * count);
            sorted = Arrays.copyOf(sorted, 2 * count);
        }
        slots[count] = at;
        double cost = at == writeSlot ? 0 : graph.cost[kernel];
        promise[count] = wobble * (cost + LEAST_COST) / profile.areaWithout(at, bytes);
        sorted[count] = (long) Float.floatToRawIntBits((float) promise[count]) << Integer.SIZE | count;
        count++;
    }
}
