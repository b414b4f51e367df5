package bytegrad.ir.nn.layer;

/**
 * Random numbers by position: the n-th number of a stream is a hash of (seed, stream, n), so that nothing depends on the order in
 * which they are asked for.
 *
 * @param key what seed and stream were mixed into
 */
record CounterRandom(long key) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** A stream for each name, so that a new parameter leaves the others as they were. */
    static CounterRandom of(long seed, String name) {
        long stream = FNV_BASIS;
        for (char c : name.toCharArray()) {
            stream = (stream ^ c) * FNV_PRIME;
        }
        return new CounterRandom(mix(mix(seed + GOLDEN) ^ stream * GOLDEN));
    }

    /** SplitMix64's finaliser: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private long bits(long n) {
        return mix(key + (n + 1) * GOLDEN);
    }

    /** Uniform over (0, 1): the middle of one of 2⁵² equal parts. */
    double open(long n) {
        return ((bits(n) >>> 12) + 0.5) * 0x1p-52;
    }

    /** Standard normal: Box and Muller, 1958, the cosine's half. */
    double normal(long n) {
        return StrictMath.sqrt(-2 * StrictMath.log(open(2 * n))) * StrictMath.cos(2 * Math.PI * open(2 * n + 1));
    }
}
