package bytegrad.codegen.plan.remat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The best sequence there is, for small graphs: the shortest way through the sets of values stored, in any order and with any
 * recomputation. Steps are
 * to run a kernel or to drop a value.
 */
final class ExactSearch {
    /** As many values and as many kernels as a state has bits for. */
    static final int MOST = 31;

    private record Reached(long state, long distance) implements Comparable<Reached> {
        @Override
        public int compareTo(Reached o) {
            return Long.compare(distance, o.distance);
        }
    }

    private final CompactGraph g;
    private final Box box;
    private final States states = new States();
    /** Values that some kernel reads; others are gone when their kernel has run. */
    private final boolean[] read;
    private final PriorityQueue<Reached> queue = new PriorityQueue<>();

    private ExactSearch(CompactGraph g, Box box) {
        this.g = g;
        this.box = box;
        read = new boolean[g.values];
        for (int v : g.reads) {
            read[v] = true;
        }
    }

    static boolean suits(CompactGraph g) {
        return g.values <= MOST && g.kernels <= MOST;
    }

    /**
     * What was found.
     *
     * @param sequence the best, if there is one
     * @param proved the search came to its end: where there is no sequence, there is none
     */
    record Found(Optional<int[]> sequence, boolean proved) {}

    /** The cheapest sequence within a budget. */
    static Found cheapest(CompactGraph g, long budget, Box box) {
        return new ExactSearch(g, box).search(budget, false);
    }

    /** The sequence with the least peak. */
    static Found lowest(CompactGraph g, Box box) {
        return new ExactSearch(g, box).search(Long.MAX_VALUE, true);
    }

    /** A state's lower half has a bit for each value stored, its upper half one for each kernel that runs once and has. */
    private Found search(long budget, boolean peak) {
        long goal = 0;
        for (int k = 0; k < g.kernels; k++) {
            goal |= g.once[k] ? 1L << 32 + k : 0;
        }
        reach(0, 0, 0, States.DROPPED);
        while (!queue.isEmpty()) {
            Reached r = queue.poll();
            if (r.distance > states.distance(r.state)) {
                continue;
            }
            if ((r.state & goal) == goal) {
                return new Found(Optional.of(path(r.state)), true);
            }
            if (!box.open()) {
                return new Found(Optional.empty(), false);
            }
            expand(r, budget, peak);
        }
        return new Found(Optional.empty(), true);
    }

    private void expand(Reached r, long budget, boolean peak) {
        int stored = (int) r.state;
        long live = 0;
        for (int v = 0; v < g.values; v++) {
            if ((stored >>> v & 1) != 0) {
                live += g.bytes[v];
                reach(r.state & ~(1L << v), r.distance, r.state, States.DROPPED);
            }
        }
        for (int k = 0; k < g.kernels; k++) {
            if (mayRun(k, r.state)) {
                run(k, r, live, budget, peak);
            }
        }
        box.spend(2L * (g.values + g.kernels));
    }

    private boolean mayRun(int k, long state) {
        boolean news = g.once[k] && (state >>> 32 + k & 1) == 0;
        if (g.once[k] && !news) {
            return false;
        }
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            news |= read[g.writes[i]] && (state >>> g.writes[i] & 1) == 0;
        }
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            if ((state >>> g.reads[i] & 1) == 0) {
                return false;
            }
        }
        for (int w : g.before[k]) {
            if ((state >>> 32 + w & 1) != 0) {
                return false;
            }
        }
        return news;
    }

    private void run(int k, Reached r, long live, long budget, boolean peak) {
        long after = r.state | (g.once[k] ? 1L << 32 + k : 0);
        long now = live;
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            int v = g.writes[i];
            now += (r.state >>> v & 1) == 0 ? g.bytes[v] : 0;
            after |= read[v] ? 1L << v : 0;
        }
        // Each way of writing over what is read.
        int overlays = 0;
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            overlays += g.saves[i] > 0 ? 1 : 0;
        }
        for (int choice = 0; choice < 1 << overlays; choice++) {
            long to = after;
            long used = now;
            int o = 0;
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                if (g.saves[i] > 0 && (choice >>> o++ & 1) != 0) {
                    used -= g.saves[i];
                    to &= ~(1L << g.reads[i]);
                }
            }
            if (used <= budget) {
                reach(to, peak ? Math.max(r.distance, used) : r.distance + g.cost[k], r.state, k);
            }
        }
    }

    private void reach(long state, long distance, long from, int kernel) {
        if (states.nearer(state, distance, from, kernel)) {
            queue.add(new Reached(state, distance));
        }
    }

    private int[] path(long state) {
        Deque<Integer> runs = new ArrayDeque<>();
        for (long s = state; s != 0; s = states.from(s)) {
            if (states.kernel(s) != States.DROPPED) {
                runs.push(states.kernel(s));
            }
        }
        int[] sequence = new int[runs.size()];
        Arrays.setAll(sequence, _ -> runs.pop());
        return sequence;
    }
}
