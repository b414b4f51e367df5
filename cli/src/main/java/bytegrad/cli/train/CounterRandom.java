package bytegrad.cli.train;

/**
 * Random numbers by position: the n-th number of a stream is a hash of (seed, stream, n), so that nothing depends on the order in
 * which they are asked for, and a training resumes without a generator's state.
 *
 * @param key what seed and stream were mixed into
 */
record CounterRandom(long key) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    static CounterRandom of(long seed, long stream) {
        return new CounterRandom(mix(mix(seed + GOLDEN) ^ stream * GOLDEN));
    }

    /** SplitMix64's finaliser: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** 64 random bits. */
    long bits(long n) {
        return mix(key + (n + 1) * GOLDEN);
    }

    /** Uniform from −1 to 1, both left out: the middle of one of 2²³ equal steps, exact as a float. */
    float centered(long n) {
        return ((bits(n) >>> 41) + 0.5f) * 0x1p-22f - 1;
    }

    /** 0 to count−1 in random order (Fisher and Yates). */
    int[] permutation(int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        for (int i = count - 1; i > 0; i--) {
            int j = (int) Math.multiplyHigh(bits(i) >>> 1, (i + 1L) << 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        return order;
    }
}
