package bytegrad.codegen.plan.remat;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Improves a sequence by undoing a part of its recomputations and repairing what that breaks with other choices, as long as the box is
 * open.
 * The random numbers have a fixed seed.
 */
final class Restarts {
    private static final long SEED = 0x5eed;
    /** A repair that costs this much more recomputation than the best plan is broken off; pruning may win less back. */
    private static final double SLACK = 0.25;
    /** What costs up to this much more recomputation than the best plan is gone on from. */
    private static final double WORSE = 0.02;
    private static final int MOST_UNDONE = 12;
    private static final int MOST_SHIFTED = 5;
    private static final int FARTHEST = 32;
    private static final int FIRST_TRIES = 256;
    private static final int[] TRIES = {12, 48, 192};
    /** Of the steps spent, one in so many goes into beginning anew. */
    private static final int ANEW_SHARE = 3;
    /** How far a kernel may get from its place when the order is changed, by the number of kernels. */
    private static final double[] JITTER = {0.05, 0.2, 0.5, 1.0};
    private static final double[] NOISE = {0.05, 0.2, 0.5, 1.0};

    private final CompactGraph graph;
    private final Profile profile;
    private final Repair repair;
    private final Box box;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final long least;

    private int[] current;
    private int[] best;
    private long bestCost;
    private long bestArea;

    Restarts(CompactGraph graph, long budget, Box box) {
        this.graph = graph;
        this.box = box;
        profile = new Profile(graph, budget);
        repair = new Repair(profile, new Trial(profile, box), box, random);
        long sum = 0;
        for (long c : graph.cost) {
            sum += c;
        }
        least = sum;
        best = new int[0];
        current = best;
        bestCost = Long.MAX_VALUE;
        bestArea = Long.MAX_VALUE;
    }

    /** Whether some sequence found so far is within budget. */
    boolean fits() {
        return bestArea == 0;
    }

    long cost() {
        return bestCost;
    }

    int[] best() {
        return best;
    }

    /** Whether nothing can be cheaper: no kernel runs twice. */
    boolean free() {
        return fits() && bestCost <= least;
    }

    /** A sequence that is within budget already, to be pruned if there is time for it. */
    void take(int[] sequence, boolean repaired) {
        if (!profile.load(sequence, sequence.length)) {
            throw new IllegalStateException("a sequence reads what it has not written");
        }
        if (repaired) {
            attempt(0, Long.MAX_VALUE, FIRST_TRIES);
        } else {
            keep();
        }
    }

    /** A sequence to begin with: repaired, pruned, and kept if it is the best so far. */
    void add(int[] sequence) {
        if (profile.load(sequence, sequence.length)) {
            attempt(0, Long.MAX_VALUE, FIRST_TRIES);
        }
    }

    private void attempt(double noise, long mostCost, int tries) {
        if (repair.run(noise, mostCost, tries)) {
            repair.prune();
        }
        keep();
    }

    private void keep() {
        // Not only what is better is gone on from (Dueck, "New optimization heuristics", J. Comp. Phys. 104, 1993).
        if (profile.area() < bestArea || profile.area() == bestArea && profile.cost <= bestCost + (long) (WORSE * (bestCost - least))) {
            current = profile.sequence();
        }
        if (profile.area() < bestArea || profile.area() == bestArea && profile.cost <= bestCost) {
            best = profile.sequence();
            bestCost = profile.cost;
            bestArea = profile.area();
        }
    }

    /**
     * Undoes and repairs, and now and then begins anew with a like order, until the box is closed, or nothing is recomputed.
     *
     * @param any whether to end once a sequence is within budget
     */
    void improve(boolean any) {
        long anew = 0;
        long begun = box.spent();
        while (box.open() && !free() && !(any && fits())) {
            boolean again = anew * ANEW_SHARE > box.spent() - begun;
            long before = box.spent();
            int[] start = again ? ruin() : reordered();
            if (!profile.load(start, start.length)) {
                throw new IllegalStateException("a sequence without some of its second runs is not valid");
            }
            box.spend(profile.slot(profile.length));
            long most = fits() ? bestCost + (long) (SLACK * (bestCost - least)) : Long.MAX_VALUE;
            attempt(NOISE[random.nextInt(NOISE.length)], most, TRIES[random.nextInt(TRIES.length)]);
            anew += again ? 0 : box.spent() - before;
        }
    }

    /** Every kernel once, about where it runs first in the best sequence. */
    private int[] reordered() {
        double jitter = JITTER[random.nextInt(JITTER.length)] * graph.kernels;
        double[] key = new double[graph.kernels];
        for (int p = best.length - 1; p >= 0; p--) {
            key[best[p]] = p + jitter * random.nextDouble();
        }
        return Orders.byKey(graph, key);
    }

    /** The current sequence less a few of its second runs, which are neighbours. */
    private int[] ruin() {
        int[] clones = new int[current.length];
        int n = 0;
        boolean[] seen = new boolean[graph.kernels];
        for (int p = 0; p < current.length; p++) {
            if (seen[current[p]]) {
                clones[n++] = p;
            }
            seen[current[p]] = true;
        }
        boolean[] removed = new boolean[current.length];
        if (n > 0) {
            int undone = 1 + random.nextInt(Math.min(n, MOST_UNDONE));
            int first = random.nextInt(n);
            for (int i = 0; i < undone; i++) {
                removed[clones[(first + i) % n]] = true;
            }
        }
        int[] rest = new int[current.length];
        int m = 0;
        for (int p = 0; p < current.length; p++) {
            if (!removed[p]) {
                rest[m++] = current[p];
            }
        }
        int[] ruined = Arrays.copyOf(rest, m);
        if (random.nextInt(2) == 0) {
            for (int i = 1 + random.nextInt(MOST_SHIFTED); i > 0; i--) {
                shift(ruined);
            }
        }
        return ruined;
    }

    /** Moves one run some way to the front or to the back, past runs that it has nothing to do with. */
    private void shift(int[] sequence) {
        int p = random.nextInt(sequence.length);
        int k = sequence[p];
        int step = random.nextInt(2) == 0 ? -1 : 1;
        for (int way = 1 + random.nextInt(FARTHEST); way > 0; way--) {
            int q = p + step;
            if (q < 0 || q >= sequence.length || tied(step > 0 ? k : sequence[q], step > 0 ? sequence[q] : k)) {
                break;
            }
            sequence[p] = sequence[q];
            sequence[q] = k;
            p = q;
        }
        box.spend(FARTHEST);
    }

    /** Whether a run of the first kernel has to stay in front of one of the second, which follows. */
    private boolean tied(int first, int second) {
        if (first == second) {
            return true;
        }
        for (int i = graph.firstRead(second); i < graph.endReads(second); i++) {
            if (graph.writer[graph.reads[i]] == first) {
                return true;
            }
        }
        for (int o : graph.after[second]) {
            if (o == first) {
                return true;
            }
        }
        return false;
    }
}
