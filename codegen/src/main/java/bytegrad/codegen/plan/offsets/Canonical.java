package bytegrad.codegen.plan.offsets;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A search through the canonical packings within a height: buffers are placed from the floor up, each as low as those under it allow, in
 * the order of their offsets; so each packing that cannot be pushed down is met once (Moffitt, "MiniMalloc: a lightweight memory allocator
 * for hardware-accelerated machine learning", ASPLOS 2023). Where nothing spans a time any more, what is before and after it is searched
 * apart. It begins anew with other preferences after so many steps, more each time; some prefer what is in use at times where the search
 * failed often (as in Boussemart, Hemery, Lecoutre and Sais, "Boosting systematic search by weighting constraints", ECAI 2004).
 */
final class Canonical {
    /** What is placed first of those that may lie equally low. */
    private enum Preference {
        LOAD,
        AREA,
        DURATION,
        FAILURES_BY_SIZE,
        FAILURES
    }

    private static final long FIRST_STEPS = 100_000;
    /** Visits of each buffer to come when one is placed, apart from those of its sections. */
    private static final int VISITS = 4;
    /** A round has this part more steps than the one before. */
    private static final int GROWTH = 4;

    private final long height;
    private final long steps;
    private final Sections sections;
    private final int n;
    private final int[] first;
    private final int[] last;
    private final long[] size;
    /** The place of each buffer in the order of preference. */
    private final int[] rank;
    private int[] byRank = {};
    /** For buffers not placed, how low they may lie; for others, where they do. */
    private final long[] low;
    /** By section: how many buffers are not placed. */
    private final int[] coming;
    /** By section: the least end of all that is to come. */
    private final long[] end;
    /** By section: how often it was where what is to come did not fit; older failures count less. */
    private final double[] failures;
    private final int[] ranks;
    private long spent;
    private long most;

    Canonical(Interval[] buffers, long height, long steps) {
        this.height = height;
        this.steps = steps;
        sections = new Sections(buffers);
        n = buffers.length;
        first = sections.first;
        last = sections.last;
        size = Arrays.stream(buffers).mapToLong(Interval::size).toArray();
        rank = new int[n];
        ranks = new int[n];
        low = new long[n];
        coming = new int[sections.count];
        end = new long[sections.count];
        failures = new double[sections.count];
    }

    /** Offsets within the height, or none. */
    long[] search() {
        for (long part = FIRST_STEPS; spent < steps; part += part / GROWTH) {
            for (Preference p : Preference.values()) {
                most = Math.min(steps, spent + part);
                if (begin(p)) {
                    return low;
                }
                if (spent < most) {
                    // Gone through all: there is none.
                    return new long[0];
                }
            }
            Arrays.setAll(failures, s -> failures[s] / 2);
        }
        return new long[0];
    }

    private boolean begin(Preference preference) {
        Arrays.fill(low, 0);
        Arrays.fill(coming, 0);
        long[] load = new long[sections.count];
        for (int i = 0; i < n; i++) {
            for (int s = first[i]; s < last[i]; s++) {
                load[s] += size[i];
                coming[s]++;
            }
        }
        double[] total = new double[n];
        double[] failed = new double[n];
        for (int i = 0; i < n; i++) {
            total[i] = Arrays.stream(load, first[i], last[i]).max().orElse(0);
            failed[i] = Arrays.stream(failures, first[i], last[i]).sum();
        }
        Comparator<Integer> byLoad = Comparator.comparingDouble(i -> -total[i]);
        Comparator<Integer> byArea = Comparator.comparingDouble(i -> -(double) size[i] * (last[i] - first[i]));
        Comparator<Integer> byDuration = Comparator.comparingInt(i -> first[i] - last[i]);
        Comparator<Integer> order = switch (preference) {
            case LOAD -> byLoad.thenComparing(byArea).thenComparing(byDuration);
            case AREA -> byArea.thenComparing(byDuration).thenComparing(byLoad);
            case DURATION -> byDuration.thenComparing(byLoad).thenComparing(byArea);
            case FAILURES_BY_SIZE -> Comparator.<Integer>comparingDouble(i -> -failed[i] * size[i]).thenComparing(byArea);
            case FAILURES -> Comparator.<Integer>comparingDouble(i -> -failed[i]).thenComparing(byArea);
        };
        byRank = IntStream.range(0, n).boxed().sorted(order).mapToInt(i -> i).toArray();
        for (int r = 0; r < n; r++) {
            rank[byRank[r]] = r;
        }
        return apart(byRank, 0, sections.count, 0, -1);
    }

    /** Places all of a list that lie within a range of sections, which falls apart where nothing spans a section. */
    private boolean apart(int[] list, int from, int to, long floor, int floorRank) {
        for (int s = from; s < to;) {
            if (coming[s] == 0) {
                s++;
                continue;
            }
            int e = s;
            while (e < to && coming[e] > 0) {
                e++;
            }
            int[] part = new int[list.length];
            int m = 0;
            for (int i : list) {
                if (first[i] >= s && first[i] < e) {
                    part[m++] = i;
                }
            }
            if (m > 0 && !place(Arrays.copyOf(part, m), s, e, floor, floorRank)) {
                // The parts before this one are to be placed once more.
                for (int i : list) {
                    for (int x = first[i]; x < last[i] && first[i] >= from && first[i] < s; x++) {
                        coming[x]++;
                    }
                }
                return false;
            }
            s = e;
        }
        return true;
    }

    /**
     * Places all of a list, which is in the order of how low they may lie, then of rank.
     *
     * @param floor offsets are at least this, and at this only those of buffers that come later than {@code floorRank}
     */
    private boolean place(int[] list, int from, int to, long floor, int floorRank) {
        // A try may go on to its first dead end, however few steps it has.
        if (spent >= steps || !bounded(list, from, to, floor)) {
            return false;
        }
        // A buffer that would fit wholly under another comes before it; one without bytes is in nobody's way.
        long roof = Long.MAX_VALUE;
        for (int i : list) {
            roof = Math.min(roof, Math.max(low[i], floor) + Math.max(1, size[i]));
        }
        int[] rest = new int[list.length - 1];
        long[] before = new long[list.length];
        for (int c = 0; c < list.length; c++) {
            int i = list[c];
            long at = low[i];
            if (at >= roof) {
                return false;
            }
            if (at > floor || at == floor && rank[i] > floorRank) {
                spent += (long) VISITS * list.length + to - from;
                boolean covered = lift(list, c, rest, before);
                if (apart(rest, from, to, at, rank[i])) {
                    return true;
                }
                lower(list, c, before);
                if (!covered || spent >= most) {
                    // Nothing that is left lies over it, so that it is in nobody's way.
                    return false;
                }
            }
        }
        return false;
    }

    /** Lifts what lies over a buffer of the list, and gives the rest of the list in its new order; false where nothing lies over it. */
    private boolean lift(int[] list, int c, int[] rest, long[] before) {
        int i = list[c];
        long top = low[i] + size[i];
        boolean covered = false;
        int lifted = 0;
        int m = 0;
        for (int k = 0; k < list.length; k++) {
            int j = list[k];
            before[k] = low[j];
            if (j != i) {
                boolean over = first[j] < last[i] && first[i] < last[j];
                covered |= over;
                if (over && low[j] < top) {
                    low[j] = top;
                    ranks[lifted++] = rank[j];
                } else {
                    rest[m++] = j;
                }
            }
        }
        for (int s = first[i]; s < last[i]; s++) {
            coming[s]--;
        }
        insert(rest, m, lifted);
        return covered;
    }

    /** Puts those that were lifted, all to one height, in their place among the others. */
    private void insert(int[] rest, int others, int lifted) {
        Arrays.sort(ranks, 0, lifted);
        int o = others - 1;
        int l = lifted - 1;
        for (int at = others + lifted - 1; l >= 0; at--) {
            int i = byRank[ranks[l]];
            if (o >= 0 && (low[rest[o]] > low[i] || low[rest[o]] == low[i] && rank[rest[o]] > ranks[l])) {
                rest[at] = rest[o--];
            } else {
                rest[at] = i;
                l--;
            }
        }
    }

    private void lower(int[] list, int c, long[] before) {
        for (int k = 0; k < list.length; k++) {
            low[list[k]] = before[k];
        }
        for (int s = first[list[c]]; s < last[list[c]]; s++) {
            coming[s]++;
        }
    }

    /** Whether at each time all that is to come would fit, one over the other in the order of how low they may lie. */
    private boolean bounded(int[] list, int from, int to, long floor) {
        Arrays.fill(end, from, to, 0);
        for (int i : list) {
            long at = Math.max(low[i], floor);
            spent += last[i] - first[i];
            for (int s = first[i]; s < last[i]; s++) {
                end[s] = Math.max(end[s], at) + size[i];
                if (end[s] > height) {
                    failures[s]++;
                    return false;
                }
            }
        }
        return true;
    }
}
