package bytegrad.benchmarks;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What this machine can do at most, on one thread, through the Vector API. */
public final class Peak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    private static final int FMA_ROUNDS = 200_000;
    private static final int WINDOWS = 60;
    private static final int WINDOW_WARM_UPS = 60;
    /** Floats between the start of a big array's data and the next 64-byte boundary, in HotSpot with G1. */
    private static final int ALIGN = 12;

    /** Keeps results alive. */
    private float sink;

    /** Bits of the vectors used. */
    public static int bits() {
        return SPECIES.vectorBitSize();
    }

    /** The most f32 GFLOP/s of fused multiply-adds on registers: the best of several windows. */
    public double gflops() {
        double best = 0;
        for (int w = 0; w < WINDOWS; w++) {
            long start = System.nanoTime();
            sink += fma(FMA_ROUNDS, 0.999f, 1e-3f);
            double ns = System.nanoTime() - start;
            best = Math.max(best, 2.0 * CHAINS * SPECIES.length() * FMA_ROUNDS / ns);
        }
        return best;
    }

    /** Independent chains hide the latency: twelve are more than any machine's units times their latency. */
    private static float fma(int rounds, float factor, float term) {
        FloatVector m = FloatVector.broadcast(SPECIES, factor);
        FloatVector t = FloatVector.broadcast(SPECIES, term);
        FloatVector a0 = t;
        FloatVector a1 = t;
        FloatVector a2 = t;
        FloatVector a3 = t;
        FloatVector a4 = t;
        FloatVector a5 = t;
        FloatVector a6 = t;
        FloatVector a7 = t;
        FloatVector a8 = t;
        FloatVector a9 = t;
        FloatVector a10 = t;
        FloatVector a11 = t;
        for (int i = 0; i < rounds; i++) {
            a0 = a0.fma(m, t);
            a1 = a1.fma(m, t);
            a2 = a2.fma(m, t);
            a3 = a3.fma(m, t);
            a4 = a4.fma(m, t);
            a5 = a5.fma(m, t);
            a6 = a6.fma(m, t);
            a7 = a7.fma(m, t);
            a8 = a8.fma(m, t);
            a9 = a9.fma(m, t);
            a10 = a10.fma(m, t);
            a11 = a11.fma(m, t);
        }
        FloatVector s = a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).add(a8).add(a9).add(a10).add(a11);
        return s.lane(0);
    }

    /**
     * GB/s of a[i] = b[i] + s·c[i]: two loads and a store, 12 bytes an element (what a cache reads to write a line is not
     * counted). The middle of several windows.
     *
     * @param bytes of the three arrays together
     */
    public double triadGigabytes(long bytes) {
        int lanes = SPECIES.length();
        int n = (int) (bytes / 12 / (4L * lanes)) * 4 * lanes;
        // Their distance is no multiple of 4 KiB, where a store and a later load would seem to collide.
        int stride = n + 80;
        float[] slab = new float[ALIGN + 3 * stride];
        Arrays.fill(slab, 1);
        int rounds = (int) Math.max(1, (4L << 20) / n);
        double[] rates = new double[WINDOWS];
        for (int w = -(n > 1 << 20 ? 3 : WINDOW_WARM_UPS); w < (n > 1 << 20 ? 9 : WINDOWS); w++) {
            long start = System.nanoTime();
            for (int r = 0; r < rounds; r++) {
                triad(slab, ALIGN, ALIGN + stride, ALIGN + 2 * stride, n, 0.5f);
            }
            double ns = System.nanoTime() - start;
            if (w >= 0) {
                rates[w] = 12.0 * n * rounds / ns;
            }
        }
        sink += slab[ALIGN];
        double[] measured = Arrays.stream(rates).filter(x -> x > 0).sorted().toArray();
        return measured[measured.length / 2];
    }

    private static void triad(float[] slab, int a, int b, int c, int n, float s) {
        int lanes = SPECIES.length();
        FloatVector factor = FloatVector.broadcast(SPECIES, s);
        for (int i = 0; i < n; i += 4 * lanes) {
            step(slab, a, b, c, i, factor);
            step(slab, a, b, c, i + lanes, factor);
            step(slab, a, b, c, i + 2 * lanes, factor);
            step(slab, a, b, c, i + 3 * lanes, factor);
        }
    }

    private static void step(float[] slab, int a, int b, int c, int i, FloatVector factor) {
        FloatVector x = FloatVector.fromArray(SPECIES, slab, b + i);
        FloatVector.fromArray(SPECIES, slab, c + i).fma(factor, x).intoArray(slab, a + i);
    }

    /** What the calls added up to. */
    public float sink() {
        return sink;
    }
}
