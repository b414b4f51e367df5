package bytegrad.codegen.plan.remat;

import java.util.Arrays;
import java.util.Optional;

/**
 * The chain whose stages are all alike: n steps forward, a loss, and n gradients, each of which reads a state and the gradient before
 * it. There the binomial schedule is optimal (Griewank and Walther, "Algorithm 799: revolve", ACM TOMS 26, 2000): with c states stored
 * at a time,
 * the initial one among them, to go back over l steps takes t(l, c) = r·l − C(c + r, c + 1) steps forward, r the least with C(c + r, c)
 * ≥ l.
 * With the loss l = n + 1, and of a budget of b values c = b − 2.
 */
final class Chain {
    /** Beside stored states there are the gradient and two states of the step that is made. */
    private static final int WORKING = 2;
    /** The schedule calls itself for each state that is stored, and compares all places for it. */
    private static final int LONGEST = 2000;

    private final int steps;
    private final int[] sequence;
    private int length;

    private Chain(int steps, int capacity) {
        this.steps = steps;
        sequence = new int[capacity];
    }

    /** The optimal sequence, if the graph is such a chain and the budget holds three values. */
    static Optional<int[]> plan(CompactGraph graph, long budget) {
        int n = (graph.kernels - 1) / 2;
        if (n < 1 || n > LONGEST || !uniform(graph, n)) {
            return Optional.empty();
        }
        long unit = graph.bytes[0];
        int slots = (int) Math.min(unit == 0 ? Integer.MAX_VALUE : budget / unit, n + 1 + WORKING);
        if (slots <= WORKING) {
            return Optional.empty();
        }
        int states = slots - WORKING;
        long most = forwardSteps(n + 1, states) + n + 1;
        if (most > Integer.MAX_VALUE / 4) {
            return Optional.empty();
        }
        Chain chain = new Chain(n, (int) most);
        chain.back(0, n + 1, states);
        return Optional.of(Arrays.copyOf(chain.sequence, chain.length));
    }

    private static boolean uniform(CompactGraph g, int n) {
        if (g.kernels != 2 * n + 1 || g.writes.length != g.kernels) {
            return false;
        }
        for (int k = 0; k < g.kernels; k++) {
            boolean last = k == 2 * n;
            boolean alike = g.writes[k] == k && (last ? g.bytes[k] <= g.bytes[0] : g.bytes[k] == g.bytes[0])
                    && (k >= n || g.cost[k] == g.cost[0]) && g.once[k] == last && g.before[k].length + g.after[k].length == 0;
            int reads = g.endReads(k) - g.firstRead(k);
            int first = reads > 0 ? g.reads[g.firstRead(k)] : -1;
            int second = reads > 1 ? g.reads[g.firstRead(k) + 1] : -1;
            boolean tied = k == 0 ? reads == 0
                    : k <= n ? reads == 1 && first == k - 1
                    : reads == 2 && Math.max(first, second) == k - 1 && Math.min(first, second) == 2 * n - k;
            for (int i = g.firstRead(k); i < g.endReads(k); i++) {
                alike &= g.saves[i] == 0;
            }
            if (!alike || !tied) {
                return false;
            }
        }
        return true;
    }

    /** t(l, c). */
    static long forwardSteps(int l, int c) {
        long r = 0;
        long reach = 1;
        while (reach < l) {
            r++;
            reach = reach * (c + r) / r;
        }
        // C(c + r, c + 1) = C(c + r, c) · r / (c + 1)
        return r * l - reach * r / (c + 1);
    }

    /** Goes back from state {@code end} to the stored state {@code from}: the steps end, …, from + 1. */
    private void back(int from, int end, int states) {
        if (end == from + 1) {
            // From the last state the loss is found as well; the initial state is no value and has no gradient.
            if (end == steps + 1) {
                sequence[length++] = steps;
            }
            if (end > 1) {
                sequence[length++] = 2 * steps + 2 - end;
            }
            return;
        }
        if (states == 1) {
            for (int e = end; e > from; e--) {
                forward(from, e - 1);
                back(e - 1, e, 1);
            }
            return;
        }
        int l = end - from;
        int best = 1;
        long least = Long.MAX_VALUE;
        for (int k = 1; k < l; k++) {
            long cost = k + forwardSteps(l - k, states - 1) + forwardSteps(k, states);
            if (cost < least) {
                least = cost;
                best = k;
            }
        }
        forward(from, from + best);
        back(from + best, end, states - 1);
        back(from, from + best, states);
    }

    /** State i is what kernel i − 1 writes; the initial one is no value. */
    private void forward(int from, int to) {
        for (int state = from + 1; state <= to; state++) {
            sequence[length++] = state - 1;
        }
    }
}
