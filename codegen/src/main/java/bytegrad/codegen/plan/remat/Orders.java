package bytegrad.codegen.plan.remat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Orders in which every kernel runs once. */
final class Orders {
    private static final int HALVINGS = 8;

    private Orders() {}

    static int[] given(CompactGraph g) {
        int[] order = new int[g.kernels];
        Arrays.setAll(order, k -> k);
        return order;
    }

    /** The given order, a list schedule and a depth-first one, the least peak first. */
    static List<int[]> all(CompactGraph g) {
        List<int[]> orders = new ArrayList<>(List.of(given(g), freeing(g), depthFirst(g)));
        Profile p = new Profile(g, 0);
        orders.sort((x, y) -> Long.compare(peak(p, x), peak(p, y)));
        return orders;
    }

    private static long peak(Profile p, int[] order) {
        return p.load(order, order.length) ? p.peak : Long.MAX_VALUE;
    }

    /** Always the kernel that is ready and frees the most bytes, less those it makes. */
    private static int[] freeing(CompactGraph g) {
        int[] waiting = new int[g.kernels];
        int[][] next = followers(g, waiting);
        int[] readers = new int[g.values];
        List<List<Integer>> readersOf = new ArrayList<>();
        for (int v = 0; v < g.values; v++) {
            readersOf.add(new ArrayList<>());
        }
        for (int k = 0; k < g.kernels; k++) {
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                readers[g.reads[i]]++;
                readersOf.get(g.reads[i]).add(k);
            }
        }
        long[] gain = new long[g.kernels];
        PriorityQueue<long[]> ready = new PriorityQueue<>((x, y) -> x[0] != y[0] ? Long.compare(y[0], x[0]) : Long.compare(x[1], y[1]));
        boolean[] ran = new boolean[g.kernels];
        for (int k = 0; k < g.kernels; k++) {
            gain[k] = gain(g, k, readers);
            if (waiting[k] == 0) {
                ready.add(new long[] {gain[k], k});
            }
        }
        int[] order = new int[g.kernels];
        int n = 0;
        while (!ready.isEmpty()) {
            long[] top = ready.poll();
            int k = (int) top[1];
            if (ran[k] || top[0] != gain[k]) {
                continue;
            }
            ran[k] = true;
            order[n++] = k;
            for (int w : next[k]) {
                if (--waiting[w] == 0) {
                    ready.add(new long[] {gain[w], w});
                }
            }
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                int v = g.reads[i];
                if (--readers[v] == 1) {
                    // The one reader that is left now frees it.
                    for (int w : readersOf.get(v)) {
                        if (!ran[w]) {
                            gain[w] += g.bytes[v];
                            if (waiting[w] == 0) {
                                ready.add(new long[] {gain[w], w});
                            }
                        }
                    }
                }
            }
        }
        return order;
    }

    /** Always the kernel that is ready and has the least key. */
    static int[] byKey(CompactGraph g, double[] key) {
        int[] waiting = new int[g.kernels];
        int[][] next = followers(g, waiting);
        PriorityQueue<Integer> ready = new PriorityQueue<>((x, y) -> key[x] != key[y] ? Double.compare(key[x], key[y]) : Integer.compare(x, y));
        for (int k = 0; k < g.kernels; k++) {
            if (waiting[k] == 0) {
                ready.add(k);
            }
        }
        int[] order = new int[g.kernels];
        for (int n = 0; n < order.length; n++) {
            order[n] = ready.remove();
            for (int w : next[order[n]]) {
                if (--waiting[w] == 0) {
                    ready.add(w);
                }
            }
        }
        return order;
    }

    /** For each kernel those that wait for it, once for each reason; how many reasons each has is counted. */
    private static int[][] followers(CompactGraph g, int[] waiting) {
        List<List<Integer>> next = new ArrayList<>();
        for (int k = 0; k < g.kernels; k++) {
            next.add(new ArrayList<>());
        }
        for (int k = 0; k < g.kernels; k++) {
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                next.get(g.writer[g.reads[i]]).add(k);
                waiting[k]++;
            }
            for (int o : g.after[k]) {
                next.get(o).add(k);
                waiting[k]++;
            }
        }
        return next.stream().map(l -> l.stream().mapToInt(k -> k).toArray()).toArray(int[][]::new);
    }

    private static long gain(CompactGraph g, int k, int[] readers) {
        long gain = 0;
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            gain += readers[g.reads[i]] == 1 ? g.bytes[g.reads[i]] : 0;
        }
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            gain -= g.bytes[g.writes[i]];
        }
        return gain;
    }

    /** Each kernel right before the first that needs it, operands of more bytes first. */
    private static int[] depthFirst(CompactGraph g) {
        int[] order = new int[g.kernels];
        int n = 0;
        int[] state = new int[g.kernels];
        int[] stack = new int[g.kernels + 1];
        int[][] needs = new int[g.kernels][];
        for (int root = 0; root < g.kernels; root++) {
            int depth = 0;
            if (g.once[root] && state[root] == 0) {
                stack[depth++] = root;
            }
            while (depth > 0) {
                int k = stack[depth - 1];
                if (needs[k] == null) {
                    needs[k] = operands(g, k);
                }
                int below = state[k] < needs[k].length ? needs[k][state[k]++] : -1;
                if (below < 0) {
                    depth--;
                    if (state[k] != Integer.MAX_VALUE) {
                        state[k] = Integer.MAX_VALUE;
                        order[n++] = k;
                    }
                } else if (state[below] == 0 && needs[below] == null) {
                    stack[depth++] = below;
                }
            }
        }
        return order;
    }

    private static int[] operands(CompactGraph g, int k) {
        List<Integer> of = new ArrayList<>();
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            of.add(g.reads[i]);
        }
        of.sort((x, y) -> Long.compare(g.bytes[y], g.bytes[x]));
        List<Integer> kernels = new ArrayList<>(of.stream().map(v -> g.writer[v]).distinct().toList());
        for (int o : g.after[k]) {
            kernels.add(o);
        }
        return kernels.stream().mapToInt(w -> w).toArray();
    }

    /** The order of the least peak that moves of runs alone lead to. */
    static int[] lowest(CompactGraph g, Box box) {
        int[] best = all(g).getFirst();
        Profile p = new Profile(g, 0);
        p.load(best, best.length);
        long high = p.peak;
        long low = LowerBound.of(g).bytes() - g.pinned - 1;
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < HALVINGS && high - low > 1 && box.open(); i++) {
            // The first targets are near the peak, where something is found most often.
            long target = high - Math.max(1, (high - low) / 4);
            Profile to = new Profile(g, target);
            to.load(best, best.length);
            new Repair(to, new Trial(to, box), box, random).run(0, Long.MAX_VALUE, 0);
            if (to.peak < high) {
                high = to.peak;
                best = to.sequence();
            }
            if (to.area() > 0) {
                low = Math.min(target, high - 1);
            }
        }
        return best;
    }
}
