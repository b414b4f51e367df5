package bytegrad.codegen.plan.remat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A training step as a chain of segments: forward kernels between two places where one value is all that goes on, but for small ones, and what goes back over them.
 *
 * <pre>
 * k0 | k1 k2 | k3   loss   of k3, k2 k1, k0   →   F0 F1 F2   B2 B1 B0, of which B1 reads what F0 gives and what is in F1
 * </pre>
 *
 * @param forward the kernels of each segment, in order
 * @param backward those that go back over it
 * @param ahead cost of a segment's forward kernels
 * @param behind cost of what goes back over it
 * @param given bytes of what a segment gives to the next
 * @param kept bytes of all in a segment that is read on the way back, with what it gives
 * @param working bytes of what the way back has for its own at most while it goes over a segment
 */
record Segments(List<int[]> forward, List<int[]> backward, long[] ahead, long[] behind, long[] given, long[] kept, long[] working) {
    /** What goes on beside the one value may be a part of it in so many. */
    private static final int SMALL = 8;
    private static final int FEWEST = 4;
    /** Beyond so many segments neighbours are joined: the schedule takes time in proportion to the third power. */
    private static final int MOST = 96;

    int count() {
        return forward.size();
    }

    /** The segments of a graph in its given order, if it has some. */
    static Optional<Segments> of(CompactGraph g) {
        Profile p = new Profile(g, Long.MAX_VALUE / 2);
        int[] order = Orders.given(g);
        if (!p.load(order, order.length) || p.length != g.kernels) {
            return Optional.empty();
        }
        int turn = 0;
        for (int k = 0; k < g.kernels; k++) {
            turn = p.liveAfter[k] > p.liveAfter[turn] ? k : turn;
        }
        List<Integer> ends = ends(g, turn);
        if (ends.size() < FEWEST) {
            return Optional.empty();
        }
        int together = Math.ceilDiv(ends.size(), MOST);
        List<Integer> some = new ArrayList<>();
        for (int i = ends.size() - 1; i >= 0; i -= together) {
            some.addFirst(ends.get(i));
        }
        return Optional.of(between(g, some));
    }

    /** The kernels after which, of what was made before, forward kernels read one value and little else. */
    private static List<Integer> ends(CompactGraph g, int turn) {
        int[] lastForward = new int[g.values];
        for (int k = 0; k <= turn; k++) {
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                lastForward[g.reads[i]] = k;
            }
        }
        List<Integer> ends = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        for (int k = 0; k < turn; k++) {
            int now = k;
            for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
                open.add(g.writes[i]);
            }
            open.removeIf(v -> lastForward[v] <= now);
            long sum = 0;
            long most = 0;
            for (int v : open) {
                sum += g.bytes[v];
                most = Math.max(most, g.bytes[v]);
            }
            if (most > 0 && (sum - most) * SMALL <= most) {
                ends.add(k);
            }
        }
        ends.add(turn);
        return ends;
    }

    private static Segments between(CompactGraph g, List<Integer> ends) {
        int n = ends.size();
        int turn = ends.getLast();
        int[] segment = new int[g.kernels];
        List<int[]> forward = new ArrayList<>();
        int from = 0;
        for (int s = 0; s < n; s++) {
            int[] kernels = new int[ends.get(s) + 1 - from];
            for (int k = from; k <= ends.get(s); k++) {
                kernels[k - from] = k;
                segment[k] = s;
            }
            forward.add(kernels);
            from = ends.get(s) + 1;
        }
        boolean[] readBack = new boolean[g.values];
        List<List<Integer>> back = new ArrayList<>();
        forward.forEach(_ -> back.add(new ArrayList<>()));
        for (int k = turn + 1; k < g.kernels; k++) {
            int least = n - 1;
            int most = -1;
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                int w = g.writer[g.reads[i]];
                if (w > turn) {
                    least = Math.min(least, segment[w]);
                } else {
                    most = Math.max(most, segment[w]);
                    readBack[g.reads[i]] = true;
                }
            }
            segment[k] = most < 0 ? least : Math.min(least, most);
            for (int o : g.after[k]) {
                segment[k] = Math.min(segment[k], segment[o]);
            }
            back.get(segment[k]).add(k);
        }
        List<int[]> backward = back.stream().map(b -> b.stream().mapToInt(k -> k).toArray()).toList();
        Segments s = new Segments(forward, backward, new long[n], new long[n], new long[n], new long[n], new long[n]);
        s.measure(g, segment, readBack, turn);
        return s;
    }

    private void measure(CompactGraph g, int[] segment, boolean[] readBack, int turn) {
        int[] last = new int[g.values];
        int[] place = new int[g.kernels];
        List<Integer> order = new ArrayList<>();
        for (int s = count() - 1; s >= 0; s--) {
            for (int k : backward.get(s)) {
                place[k] = order.size();
                order.add(k);
                for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                    last[g.reads[i]] = place[k];
                }
            }
        }
        for (int k = 0; k < g.kernels; k++) {
            int s = segment[k];
            long[] cost = k <= turn ? ahead : behind;
            cost[s] += g.cost[k];
            for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
                int v = g.writes[i];
                if (k <= turn && readBack[v]) {
                    kept[s] += g.bytes[v];
                }
            }
        }
        for (int s = 0; s < count(); s++) {
            int end = forward.get(s)[forward.get(s).length - 1];
            for (int k : forward.get(s)) {
                for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
                    given[s] = Math.max(given[s], readLater(g, g.writes[i], end, turn) ? g.bytes[g.writes[i]] : 0);
                }
            }
        }
        long[] live = new long[order.size() + 1];
        for (int k : order) {
            for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
                int v = g.writes[i];
                for (int q = place[k]; q <= Math.max(place[k], last[v]); q++) {
                    live[q] += g.bytes[v];
                }
            }
            working[segment[k]] = Math.max(working[segment[k]], live[place[k]]);
        }
    }

    private static boolean readLater(CompactGraph g, int v, int end, int turn) {
        for (int k = end + 1; k <= turn; k++) {
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                if (g.reads[i] == v) {
                    return true;
                }
            }
        }
        return false;
    }
}
