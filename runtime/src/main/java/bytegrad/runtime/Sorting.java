package bytegrad.runtime;

/** Sorts that emitted code calls: stable, in the caller's own space, without allocation. */
public final class Sorting {
    /** Runs of this length are sorted by insertion before they are merged. */
    private static final int RUN = 16;

    /** Up to one element in so many is selected by a heap; more of them are found sooner by sorting all. */
    private static final int SELECTION = 16;

    private Sorting() {}

    /**
     * Orders keys ascending; equal ones stay in the order of their indices. Afterwards {@code order[orderAt]} and those that follow are the
     * indices (from 0) of the {@code count} least keys, in order; the rest of both ranges means nothing.
     *
     * @param keys {@code size} keys from {@code keysAt} on, then as many elements of space
     * @param order space for 2·{@code size} elements from {@code orderAt} on
     * @param count at most {@code size}
     */
    public static void sort(long[] keys, int keysAt, int[] order, int orderAt, int size, int count) {
        for (int i = 0; i < size; i++) {
            order[orderAt + i] = i;
        }
        if (count <= size / SELECTION) {
            select(keys, keysAt, order, orderAt, size, count);
        } else {
            mergeSort(keys, keysAt, order, orderAt, size);
        }
    }

    // ---- all of them

    private static void mergeSort(long[] keys, int keysAt, int[] order, int orderAt, int size) {
        for (int from = 0; from < size; from += RUN) {
            insertionSort(keys, keysAt + from, order, orderAt + from, Math.min(RUN, size - from));
        }
        // What is sorted so far lies in this half; the other one takes the next merges.
        int here = 0;
        for (long width = RUN; width < size; width *= 2) {
            for (long from = 0; from < size; from += 2 * width) {
                int middle = (int) Math.min(from + width, size);
                int end = (int) Math.min(from + 2 * width, size);
                merge(keys, keysAt + here, keysAt + size - here, order, orderAt + here, orderAt + size - here, (int) from, middle, end);
            }
            here = size - here;
        }
        System.arraycopy(order, orderAt + here, order, orderAt, size);
    }

    private static void insertionSort(long[] keys, int keysAt, int[] order, int orderAt, int size) {
        for (int i = 1; i < size; i++) {
            long key = keys[keysAt + i];
            int index = order[orderAt + i];
            int j = i;
            while (j > 0 && keys[keysAt + j - 1] > key) {
                keys[keysAt + j] = keys[keysAt + j - 1];
                order[orderAt + j] = order[orderAt + j - 1];
                j--;
            }
            keys[keysAt + j] = key;
            order[orderAt + j] = index;
        }
    }

    /** Merges two neighbouring runs of the half at {@code keysAt} into the same places of the other half; of equal keys the left one comes first. */
    private static void merge(long[] keys, int keysAt, int keysTo, int[] order, int orderAt, int orderTo, int from, int middle, int end) {
        if (middle == end || keys[keysAt + middle - 1] <= keys[keysAt + middle]) {
            System.arraycopy(keys, keysAt + from, keys, keysTo + from, end - from);
            System.arraycopy(order, orderAt + from, order, orderTo + from, end - from);
            return;
        }
        int left = from;
        int right = middle;
        for (int i = from; i < end; i++) {
            int next = right == end || left < middle && keys[keysAt + left] <= keys[keysAt + right] ? left++ : right++;
            keys[keysTo + i] = keys[keysAt + next];
            order[orderTo + i] = order[orderAt + next];
        }
    }

    // ---- the first few of many

    /** A heap of the least so far, the greatest on top: a lesser one takes its place. In the end the tops are taken off, last one first. */
    private static void select(long[] keys, int keysAt, int[] order, int orderAt, int size, int count) {
        if (count == 0) {
            return;
        }
        for (int i = count / 2 - 1; i >= 0; i--) {
            sink(keys, keysAt, order, orderAt, i, count);
        }
        for (int i = count; i < size; i++) {
            // Of equal keys the earlier one stays.
            if (keys[keysAt + i] < keys[keysAt]) {
                keys[keysAt] = keys[keysAt + i];
                order[orderAt] = i;
                sink(keys, keysAt, order, orderAt, 0, count);
            }
        }
        for (int last = count - 1; last > 0; last--) {
            long key = keys[keysAt];
            int index = order[orderAt];
            keys[keysAt] = keys[keysAt + last];
            order[orderAt] = order[orderAt + last];
            sink(keys, keysAt, order, orderAt, 0, last);
            keys[keysAt + last] = key;
            order[orderAt + last] = index;
        }
    }

    /** Moves the element at {@code from} down the heap of {@code count} until none below it is greater; equal keys count by index. */
    private static void sink(long[] keys, int keysAt, int[] order, int orderAt, int from, int count) {
        long key = keys[keysAt + from];
        int index = order[orderAt + from];
        int i = from;
        while (2 * i + 1 < count) {
            int child = 2 * i + 1;
            if (child + 1 < count && before(keys[keysAt + child], order[orderAt + child], keys[keysAt + child + 1], order[orderAt + child + 1])) {
                child++;
            }
            if (!before(key, index, keys[keysAt + child], order[orderAt + child])) {
                break;
            }
            keys[keysAt + i] = keys[keysAt + child];
            order[orderAt + i] = order[orderAt + child];
            i = child;
        }
        keys[keysAt + i] = key;
        order[orderAt + i] = index;
    }

    private static boolean before(long key, int index, long other, int otherIndex) {
        return key < other || key == other && index < otherIndex;
    }
}
