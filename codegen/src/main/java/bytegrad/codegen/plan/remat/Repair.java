package bytegrad.codegen.plan.remat;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Brings a sequence under its budget, one edit at a time: at the position that is worst, each value that is idle there may be computed
 * again
 * before its next use instead of being kept, or the run that uses it may come earlier, or the run that lasts there may come at another
 * time. The edit with the least cost for the area above the budget that it takes away is made.
 */
final class Repair {
    /** Worst positions that are looked at before giving up. */
    private static final int PLACES = 16;
    /** So few bytes, relative to the value recomputed, that an operand is kept rather than computed again. */
    private static final int SMALL = 4;
    private static final int LONGEST_CLOSURE = 400;
    /** With noise, how often moves are left out at a position. */
    private static final double[] STILL = {0, 0, 0, 0.5, 1};

    private enum Kind {
        AGAIN,
        AGAIN_KEEPING,
        AGAIN_KEEPING_SMALL,
        USE_EARLIER,
        RUN_EARLIER,
        RUN_LATER
    }

    private final CompactGraph graph;
    private final Profile profile;
    private final Trial trial;
    private final Box box;
    private final SplittableRandom random;
    private int tries;
    private double noise;
    private double still;
    private int[] spare = {};
    private final IdleValues idle;
    private final int[] inClosure;
    private int mark;

    // The best edit at one position so far.
    private double best;
    private Kind bestKind = Kind.AGAIN;
    private int bestSlot;
    private long area;

    // The edit in the trial: the most area that it can take away; what it costs, as long as it leaves no other run without use.
    private long mostGain;
    private long moreCost;
    private double wobble;

    Repair(Profile profile, Trial trial, Box box, SplittableRandom random) {
        this.graph = profile.graph;
        this.profile = profile;
        this.trial = trial;
        this.box = box;
        this.random = random;
        inClosure = new int[graph.kernels];
        idle = new IdleValues(profile);
    }

    /**
     * Edits the profile until it is within budget; false where nothing helps any more, or it has come to cost too much.
     *
     * @param mostTries how many values to compute again are tried at a position, the most promising first; 0 where runs may only be moved
     */
    boolean run(double withNoise, long mostCost, int mostTries) {
        noise = withNoise;
        tries = mostTries;
        boolean[] tried = new boolean[0];
        still = noise == 0 ? 0 : STILL[random.nextInt(STILL.length)];
        while (profile.area() > 0) {
            if (!box.open() || profile.cost > mostCost) {
                return false;
            }
            if (tried.length < profile.length) {
                tried = new boolean[profile.length + profile.length / 2];
            } else {
                Arrays.fill(tried, false);
            }
            boolean edited = false;
            for (int i = 0; i < PLACES && !edited; i++) {
                int p = worst(tried);
                if (p < 0) {
                    return false;
                }
                tried[p] = true;
                edited = improve(p);
            }
            if (!edited) {
                return false;
            }
        }
        return true;
    }

    private int worst(boolean[] tried) {
        int worst = -1;
        long most = profile.budget;
        for (int p = 0; p < profile.length; p++) {
            if (profile.used[p] > most && !tried[p]) {
                most = profile.used[p];
                worst = p;
            }
        }
        box.spend(profile.length / 4);
        return worst;
    }

    private boolean improve(int p) {
        idle.collect(p, noise, random);
        box.spend(p / 4 + 4L * idle.count());
        area = profile.area();
        best = Double.POSITIVE_INFINITY;
        // What only moves costs nothing, and is better than all that computes again; but the next positions may lose by it.
        boolean move = noise == 0 || random.nextDouble() >= still;
        if (move) {
            consider(Kind.RUN_LATER, p, profile.slot(p));
            consider(Kind.RUN_EARLIER, p, profile.slot(p));
        }
        for (int c = 0; c < idle.count() && move; c++) {
            int slot = idle.slot(c);
            consider(Kind.USE_EARLIER, p, slot);
            if (isWrite(slot)) {
                consider(Kind.AGAIN_KEEPING, p, slot);
            }
        }
        boolean recompute = tries > 0 && best >= 0;
        // A promise is a bound: once it is no better than what was found, nothing after it is.
        for (int c = 0; c < Math.min(idle.count(), tries) && recompute && idle.promise(c) < best; c++) {
            int slot = idle.slot(c);
            consider(Kind.AGAIN, p, slot);
            consider(Kind.AGAIN_KEEPING_SMALL, p, slot);
            if (!isWrite(slot)) {
                consider(Kind.AGAIN_KEEPING, p, slot);
            }
        }
        if (best == Double.POSITIVE_INFINITY || tries == 0 && best > 0) {
            return false;
        }
        best = Double.POSITIVE_INFINITY;
        prepare(bestKind, p, bestSlot);
        apply();
        return true;
    }

    private void consider(Kind kind, int p, int slot) {
        wobble = noise == 0 ? 1 : Math.exp(noise * (2 * random.nextDouble() - 1));
        if (!prepare(kind, p, slot)) {
            return;
        }
        // What the edit has to take away to be better than the best so far, so that most need not be worked out.
        double least = best < 0 ? -best / wobble : best < Double.POSITIVE_INFINITY ? wobble * moreCost / best : 1;
        if (least <= mostGain && trial.evaluate(area - Math.max(1, (long) least))) {
            long gain = area - trial.area;
            double score = trial.moreCost > 0 ? wobble * trial.moreCost / gain : -wobble * gain;
            if (score < best) {
                best = score;
                bestKind = kind;
                bestSlot = slot;
            }
        }
    }

    private boolean isWrite(int slot) {
        int p = profile.positionOf[slot];
        return slot - profile.slot(p) < graph.endWrites(profile.runs[p]) - graph.firstWrite(profile.runs[p]);
    }

    void apply() {
        if (spare.length < profile.length + trial.insertions) {
            spare = new int[2 * (profile.length + trial.insertions)];
        }
        int n = trial.apply(spare);
        if (!profile.load(spare, n)) {
            throw new IllegalStateException("an edit that was found valid is not");
        }
        box.spend(profile.slot(profile.length));
    }

    /** Puts an edit into the trial; false where it makes no sense. The slot is that of the value's last access before the position. */
    private boolean prepare(Kind kind, int p, int slot) {
        mostGain = Long.MAX_VALUE;
        moreCost = 0;
        return switch (kind) {
            case AGAIN, AGAIN_KEEPING, AGAIN_KEEPING_SMALL -> again(kind, slot);
            case USE_EARLIER -> {
                int q = profile.positionOf[profile.next[slot]];
                yield earlier(q, p, profile.positionOf[slot]);
            }
            case RUN_EARLIER -> earlier(p, p, -1);
            case RUN_LATER -> later(p);
        };
    }

    private int valueOf(int slot) {
        int p = profile.positionOf[slot];
        int k = profile.runs[p];
        int i = slot - profile.slot(p);
        int writes = graph.endWrites(k) - graph.firstWrite(k);
        return i < writes ? graph.writes[graph.firstWrite(k) + i] : graph.reads[graph.firstRead(k) + i - writes];
    }

    private boolean again(Kind kind, int slot) {
        int v = valueOf(slot);
        int q = profile.positionOf[profile.next[slot]];
        trial.clear(q);
        mark++;
        int k = graph.writer[v];
        if (graph.once[k]) {
            return false;
        }
        long small = switch (kind) {
            case AGAIN -> 0;
            case AGAIN_KEEPING_SMALL -> graph.bytes[v] / SMALL;
            case AGAIN_KEEPING, USE_EARLIER, RUN_EARLIER, RUN_LATER -> Long.MAX_VALUE;
        };
        mostGain = profile.areaWithout(slot, graph.bytes[v]);
        moreCost = isWrite(slot) ? -graph.cost[k] : 0;
        boolean fine = closure(k, q, small, 0);
        // Where nothing is recomputed or kept for it, all kinds are the same.
        return fine && (kind == Kind.AGAIN || kind == Kind.AGAIN_KEEPING && (isWrite(slot) || anyIdle(k, q))
                || kind == Kind.AGAIN_KEEPING_SMALL && trial.insertions > 1);
    }

    private boolean anyIdle(int k, int q) {
        for (int i = graph.firstRead(k); i < graph.endReads(k); i++) {
            if (!profile.liveBefore(graph.reads[i], q)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Inserts a kernel after those whose values it reads and that are not stored there; smaller values than {@code small} are kept
     * instead. False where that is not allowed, or costs too much to be better than the best so far.
     */
    private boolean closure(int k, int q, long small, int depth) {
        if (inClosure[k] == mark) {
            return true;
        }
        inClosure[k] = mark;
        moreCost += graph.cost[k];
        box.spend(2);
        boolean tooDear = moreCost > 0 && wobble * moreCost >= best * mostGain;
        if (tooDear || !mayRun(k, q) || depth > LONGEST_CLOSURE || trial.insertions > LONGEST_CLOSURE) {
            return false;
        }
        for (int i = graph.firstRead(k); i < graph.endReads(k); i++) {
            int u = graph.reads[i];
            int w = graph.writer[u];
            if (graph.bytes[u] > small && !graph.once[w] && !profile.liveBefore(u, q) && !closure(w, q, small, depth + 1)) {
                return false;
            }
        }
        trial.insert(k);
        return true;
    }

    /** Whether a kernel may run in front of a position, as far as it is tied to others. */
    private boolean mayRun(int k, int q) {
        for (int w : graph.before[k]) {
            if (profile.lastRun[w] < q) {
                return false;
            }
        }
        for (int o : graph.after[k]) {
            if (profile.lastRun[o] >= q) {
                return false;
            }
        }
        return true;
    }

    /** The run at q comes as soon as what it reads is there, but not before the position {@code floor}, and in front of p. */
    private boolean earlier(int q, int p, int floor) {
        int k = profile.runs[q];
        int at = floor;
        int s = profile.slot(q);
        long net = 0;
        for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
            net += profile.next[s] == Profile.NONE ? 0 : graph.bytes[graph.writes[i]];
        }
        for (int i = graph.firstRead(k); i < graph.endReads(k); i++, s++) {
            at = Math.max(at, profile.link[s]);
            net -= profile.next[s] == Profile.NONE ? graph.bytes[graph.reads[i]] : 0;
        }
        if (net >= 0 && q != p) {
            // Between its new place and its old one there would be more bytes, not less.
            return false;
        }
        for (int o : graph.after[k]) {
            at = Math.max(at, profile.lastRun[o]);
        }
        if (at + 1 > p || at + 1 >= q) {
            return false;
        }
        mostGain = profile.areaBefore[q + 1] - profile.areaBefore[at + 1];
        trial.clear(at + 1);
        trial.insert(k);
        trial.remove(q);
        return true;
    }

    /** The run at p comes right before the first that reads what it writes. */
    private boolean later(int p) {
        int k = profile.runs[p];
        int q = Integer.MAX_VALUE;
        int s = profile.slot(p);
        for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
            if (profile.next[s] != Profile.NONE) {
                q = Math.min(q, profile.positionOf[profile.next[s]]);
            }
        }
        q = Math.min(q, profile.length);
        for (int w : graph.before[k]) {
            q = Math.min(q, profile.lastRun[w]);
        }
        if (q <= p + 1) {
            return false;
        }
        trial.clear(q);
        trial.insert(k);
        trial.remove(p);
        return true;
    }

    /** Takes away runs that the budget does not need, the dearest first. */
    void prune() {
        boolean again = true;
        while (again && box.open()) {
            again = false;
            Integer[] byCost = clones();
            for (Integer p : byCost) {
                trial.clear(0);
                trial.remove(p);
                if (trial.evaluate(profile.area()) && trial.moreCost <= 0) {
                    apply();
                    again = true;
                    break;
                }
            }
        }
    }

    private Integer[] clones() {
        Integer[] found = new Integer[profile.length];
        int n = 0;
        for (int p = 0; p < profile.length; p++) {
            int k = profile.runs[p];
            if (profile.earlierRun[p] != Profile.NONE || profile.lastRun[k] != p) {
                found[n++] = p;
            }
        }
        Integer[] clones = Arrays.copyOf(found, n);
        Arrays.sort(clones, (x, y) -> Long.compare(graph.cost[profile.runs[y]], graph.cost[profile.runs[x]]));
        return clones;
    }
}
