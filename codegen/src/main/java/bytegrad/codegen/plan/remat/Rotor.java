package bytegrad.codegen.plan.remat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The schedule for a chain of segments of different costs and sizes (Beaumont, Eyraud-Dubois, Herrmann, Joly and Shilova, "Optimal checkpointing for heterogeneous chains", 2019): with m
 * bytes left beside what is given to segment s, to go forward and back over the segments s to t either keeps all of s, or goes on to a segment s' without keeping anything and
 * comes again for those before it:
 *
 * <pre>
 * T(s, t, m) = min of  F(s) + T(s + 1, t, m − kept(s)) + B(s)
 *              and     min over s' of  F(s) + … + F(s' − 1) + T(s', t, m − given(s' − 1)) + T(s, s' − 1, m)
 * </pre>
 *
 * <p>Bytes are counted in slots, so many for the budget.
 */
final class Rotor {
    private static final int SLOTS = 160;
    /** Of the budget. */
    private static final double[] PARTS = {1, 0.86, 0.75};
    /** So many entries of the table are compared in the time of one step of a search. */
    private static final int STEPS = 8;
    private static final long NEVER = Long.MAX_VALUE / 4;

    private final CompactGraph graph;
    private final Segments chain;
    private final int n;
    private final long slot;
    /** By s, t and slots. */
    private final long[] time;
    /** The segment s' that is gone on to; s itself where all of it is kept. */
    private final short[] choice;
    private final boolean[] ran;
    private int[] sequence;
    private int length;

    private Rotor(CompactGraph graph, Segments chain, long budget) {
        this.graph = graph;
        this.chain = chain;
        n = chain.count();
        slot = Math.max(1, Math.ceilDiv(budget, SLOTS));
        time = new long[n * n * (SLOTS + 1)];
        choice = new short[time.length];
        ran = new boolean[graph.kernels];
        sequence = new int[4 * graph.kernels];
    }

    /**
     * Sequences for a budget and for parts of it, the dearest last: what is in the way of a segment beside its own values is not known here, so that some may need more than the budget and
     * have to be repaired.
     */
    static List<int[]> sequences(CompactGraph g, long budget, Box box) {
        Optional<Segments> chain = budget <= 0 ? Optional.empty() : Segments.of(g);
        if (chain.isEmpty()) {
            return List.of();
        }
        Rotor r = new Rotor(g, chain.get(), budget);
        r.fill();
        box.spend((long) r.n * r.n * r.n / 6 * SLOTS / STEPS);
        List<int[]> sequences = new ArrayList<>();
        for (double part : PARTS) {
            int m = (int) (part * budget / r.slot);
            if (r.time[r.at(0, r.n - 1, m)] < NEVER) {
                int[] found = r.sequence(m);
                if (g.canRun(found)) {
                    sequences.add(found);
                }
            }
        }
        return sequences;
    }

    private int[] sequence(int m) {
        Arrays.fill(ran, false);
        length = 0;
        go(0, n - 1, m);
        return Arrays.copyOf(sequence, length);
    }

    private int at(int s, int t, int m) {
        return (s * n + t) * (SLOTS + 1) + m;
    }

    private int slots(long bytes) {
        return (int) Math.min(SLOTS + 1, Math.ceilDiv(bytes, slot));
    }

    private void fill() {
        long[] before = new long[n + 1];
        for (int s = 0; s < n; s++) {
            before[s + 1] = before[s] + chain.ahead()[s];
        }
        for (int span = 0; span < n; span++) {
            for (int s = 0; s + span < n; s++) {
                int t = s + span;
                int kept = slots(chain.kept()[s]);
                int alone = slots(chain.kept()[s] + chain.working()[s]);
                for (int m = 0; m <= SLOTS; m++) {
                    long best = NEVER;
                    int to = s;
                    if (m >= alone) {
                        long rest = span == 0 ? 0 : time[at(s + 1, t, m - kept)];
                        best = Math.min(NEVER, chain.ahead()[s] + rest + chain.behind()[s]);
                    }
                    for (int next = s + 1; next <= t; next++) {
                        int given = slots(chain.given()[next - 1]);
                        if (given <= m) {
                            long cost = before[next] - before[s] + time[at(next, t, m - given)] + time[at(s, next - 1, m)];
                            if (cost < best) {
                                best = cost;
                                to = next;
                            }
                        }
                    }
                    time[at(s, t, m)] = best;
                    choice[at(s, t, m)] = (short) to;
                }
            }
        }
    }

    private void go(int s, int t, int m) {
        int to = choice[at(s, t, m)];
        if (to == s) {
            forward(s);
            if (s < t) {
                go(s + 1, t, m - slots(chain.kept()[s]));
            }
            for (int k : chain.backward().get(s)) {
                run(k);
            }
        } else {
            for (int f = s; f < to; f++) {
                forward(f);
            }
            go(to, t, m - slots(chain.given()[to - 1]));
            go(s, to - 1, m);
        }
    }

    private void forward(int s) {
        for (int k : chain.forward().get(s)) {
            if (!graph.once[k] || !ran[k]) {
                run(k);
            }
        }
    }

    private void run(int k) {
        ran[k] = true;
        if (length == sequence.length) {
            sequence = Arrays.copyOf(sequence, 2 * length);
        }
        sequence[length++] = k;
    }
}
