package bytegrad.runtime.data;

/** Random orders by number: a hash of (seed, stream, place), so that a training goes on without a generator's state. */
public final class Shuffle {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Shuffle() {}

    /** SplitMix64's finaliser: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** 0 to count−1 in random order (Fisher and Yates), another for every pair of a seed and a stream. */
    public static int[] of(int count, long seed, long stream) {
        long key = mix(mix(seed + GOLDEN) ^ stream * GOLDEN);
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        for (int i = count - 1; i > 0; i--) {
            int j = (int) Math.multiplyHigh(mix(key + (i + 1) * GOLDEN) >>> 1, (i + 1L) << 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        return order;
    }
}
