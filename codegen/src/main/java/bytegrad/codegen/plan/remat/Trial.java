package bytegrad.codegen.plan.remat;

import java.util.Arrays;

/**
 * What an edit of a sequence would do to cost and memory, found by walking only over the positions whose live values it changes. An edit
 * takes runs away and puts runs in at one place.
 */
final class Trial {
    private final CompactGraph graph;
    private final Profile base;
    private final Box box;

    /** Runs are put in before this position. */
    int insertAt;
    int[] inserted = new int[16];
    int insertions;
    /** Positions whose runs are taken away, last first. */
    int[] removed = new int[16];
    int removals;

    /** Cost after the edit, less cost before. */
    long moreCost;
    /** Area above the budget after the edit. */
    long area;

    private final boolean[] differs;
    private final int[] touched;
    private int touches;
    private int differing;
    /** Live bytes after the edit, less those before, at the place of the walk. */
    private long shift;
    private final long budget;

    Trial(Profile base, Box box) {
        this.graph = base.graph;
        this.base = base;
        this.box = box;
        budget = base.budget;
        differs = new boolean[graph.values];
        touched = new int[graph.values + 1];
    }

    void clear(int at) {
        insertAt = at;
        insertions = 0;
        removals = 0;
    }

    void insert(int kernel) {
        if (insertions == inserted.length) {
            inserted = Arrays.copyOf(inserted, 2 * insertions);
        }
        inserted[insertions++] = kernel;
    }

    /** Takes a run away; positions come in descending order. */
    void remove(int position) {
        if (removals == removed.length) {
            removed = Arrays.copyOf(removed, 2 * removals);
        }
        removed[removals++] = position;
    }

    /** Works out {@link #moreCost} and {@link #area}; false where a read would find no value, or the area passes {@code mostArea}. */
    boolean evaluate(long mostArea) {
        int top = Math.max(insertions == 0 ? -1 : insertAt - 1, removals == 0 ? -1 : removed[0]);
        int low = Math.min(insertions == 0 ? Integer.MAX_VALUE : insertAt, removals == 0 ? Integer.MAX_VALUE : removed[removals - 1]);
        touches = 0;
        differing = 0;
        shift = 0;
        moreCost = 0;
        area = base.area() - base.areaBefore[top + 1];
        int nextRemoved = 0;
        int p = top;
        if (insertions > 0 && insertAt == top + 1) {
            insertAll();
        }
        while (p >= 0 && !(differing == 0 && p < low)) {
            if (nextRemoved < removals && removed[nextRemoved] == p) {
                nextRemoved++;
                take(p);
            } else {
                step(p);
            }
            if (insertions > 0 && insertAt == p) {
                insertAll();
            }
            p--;
            if (area > mostArea) {
                break;
            }
        }
        box.spend(base.slot(top + 1) - base.slot(p + 1) + insertions);
        boolean whole = differing == 0 && p < low;
        for (int i = 0; i < touches; i++) {
            differs[touched[i]] = false;
        }
        area += base.areaBefore[p + 1];
        return whole && area <= mostArea;
    }

    private void set(int v, boolean d) {
        if (differs[v] != d) {
            differs[v] = d;
            differing += d ? 1 : -1;
            if (d) {
                if (touches == touched.length) {
                    compact();
                }
                touched[touches++] = v;
            }
        }
    }

    private void compact() {
        int n = 0;
        boolean[] seen = new boolean[graph.values];
        for (int i = 0; i < touches; i++) {
            if (differs[touched[i]] && !seen[touched[i]]) {
                seen[touched[i]] = true;
                touched[n++] = touched[i];
            }
        }
        touches = n;
    }

    private void insertAll() {
        for (int j = insertions - 1; j >= 0; j--) {
            inserted(inserted[j]);
        }
    }

    private void inserted(int k) {
        long live = (insertAt > 0 ? base.liveAfter[insertAt - 1] : 0) + shift;
        boolean alive = graph.once[k];
        long idle = 0;
        for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++) {
            int v = graph.writes[i];
            if (base.liveBefore(v, insertAt) != differs[v]) {
                alive = true;
            } else {
                idle += graph.bytes[v];
            }
        }
        if (!alive) {
            return;
        }
        moreCost += graph.cost[k];
        long now = live + idle;
        for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++) {
            int v = graph.writes[i];
            boolean was = base.liveBefore(v, insertAt);
            if (was != differs[v]) {
                shift -= graph.bytes[v];
            }
            set(v, was);
        }
        for (int i = graph.firstRead(k); i < graph.endReads(k); i++) {
            int v = graph.reads[i];
            boolean was = base.liveBefore(v, insertAt);
            if (was == differs[v]) {
                shift += graph.bytes[v];
                now += graph.bytes[v] - graph.saves[i];
            }
            set(v, !was);
        }
        area += Math.max(0, now - budget);
    }

    private void step(int p) {
        int k = base.runs[p];
        if (differing == 0) {
            area += Math.max(0, base.used[p] + shift - budget);
            return;
        }
        boolean alive = graph.once[k];
        int s = base.slot(p);
        long now = base.liveAfter[p] + shift;
        for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
            int v = graph.writes[i];
            boolean was = base.next[s] != Profile.NONE;
            if (was != differs[v]) {
                alive = true;
                if (!was) {
                    shift -= graph.bytes[v];
                }
            } else {
                now += graph.bytes[v];
                if (was) {
                    shift += graph.bytes[v];
                }
            }
            set(v, false);
        }
        if (!alive) {
            moreCost -= graph.cost[k];
            dead(k, s);
            return;
        }
        for (int i = graph.firstRead(k); i < graph.endReads(k); i++, s++) {
            int v = graph.reads[i];
            boolean was = base.next[s] != Profile.NONE;
            boolean differed = differs[v];
            if (was == differed) {
                now += graph.bytes[v] - graph.saves[i];
            }
            if (differed) {
                shift -= was ? -graph.bytes[v] : graph.bytes[v];
                set(v, false);
            }
        }
        area += Math.max(0, now - budget);
    }

    /** The reads of a run that is left out: before it they are live only where they are live after it. */
    private void dead(int k, int firstSlot) {
        int s = firstSlot;
        for (int i = graph.firstRead(k); i < graph.endReads(k); i++, s++) {
            int v = graph.reads[i];
            boolean was = base.next[s] != Profile.NONE;
            boolean now = was != differs[v];
            if (differs[v]) {
                shift -= now ? graph.bytes[v] : -graph.bytes[v];
            }
            if (!now) {
                shift -= graph.bytes[v];
            }
            set(v, !now);
        }
    }

    private void take(int p) {
        int k = base.runs[p];
        moreCost -= graph.cost[k];
        int s = base.slot(p);
        for (int i = graph.firstWrite(k); i < graph.endWrites(k); i++, s++) {
            int v = graph.writes[i];
            boolean was = base.next[s] != Profile.NONE;
            boolean now = was != differs[v];
            // Before the run the base has no such value; what still wants it is served by an earlier run.
            if (was) {
                shift += graph.bytes[v];
            }
            set(v, now);
        }
        dead(k, s);
    }

    /** The sequence after the edit, in an array that is at least as long; returns its length. */
    int apply(int[] into) {
        int n = 0;
        int r = removals - 1;
        for (int p = 0; p <= base.length; p++) {
            if (insertions > 0 && p == insertAt) {
                for (int j = 0; j < insertions; j++) {
                    into[n++] = inserted[j];
                }
            }
            if (p < base.length) {
                if (r >= 0 && removed[r] == p) {
                    r--;
                } else {
                    into[n++] = base.runs[p];
                }
            }
        }
        return n;
    }
}
