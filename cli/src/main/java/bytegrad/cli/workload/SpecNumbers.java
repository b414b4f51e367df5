package bytegrad.cli.workload;

/**
 * The deterministic numbers of {@code shared/peers/SPEC.md}, which every library we compare with computes for itself.
 *
 * <pre>{@code
 * h(seed, i)          = lowbias32(i + seed · 0x9E3779B9)
 * value(seed, i, s)   = (float(h >>> 8) · 2⁻²⁴ − ½) · s      only the last product rounds
 * index(seed, i, n)   = h mod n, unsigned
 * }</pre>
 */
public final class SpecNumbers {
    private static final int GOLDEN_RATIO = 0x9E3779B9;

    private SpecNumbers() {}

    /** Element {@code i} of the sequence of {@code seed}: 32 random bits. */
    public static int hash(int seed, int i) {
        return lowbias32(i + seed * GOLDEN_RATIO);
    }

    /** Chris Wellons' integer hash "lowbias32". */
    private static int lowbias32(int x) {
        int h = x;
        h ^= h >>> 16;
        h *= 0x7feb352d;
        h ^= h >>> 15;
        h *= 0x846ca68b;
        return h ^ h >>> 16;
    }

    /** A number from −scale/2 up to scale/2. */
    public static float value(int seed, int i, float scale) {
        return ((hash(seed, i) >>> 8) * 0x1p-24f - 0.5f) * scale;
    }

    /** An integer from 0 to {@code bound} − 1. */
    public static int index(int seed, int i, int bound) {
        return Integer.remainderUnsigned(hash(seed, i), bound);
    }

    /** The scale of weights with so many inputs (Kaiming He's uniform rule): they lie within ±√(6 / fanIn). */
    public static float kaiming(int fanIn) {
        return (float) (2 * Math.sqrt(6.0 / fanIn));
    }
}
