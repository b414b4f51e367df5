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
                    tile(a, i * n + k0, panel, c, i * n + j, n, depth, k0 > 0);
                }
            }
        }
    }

    /** Floats that {@link #matmul} packs. */
    public static int panelSize() {
        return DEPTH * COLUMNS;
    }

    private static void tile(float[] a, int aAt, float[] panel, float[] c, int cAt, int n, int depth, boolean onTop) {
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
        row(c, cAt, c00, c01, onTop);
        row(c, cAt + n, c10, c11, onTop);
        row(c, cAt + 2 * n, c20, c21, onTop);
        row(c, cAt + 3 * n, c30, c31, onTop);
        row(c, cAt + 4 * n, c40, c41, onTop);
        row(c, cAt + 5 * n, c50, c51, onTop);
        row(c, cAt + 6 * n, c60, c61, onTop);
        row(c, cAt + 7 * n, c70, c71, onTop);
    }

    private static void row(float[] c, int at, FloatVector left, FloatVector right, boolean onTop) {
        if (onTop) {
            left.add(FloatVector.fromArray(SPECIES, c, at)).intoArray(c, at);
            right.add(FloatVector.fromArray(SPECIES, c, at + LANES)).intoArray(c, at + LANES);
        } else {
            left.intoArray(c, at);
            right.intoArray(c, at + LANES);
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
