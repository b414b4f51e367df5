package bytegrad.codegen.plan.offsets;

import java.util.Arrays;

/** The times at which no buffer could be added to those in use: two buffers are in use together if and only if they share one. */
final class Sections {
    final int count;
    /** For each buffer its sections, from the first to before the last. */
    final int[] first;
    final int[] last;

    Sections(Interval[] buffers) {
        int n = buffers.length;
        int[] starts = Arrays.stream(buffers).mapToInt(Interval::from).sorted().toArray();
        int[] ends = Arrays.stream(buffers).mapToInt(Interval::end).sorted().toArray();
        // A section is closed by the first end after some start.
        int[] closed = new int[n];
        int sections = 0;
        int s = 0;
        for (int e = 0; e < n; e++) {
            boolean opened = false;
            while (s < n && starts[s] < ends[e]) {
                s++;
                opened = true;
            }
            if (opened) {
                closed[sections++] = ends[e];
            }
        }
        count = sections;
        first = new int[n];
        last = new int[n];
        for (int i = 0; i < n; i++) {
            // Section k is the time before closed[k].
            first[i] = after(closed, buffers[i].from());
            last[i] = after(closed, buffers[i].end());
        }
    }

    /** The first section that closes later than a time. */
    private int after(int[] closed, int time) {
        int at = Arrays.binarySearch(closed, 0, count, time);
        return at >= 0 ? at + 1 : -at - 1;
    }
}
