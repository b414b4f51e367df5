package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against Java's own sort of objects, which is stable. */
class SortingTest {
    private static final long GUARD = 0x7ead_beef;

    private static void check(int size, int count, Random random, int range) {
        int keysAt = random.nextInt(4);
        int orderAt = random.nextInt(4);
        long[] keys = new long[keysAt + 2 * size + 1];
        int[] order = new int[orderAt + 2 * size + 1];
        Arrays.fill(keys, GUARD);
        Arrays.fill(order, (int) GUARD);
        Integer[] expected = new Integer[size];
        for (int i = 0; i < size; i++) {
            boolean extreme = random.nextInt(20) == 0;
            keys[keysAt + i] = !extreme ? random.nextInt(range) - range / 2 : random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
            expected[i] = i;
        }
        long[] given = keys.clone();
        Arrays.sort(expected, (a, b) -> Long.compare(given[keysAt + a], given[keysAt + b]));
        Sorting.sort(keys, keysAt, order, orderAt, size, count);
        for (int i = 0; i < count; i++) {
            assertEquals(expected[i], order[orderAt + i], size + " of range " + range + ", place " + i + " of " + count);
        }
        for (int i = 0; i < keysAt; i++) {
            assertEquals(GUARD, keys[i]);
        }
        assertEquals(GUARD, keys[keysAt + 2 * size]);
        assertEquals((int) GUARD, order[orderAt + 2 * size]);
    }

    @Test
    void everySizeAroundTheRunsAndEveryCount() {
        Random random = new Random(1);
        for (int size = 0; size < 70; size++) {
            for (int count = 0; count <= size; count++) {
                check(size, count, random, 1 + random.nextInt(2 * size + 2));
            }
        }
    }

    @Test
    void largerOnesSelectedOrMerged() {
        Random random = new Random(2);
        for (int size : new int[] {127, 128, 129, 1000, 4096, 5001}) {
            for (int count : new int[] {0, 1, 2, 5, size / 16, size / 16 + 1, size}) {
                check(size, count, random, 5);
                check(size, count, random, 1 << 30);
            }
        }
    }
}
