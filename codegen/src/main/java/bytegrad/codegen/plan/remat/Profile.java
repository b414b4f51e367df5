package bytegrad.codegen.plan.remat;

import java.util.Arrays;

/**
 * Which bytes are live at each run of a sequence of kernels. A read finds the latest run of the value's writer in front of it; a value is
 * live from that run to the last read that finds it; a run whose results nothing reads is left out. So a sequence alone says everything.
 */
final class Profile {
    static final int NONE = -1;

    final CompactGraph graph;
    final long budget;
    int length;
    int[] runs = {};
    private int[] slotStart = {};
    /** By slot (writes of a run, then its reads): the next slot that reads the same stored value, or NONE. */
    int[] next = {};
    /** The position that a slot belongs to. */
    int[] positionOf = {};
    /** By slot: of writes, the last position that reads it, or the own position; of reads, the position that wrote it. */
    int[] link = {};
    /** Bytes of what is live after a run because a later one reads it. */
    long[] liveAfter = {};
    /** Bytes in use while a run lasts. */
    long[] used = {};
    /** Sums of bytes above the budget, over the positions before this one. */
    long[] areaBefore = {};
    /** The position of the kernel's run before that at a position, or NONE. */
    int[] earlierRun = {};
    /** The position of a kernel's last run, or NONE. */
    final int[] lastRun;
    long cost;
    long peak;
    private final int[] latest;
    private final boolean[] needed;

    Profile(CompactGraph graph, long budget) {
        this.graph = graph;
        this.budget = budget;
        lastRun = new int[graph.kernels];
        latest = new int[graph.values];
        needed = new boolean[graph.values];
    }

    /** The slot of a run's first write; those of its reads follow its writes. */
    int slot(int position) {
        return slotStart[position];
    }

    int[] sequence() {
        return Arrays.copyOf(runs, length);
    }

    long area() {
        return areaBefore[length];
    }

    /** The most area that can go with a value's bytes between an access and the next. */
    long areaWithout(int slot, long bytes) {
        int a = positionOf[slot];
        int q = positionOf[next[slot]];
        return (long) Math.min((double) bytes * (q - a - 1), areaBefore[q] - areaBefore[a + 1]);
    }

    /** Takes a sequence, less what nothing reads. False where a read finds no run that wrote its value. */
    boolean load(int[] sequence, int count) {
        grow(count);
        int from = withoutDead(sequence, count);
        if (from < 0) {
            return false;
        }
        length = count - from;
        System.arraycopy(runs, from, runs, 0, length);
        forward();
        backward();
        return true;
    }

    private void grow(int count) {
        if (runs.length < count) {
            int size = count + count / 2 + 16;
            runs = new int[size];
            slotStart = new int[size + 1];
            liveAfter = new long[size];
            used = new long[size];
            areaBefore = new long[size + 1];
            earlierRun = new int[size];
        }
    }

    /** Writes what remains to the end of {@link #runs}, up to {@code count}; returns where it starts, or NONE where a value is missing. */
    private int withoutDead(int[] sequence, int count) {
        Arrays.fill(needed, false);
        int missing = 0;
        int at = count;
        for (int p = count - 1; p >= 0; p--) {
            int k = sequence[p];
            boolean alive = graph.once[k];
            for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++) {
                if (needed[graph.writes[i]]) {
                    alive = true;
                    needed[graph.writes[i]] = false;
                    missing--;
                }
            }
            if (alive) {
                runs[--at] = k;
                for (int i = graph.firstRead(k); i < graph.endReads(k); i++) {
                    if (!needed[graph.reads[i]]) {
                        needed[graph.reads[i]] = true;
                        missing++;
                    }
                }
            }
        }
        return missing == 0 ? at : NONE;
    }

    private void forward() {
        Arrays.fill(lastRun, NONE);
        Arrays.fill(latest, NONE);
        int slots = 0;
        for (int p = 0; p < length; p++) {
            slotStart[p] = slots;
            slots += graph.slots(runs[p]);
        }
        slotStart[length] = slots;
        if (next.length < slots) {
            next = new int[slots + slots / 2 + 16];
            link = new int[next.length];
            positionOf = new int[next.length];
        }
        cost = 0;
        // `latest` has the slot that accessed a value last.
        for (int p = 0; p < length; p++) {
            int k = runs[p];
            cost += graph.cost[k];
            earlierRun[p] = lastRun[k];
            lastRun[k] = p;
            int s = slotStart[p] + graph.endWrites(k) - graph.firstWrite(k);
            for (int i = graph.firstRead(k); i < graph.endReads(k); i++, s++) {
                int v = graph.reads[i];
                next[latest[v]] = s;
                next[s] = NONE;
                positionOf[s] = p;
                int writer = lastRun[graph.writer[v]];
                link[s] = writer;
                link[writeSlot(writer, v)] = p;
                latest[v] = s;
            }
            s = slotStart[p];
            for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
                next[s] = NONE;
                positionOf[s] = p;
                link[s] = p;
                latest[graph.writes[i]] = s;
            }
        }
    }

    private int writeSlot(int position, int v) {
        int k = runs[position];
        int s = slotStart[position];
        int i = graph.firstWrite(k);
        while (graph.writes[i] != v) {
            i++;
        }
        return s + i - graph.firstWrite(k);
    }

    private void backward() {
        long live = 0;
        peak = 0;
        for (int p = length - 1; p >= 0; p--) {
            int k = runs[p];
            liveAfter[p] = live;
            long now = live;
            int s = slotStart[p];
            for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
                long b = graph.bytes[graph.writes[i]];
                if (next[s] != NONE) {
                    live -= b;
                } else {
                    now += b;
                }
            }
            for (int i = graph.firstRead(k); i < graph.endReads(k); i++, s++) {
                if (next[s] == NONE) {
                    long b = graph.bytes[graph.reads[i]];
                    live += b;
                    now += b - graph.saves[i];
                }
            }
            used[p] = now;
            peak = Math.max(peak, now);
        }
        areaBefore[0] = 0;
        for (int p = 0; p < length; p++) {
            areaBefore[p + 1] = areaBefore[p] + Math.max(0, used[p] - budget);
        }
    }

    /** The position of the latest run of a kernel before a position, or NONE. */
    int runBefore(int k, int position) {
        int p = lastRun[k];
        while (p >= position) {
            p = earlierRun[p];
        }
        return p;
    }

    /** Whether a value is stored between the run at {@code position} and that before it. */
    boolean liveBefore(int v, int position) {
        int p = runBefore(graph.writer[v], position);
        return p != NONE && link[writeSlot(p, v)] >= position;
    }
}
