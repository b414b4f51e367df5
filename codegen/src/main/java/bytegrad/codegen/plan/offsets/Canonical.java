package bytegrad.codegen.plan.offsets;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A search through the canonical packings within a height: buffers are placed from the floor up, each as low as those under it allow,
 * in the order of their
 * offsets; so each packing that cannot be pushed down is met once (Moffitt, "MiniMalloc: a lightweight memory allocator for
 * hardware-accelerated machine
 * learning", ASPLOS 2023). A branch ends where at some time what is placed and what is still to come exceed the height.
 */
final class Canonical {
    private final long height;
    private final long steps;
    private long spent;
    private final int n;
    private final int sections;
    private final int[] first;
    private final int[] last;
    private final long[] size;
    /** Per section of time: the end of what is placed, and the sizes of what is not. */
    private final long[] floor;
    private final long[] coming;
    private final long[] offsets;
    private final int[] byWeight;

    Canonical(Interval[] buffers, long height, long steps) {
        this.height = height;
        this.steps = steps;
        n = buffers.length;
        int[] times = Arrays.stream(buffers).flatMapToInt(b -> IntStream.of(b.from(), b.end())).sorted().distinct().toArray();
        sections = times.length;
        first = new int[n];
        last = new int[n];
        size = new long[n];
        floor = new long[sections];
        coming = new long[sections];
        offsets = new long[n];
        for (int i = 0; i < n; i++) {
            first[i] = Arrays.binarySearch(times, buffers[i].from());
            last[i] = Arrays.binarySearch(times, buffers[i].end());
            size[i] = buffers[i].size();
            for (int s = first[i]; s < last[i]; s++) {
                coming[s] += size[i];
            }
        }
        long[] total = new long[n];
        for (int i = 0; i < n; i++) {
            for (int s = first[i]; s < last[i]; s++) {
                total[i] = Math.max(total[i], coming[s]);
            }
        }
        byWeight = IntStream.range(0, n).boxed().sorted((x, y) -> {
            int c = Long.compare(total[y], total[x]);
            c = c != 0 ? c : Double.compare((double) size[y] * (last[y] - first[y]), (double) size[x] * (last[x] - first[x]));
            return c != 0 ? c : Integer.compare(last[y] - first[y], last[x] - first[x]);
        }).mapToInt(i -> i).toArray();
        Arrays.fill(offsets, -1);
    }

    /** Offsets within the height, or none. */
    long[] search() {
        return place(0, 0) ? offsets : new long[0];
    }

    private boolean place(int placed, long lowest) {
        if (placed == n) {
            return true;
        }
        // What lies lowest; a buffer that would fit wholly under another comes before it.
        long[] at = new long[n];
        long roof = Long.MAX_VALUE;
        for (int i : byWeight) {
            if (offsets[i] < 0) {
                long o = lowest;
                for (int s = first[i]; s < last[i]; s++) {
                    o = Math.max(o, floor[s]);
                }
                at[i] = o;
                roof = Math.min(roof, o + size[i]);
                spent += last[i] - first[i];
            }
        }
        long[] bounds = IntStream.of(byWeight).filter(i -> offsets[i] < 0).mapToLong(i -> at[i]).sorted().distinct().toArray();
        for (long o : bounds) {
            if (o >= roof && !(size[0] == 0 && o == roof)) {
                break;
            }
            for (int i : byWeight) {
                if (offsets[i] < 0 && at[i] == o && attempt(i, o, placed)) {
                    return true;
                }
                if (spent > steps) {
                    return false;
                }
            }
        }
        return false;
    }

    private boolean attempt(int i, long o, int placed) {
        long[] before = Arrays.copyOfRange(floor, first[i], last[i]);
        offsets[i] = o;
        for (int s = first[i]; s < last[i]; s++) {
            floor[s] = o + size[i];
            coming[s] -= size[i];
        }
        boolean fine = true;
        for (int s = 0; s < sections && fine; s++) {
            fine = coming[s] == 0 || Math.max(floor[s], o) + coming[s] <= height;
        }
        for (int s = first[i]; s < last[i] && fine; s++) {
            fine = floor[s] <= height;
        }
        spent += sections;
        if (fine && place(placed + 1, o)) {
            return true;
        }
        offsets[i] = -1;
        for (int s = first[i]; s < last[i]; s++) {
            floor[s] = before[s - first[i]];
            coming[s] += size[i];
        }
        return false;
    }
}
