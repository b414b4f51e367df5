package bytegrad.codegen.plan;

import java.util.Map;
import java.util.TreeMap;

/** The free lines of one slab while launches are walked in order: best fit, neighbours joined. */
final class FreeLines {
    /** Start of each free range, with its end. */
    private final TreeMap<Integer, Integer> byStart = new TreeMap<>();
    /** Free ranges by length, then start. */
    private final TreeMap<Long, Integer> bySize = new TreeMap<>();
    private int end;

    private static long key(int start, int size) {
        return (long) size << 32 | start;
    }

    private void add(int start, int stop) {
        byStart.put(start, stop);
        bySize.put(key(start, stop - start), start);
    }

    private void remove(int start, int stop) {
        byStart.remove(start);
        bySize.remove(key(start, stop - start));
    }

    /** Takes so many lines: from the smallest range that holds them, else by growing the slab. */
    int take(int lines) {
        Map.Entry<Long, Integer> fit = bySize.ceilingEntry(key(0, lines));
        if (fit != null) {
            int start = fit.getValue();
            int stop = start + (int) (fit.getKey() >>> 32);
            remove(start, stop);
            if (start + lines < stop) {
                add(start + lines, stop);
            }
            return start;
        }
        Map.Entry<Integer, Integer> last = byStart.lastEntry();
        int start = end;
        if (last != null && last.getValue() == end) {
            start = last.getKey();
            remove(start, end);
        }
        if (start > Integer.MAX_VALUE - lines) {
            throw new PlanException("the tensors of one type need more than 2^31-1 lines of 64 bytes; a slab holds at most 2^31-1 elements");
        }
        end = start + lines;
        return start;
    }

    /** Gives lines back. */
    void give(int start, int lines) {
        int from = start;
        int to = start + lines;
        Map.Entry<Integer, Integer> before = byStart.lowerEntry(start);
        if (before != null && before.getValue() == start) {
            from = before.getKey();
            remove(from, start);
        }
        Integer after = byStart.get(to);
        if (after != null) {
            remove(to, after);
            to = after;
        }
        add(from, to);
    }

    /** The most lines ever in use. */
    int height() {
        return end;
    }
}
