package bytegrad.codegen.plan.remat;

import java.util.Arrays;

/** For each state that a search has reached, how far it is and from where: a hash table without objects. */
final class States {
    /** Instead of a kernel: a value was dropped. */
    static final int DROPPED = -1;

    private static final long FREE = -1;
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private long[] keys = new long[1 << 10];
    private long[] distances = new long[keys.length];
    private long[] froms = new long[keys.length];
    private int[] kernels = new int[keys.length];
    private int size;

    States() {
        Arrays.fill(keys, FREE);
    }

    private int place(long state) {
        int at = (int) (state * MIX >>> 32) & keys.length - 1;
        while (keys[at] != FREE && keys[at] != state) {
            at = at + 1 & keys.length - 1;
        }
        return at;
    }

    /** The distance of a state; the greatest number where it was not reached. */
    long distance(long state) {
        int at = place(state);
        return keys[at] == FREE ? Long.MAX_VALUE : distances[at];
    }

    long from(long state) {
        return froms[place(state)];
    }

    int kernel(long state) {
        return kernels[place(state)];
    }

    /** Notes a way to a state if it is shorter than that known. */
    boolean nearer(long state, long distance, long from, int kernel) {
        int at = place(state);
        if (keys[at] == FREE) {
            if (++size > keys.length / 2) {
                grow();
                at = place(state);
            }
            keys[at] = state;
        } else if (distances[at] <= distance) {
            return false;
        }
        distances[at] = distance;
        froms[at] = from;
        kernels[at] = kernel;
        return true;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldDistances = distances;
        long[] oldFroms = froms;
        int[] oldKernels = kernels;
        keys = new long[2 * oldKeys.length];
        Arrays.fill(keys, FREE);
        distances = new long[keys.length];
        froms = new long[keys.length];
        kernels = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int at = place(oldKeys[i]);
                keys[at] = oldKeys[i];
                distances[at] = oldDistances[i];
                froms[at] = oldFroms[i];
                kernels[at] = oldKernels[i];
            }
        }
    }
}
