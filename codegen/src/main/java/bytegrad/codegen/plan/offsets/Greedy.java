package bytegrad.codegen.plan.offsets;

import java.util.Arrays;
import java.util.Comparator;
import java.util.TreeMap;

/** Places buffers one after another, in some order, each where it fits among those placed before. */
final class Greedy {
    /** What comes first. */
    enum By {
        SIZE,
        AREA,
        DURATION,
        START,
        CONTENTION
    }

    final int n;
    final int[] from;
    final int[] end;
    final long[] size;
    /** What is placed, from the floor up. */
    private final int[] placed;
    /** For each buffer the sizes of those that are in use at some time of its own. */
    private final long[] load;

    Greedy(Interval[] buffers) {
        n = buffers.length;
        from = Arrays.stream(buffers).mapToInt(Interval::from).toArray();
        end = Arrays.stream(buffers).mapToInt(Interval::end).toArray();
        size = Arrays.stream(buffers).mapToLong(Interval::size).toArray();
        placed = new int[n];
        load = new long[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (j != i && from[j] < end[i] && from[i] < end[j]) {
                    load[i] += size[j];
                }
            }
        }
    }

    Integer[] order(By by) {
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Comparator<Integer> c = switch (by) {
            case SIZE -> Comparator.comparingLong((Integer i) -> -size[i]).thenComparingInt(i -> from[i] - end[i]);
            case AREA -> Comparator.comparingDouble((Integer i) -> -(double) size[i] * (end[i] - from[i]));
            case DURATION -> Comparator.comparingInt((Integer i) -> from[i] - end[i]).thenComparingLong(i -> -size[i]);
            case START -> Comparator.comparingInt((Integer i) -> from[i]).thenComparingLong(i -> -size[i]);
            case CONTENTION -> Comparator.comparingLong((Integer i) -> -load[i] - size[i]);
        };
        Arrays.sort(order, c);
        return order;
    }

    /** Offsets of buffers placed in an order; of all gaps the smallest that fits, or the lowest. Returns the height. */
    long place(Integer[] order, boolean smallest, long[] offsets) {
        Arrays.fill(offsets, -1);
        long height = 0;
        int count = 0;
        for (int i : order) {
            long floor = 0;
            long best = -1;
            long bestGap = Long.MAX_VALUE;
            for (int k = 0; k < count; k++) {
                int j = placed[k];
                if (from[j] < end[i] && from[i] < end[j]) {
                    long gap = offsets[j] - floor;
                    if (gap >= size[i] && gap < bestGap) {
                        bestGap = gap;
                        best = floor;
                        if (!smallest) {
                            break;
                        }
                    }
                    floor = Math.max(floor, offsets[j] + size[j]);
                }
            }
            offsets[i] = best >= 0 ? best : floor;
            height = Math.max(height, offsets[i] + size[i]);
            if (size[i] > 0) {
                int at = above(offsets[i], offsets, count);
                System.arraycopy(placed, at, placed, at + 1, count - at);
                placed[at] = i;
                count++;
            }
        }
        return height;
    }

    /** How many of the placed lie no higher. */
    private int above(long offset, long[] offsets, int count) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsets[placed[middle]] <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** For very many buffers: in the order of time, each in the smallest free range. Returns the height. */
    static long walk(Interval[] buffers, long[] offsets) {
        int n = buffers.length;
        Integer[] byStart = new Integer[n];
        Arrays.setAll(byStart, i -> i);
        Integer[] byEnd = byStart.clone();
        Arrays.sort(byStart, Comparator.comparingInt((Integer i) -> buffers[i].from()).thenComparingLong(i -> -buffers[i].size()));
        Arrays.sort(byEnd, Comparator.comparingInt((Integer i) -> buffers[i].end()));
        TreeMap<Long, Long> free = new TreeMap<>();
        long height = 0;
        int done = 0;
        for (int i : byStart) {
            while (buffers[byEnd[done]].end() <= buffers[i].from()) {
                give(free, offsets[byEnd[done]], buffers[byEnd[done]].size());
                done++;
            }
            long size = buffers[i].size();
            long best = -1;
            long bestGap = Long.MAX_VALUE;
            for (var e : free.entrySet()) {
                long gap = e.getValue() - e.getKey();
                if (gap >= size && gap < bestGap) {
                    best = e.getKey();
                    bestGap = gap;
                }
            }
            if (best >= 0) {
                free.remove(best);
                if (bestGap > size) {
                    free.put(best + size, best + bestGap);
                }
            } else {
                var last = free.lastEntry();
                boolean atEnd = last != null && last.getValue() == height;
                best = atEnd ? last.getKey() : height;
                if (atEnd) {
                    free.remove(best);
                }
                height = best + size;
            }
            offsets[i] = best;
        }
        return height;
    }

    private static void give(TreeMap<Long, Long> free, long start, long size) {
        if (size == 0) {
            return;
        }
        long from = start;
        long to = start + size;
        var before = free.lowerEntry(start);
        if (before != null && before.getValue() == start) {
            from = before.getKey();
        }
        Long after = free.remove(to);
        if (after != null) {
            to = after;
        }
        free.put(from, to);
    }
}
