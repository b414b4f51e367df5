package bytegrad.benchmarks.jmh;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What somebody would write by hand with the Vector API, for these sizes: the yardstick. */
public final class HandWritten {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROWS = 8;
    private static final int COLUMNS = 2 * LANES;
    /** A panel of so many rows of the right matrix stays in the first cache. */
    private static final int DEPTH = 256;

    private HandWritten() {}

    /**
     * C = A·B of n × n matrices in row-major order: 8 rows by two vectors in registers, panels of B packed.
     *
     * @param n a multiple of 32 and of twice the lanes
     * @param panel room for {@link #panelSize} floats
     */
    public static void matmul(float[] a, float[] b, float[] c, int n, float[] panel) {
        for (int k0 = 0; k0 < n; k0 += DEPTH) {
            int depth = Math.min(DEPTH, n - k0);
            for (int j = 0; j < n; j += COLUMNS) {
                for (int k = 0; k < depth; k++) {
                    FloatVector.fromArray(SPECIES, b, (k0 + k) * n + j).intoArray(panel, k * COLUMNS);
                    FloatVector.fromArray(SPECIES, b, (k0 + k) * n + j + LANES).intoArray(panel, k * COLUMNS + LANES);
                }
                for (int i = 0; i < n; i += ROWS) {
                    tile(a, i * n + k0, panel, n, depth);
                    store(panel, c, i * n + j, n, k0 > 0);
                }
            }
        }
    }

    /** Floats that {@link #matmul} packs, and a tile of sums behind them. */
    public static int panelSize() {
        return (DEPTH + ROWS) * COLUMNS;
    }

    private static void tile(float[] a, int aAt, float[] panel, int n, int depth) {
        int sums = DEPTH * COLUMNS;
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector c00 = zero;
        FloatVector c01 = zero;
        FloatVector c10 = zero;
        FloatVector c11 = zero;
        FloatVector c20 = zero;
        FloatVector c21 = zero;
        FloatVector c30 = zero;
        FloatVector c31 = zero;
        FloatVector c40 = zero;
        FloatVector c41 = zero;
        FloatVector c50 = zero;
        FloatVector c51 = zero;
        FloatVector c60 = zero;
        FloatVector c61 = zero;
        FloatVector c70 = zero;
        FloatVector c71 = zero;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, panel, k * COLUMNS);
            FloatVector b1 = FloatVector.fromArray(SPECIES, panel, k * COLUMNS + LANES);
            int at = aAt + k;
            FloatVector x = FloatVector.broadcast(SPECIES, a[at]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(SPECIES, a[at + n]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(SPECIES, a[at + 2 * n]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(SPECIES, a[at + 3 * n]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(SPECIES, a[at + 4 * n]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(SPECIES, a[at + 5 * n]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(SPECIES, a[at + 6 * n]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(SPECIES, a[at + 7 * n]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        c00.intoArray(panel, sums);
        c01.intoArray(panel, sums + LANES);
        c10.intoArray(panel, sums + 2 * LANES);
        c11.intoArray(panel, sums + 3 * LANES);
        c20.intoArray(panel, sums + 4 * LANES);
        c21.intoArray(panel, sums + 5 * LANES);
        c30.intoArray(panel, sums + 6 * LANES);
        c31.intoArray(panel, sums + 7 * LANES);
        c40.intoArray(panel, sums + 8 * LANES);
        c41.intoArray(panel, sums + 9 * LANES);
        c50.intoArray(panel, sums + 10 * LANES);
        c51.intoArray(panel, sums + 11 * LANES);
        c60.intoArray(panel, sums + 12 * LANES);
        c61.intoArray(panel, sums + 13 * LANES);
        c70.intoArray(panel, sums + 14 * LANES);
        c71.intoArray(panel, sums + 15 * LANES);
    }

    /** Adds a tile's sums to C, or puts them there. In a method of its own: all the vector calls of both would be more than HotSpot inlines into one. */
    private static void store(float[] panel, float[] c, int cAt, int n, boolean onTop) {
        for (int r = 0; r < ROWS; r++) {
            for (int j = 0; j < COLUMNS; j += LANES) {
                FloatVector sum = FloatVector.fromArray(SPECIES, panel, DEPTH * COLUMNS + r * COLUMNS + j);
                int at = cAt + r * n + j;
                (onTop ? sum.add(FloatVector.fromArray(SPECIES, c, at)) : sum).intoArray(c, at);
            }
        }
    }

    /** y[i] = max(a[i]·x[i] + b[i], 0)·c[i] + x[i] in one pass. */
    public static void chain(float[] a, float[] b, float[] c, float[] x, float[] y) {
        int bound = SPECIES.loopBound(y.length);
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            FloatVector z = FloatVector.fromArray(SPECIES, a, i).fma(v, FloatVector.fromArray(SPECIES, b, i)).max(zero);
            z.fma(FloatVector.fromArray(SPECIES, c, i), v).intoArray(y, i);
        }
        for (int i = bound; i < y.length; i++) {
            y[i] = Math.fma(Math.max(Math.fma(a[i], x[i], b[i]), 0), c[i], x[i]);
        }
    }
}
