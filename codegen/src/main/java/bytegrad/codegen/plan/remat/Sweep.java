package bytegrad.codegen.plan.remat;

import java.util.Arrays;
import java.util.Optional;

/**
 * One walk over the order: where a run does not fit, stored values that are not needed soon are dropped, and what was dropped is
 * computed again when
 * it is read. Which one is dropped is said by the cost of computing it again, with what it needs, against its bytes and the distance of its
 * next use. It does not look back, and so is fast; the result is to be pruned.
 */
final class Sweep {
    /** Weights of cost, bytes and distance. */
    record Taste(double cost, double bytes, double distance) {}

    static final Taste[] TASTES = {
        new Taste(1, 1, 1), new Taste(1, 1, 0.5), new Taste(0.5, 1, 1), new Taste(1, 1, 0), new Taste(0, 1, 1), new Taste(0.5, 0.5, 0.5)
    };
    /** Of many values, only so many with the farthest next uses are compared. */
    private static final int COMPARED = 256;
    /** Operands that are made for one run, one for the other: each takes stack. */
    private static final int DEEPEST = 2000;
    private static final long MOST_RUNS = 8;

    private final CompactGraph g;
    private final long budget;
    private final Box box;
    private final Taste taste;
    private final int[] order;
    private final int[] useStart;
    private final int[] uses;
    private final int[] nextUse;
    private final boolean[] stored;
    private final int[] locks;
    /** Values that are stored and may be dropped, in no order; with the place of each. */
    private final int[] resident;
    private final int[] place;
    private int residents;
    private long live;
    private int[] runs;
    private int length;
    private int now;
    private final int[] closing;
    private int mark;

    private Sweep(CompactGraph g, long budget, int[] order, Taste taste, Box box) {
        this.g = g;
        this.budget = budget;
        this.box = box;
        this.taste = taste;
        this.order = order;
        useStart = new int[g.values + 1];
        for (int v : g.reads) {
            useStart[v + 1]++;
        }
        for (int v = 0; v < g.values; v++) {
            useStart[v + 1] += useStart[v];
        }
        uses = new int[g.reads.length];
        int[] fill = Arrays.copyOf(useStart, g.values);
        for (int p = 0; p < order.length; p++) {
            for (int i = g.firstRead(order[p]); i < g.endReads(order[p]); i++) {
                uses[fill[g.reads[i]]++] = p;
            }
        }
        nextUse = Arrays.copyOf(useStart, g.values);
        stored = new boolean[g.values];
        locks = new int[g.values];
        resident = new int[g.values];
        place = new int[g.values];
        closing = new int[g.kernels];
        runs = new int[2 * order.length + 16];
    }

    /** A sequence that does what the order does within the budget, as far as it can; none where it grows out of hand. */
    static Optional<int[]> run(CompactGraph g, long budget, int[] order, Taste taste, Box box) {
        Sweep s = new Sweep(g, budget, order, taste, box);
        for (s.now = 0; s.now < order.length; s.now++) {
            if (!s.execute(order[s.now], 0)) {
                return Optional.empty();
            }
            s.dropDead(order[s.now]);
        }
        return Optional.of(Arrays.copyOf(s.runs, s.length));
    }

    /** The position in the order at which a value is read next, or the order's length. */
    private int nextUse(int v) {
        while (nextUse[v] < useStart[v + 1] && uses[nextUse[v]] < now) {
            nextUse[v]++;
        }
        return nextUse[v] < useStart[v + 1] ? uses[nextUse[v]] : order.length;
    }

    private boolean execute(int k, int depth) {
        if (depth > DEEPEST || length > MOST_RUNS * order.length + 1000 || !box.open()) {
            return false;
        }
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            locks[g.reads[i]]++;
        }
        boolean fine = true;
        for (int i = g.firstRead(k); i < g.endReads(k) && fine; i++) {
            int v = g.reads[i];
            if (!stored[v]) {
                int w = g.writer[v];
                fine = !g.once[w] && mayRun(w) && execute(w, depth + 1);
            }
        }
        if (!fine) {
            return false;
        }
        long need = 0;
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            need += stored[g.writes[i]] ? 0 : g.bytes[g.writes[i]];
        }
        makeRoom(need);
        if (length == runs.length) {
            runs = Arrays.copyOf(runs, 2 * length);
        }
        runs[length++] = k;
        box.spend(g.slots(k));
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            int v = g.writes[i];
            // What takes no bytes need never go.
            if (!stored[v] && g.bytes[v] == 0) {
                stored[v] = true;
            } else if (!stored[v]) {
                stored[v] = true;
                live += g.bytes[v];
                place[v] = residents;
                resident[residents++] = v;
            }
        }
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            locks[g.reads[i]]--;
        }
        if (depth > 0) {
            // An operand that only this run wanted.
            dropDead(k);
        }
        return true;
    }

    private boolean mayRun(int k) {
        for (int w : g.before[k]) {
            if (length > 0 && !stillToCome(w)) {
                return false;
            }
        }
        return true;
    }

    private boolean stillToCome(int w) {
        for (int p = now; p < order.length; p++) {
            if (order[p] == w) {
                return true;
            }
        }
        return false;
    }

    /** After a run at {@link #now}: what it read or wrote and nothing in the order reads any more. */
    private void dropDead(int k) {
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            dropIfDead(g.reads[i], k);
        }
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            dropIfDead(g.writes[i], k);
        }
    }

    private void dropIfDead(int v, int k) {
        int use = nextUse(v);
        boolean readNow = use == now && order[now] == k;
        boolean dead = use == order.length || readNow && (nextUse[v] + 1 == useStart[v + 1]);
        if (stored[v] && locks[v] == 0 && dead && g.bytes[v] > 0) {
            drop(v);
        }
    }

    private void drop(int v) {
        stored[v] = false;
        live -= g.bytes[v];
        int last = resident[--residents];
        resident[place[v]] = last;
        place[last] = place[v];
    }

    private void makeRoom(long need) {
        while (live + need > budget) {
            int worst = victim();
            if (worst < 0) {
                return;
            }
            drop(worst);
        }
    }

    private int victim() {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        int step = Math.max(1, residents / COMPARED);
        int phase = step == 1 ? 0 : length % step;
        for (int r = phase; r < residents; r += step) {
            int v = resident[r];
            if (locks[v] == 0 && !g.once[g.writer[v]] && g.bytes[v] > 0 && mayRun(g.writer[v])) {
                double distance = nextUse(v) - now + 1.0;
                mark++;
                double cost = again(g.writer[v], 0) + 1e-3;
                double score = Math.pow(cost, taste.cost) / (Math.pow(g.bytes[v], taste.bytes) * Math.pow(distance, taste.distance));
                if (score < least) {
                    least = score;
                    best = v;
                }
            }
        }
        box.spend(residents / step * 8L);
        if (best < 0 && step > 1) {
            for (int r = 0; r < residents && best < 0; r++) {
                int v = resident[r];
                best = locks[v] == 0 && !g.once[g.writer[v]] && g.bytes[v] > 0 && mayRun(g.writer[v]) ? v : -1;
            }
        }
        return best;
    }

    /** The cost of running a kernel again with what of its operands is dropped already. */
    private double again(int k, int depth) {
        if (closing[k] == mark) {
            return 0;
        }
        closing[k] = mark;
        box.spend(g.slots(k));
        double cost = g.cost[k];
        for (int i = g.firstRead(k); i < g.endReads(k) && depth < 64; i++) {
            if (!stored[g.reads[i]]) {
                cost += again(g.writer[g.reads[i]], depth + 1);
            }
        }
        return cost;
    }
}
