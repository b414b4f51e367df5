package bytegrad.ir.eval;

import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Contract. */
final class Contractions {
    private Contractions() {}

    /** y[b,m,n] = Σₖ l[b,m,k]·r[b,k,n], for each element one ascending chain of fused multiply-adds that starts at 0: in double, whatever {@link bytegrad.ir.ContractOrder} says. */
    static Value contract(Op.Contract op, TensorType type, Value l, Value r) {
        List<Integer> leftFree = free(l.shape(), op.leftBatch(), op.leftContract());
        List<Integer> rightFree = free(r.shape(), op.rightBatch(), op.rightContract());
        int batch = extent(l.shape(), op.leftBatch());
        int rows = extent(l.shape(), leftFree);
        int depth = extent(l.shape(), op.leftContract());
        int columns = extent(r.shape(), rightFree);
        int[] left = Positions.along(l.shape(), joined(op.leftBatch(), leftFree, op.leftContract()));
        int[] right = Positions.along(r.shape(), joined(op.rightBatch(), op.rightContract(), rightFree));
        if (l.isFloat()) {
            return Value.owning(type, floats(pick(l.rawDoubles(), left), pick(r.rawDoubles(), right), batch, rows, depth, columns));
        }
        long[] y = integers(pick(l.rawLongs(), left), pick(r.rawLongs(), right), batch, rows, depth, columns);
        for (int i = 0; i < y.length; i++) {
            y[i] = ScalarMath.wrap(type.dtype(), y[i]);
        }
        return Value.owning(type, y);
    }

    /** Operands packed as [b,m,k] and [b,k,n]. The columns are innermost: neighbours advance their own chains in step. */
    private static double[] floats(double[] l, double[] r, int batch, int rows, int depth, int columns) {
        double[] y = new double[batch * rows * columns];
        for (int b = 0; b < batch; b++) {
            for (int m = 0; m < rows; m++) {
                int to = (b * rows + m) * columns;
                for (int k = 0; k < depth; k++) {
                    axpy(l[(b * rows + m) * depth + k], r, (b * depth + k) * columns, y, to, columns);
                }
            }
        }
        return y;
    }

    private static void axpy(double a, double[] r, int from, double[] y, int to, int n) {
        for (int j = 0; j < n; j++) {
            y[to + j] = Math.fma(a, r[from + j], y[to + j]);
        }
    }

    private static long[] integers(long[] l, long[] r, int batch, int rows, int depth, int columns) {
        long[] y = new long[batch * rows * columns];
        for (int b = 0; b < batch; b++) {
            for (int m = 0; m < rows; m++) {
                for (int k = 0; k < depth; k++) {
                    for (int j = 0; j < columns; j++) {
                        y[(b * rows + m) * columns + j] += l[(b * rows + m) * depth + k] * r[(b * depth + k) * columns + j];
                    }
                }
            }
        }
        return y;
    }

    private static double[] pick(double[] x, int[] positions) {
        double[] y = new double[positions.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[positions[i]];
        }
        return y;
    }

    private static long[] pick(long[] x, int[] positions) {
        long[] y = new long[positions.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[positions[i]];
        }
        return y;
    }

    private static List<Integer> free(Shape shape, List<Integer> batch, List<Integer> contracted) {
        return Positions.others(shape.rank(), joined(batch, contracted, List.of()));
    }

    private static List<Integer> joined(List<Integer> a, List<Integer> b, List<Integer> c) {
        List<Integer> all = new ArrayList<>(a);
        all.addAll(b);
        all.addAll(c);
        return all;
    }

    private static int extent(Shape shape, List<Integer> axes) {
        int n = 1;
        for (int axis : axes) {
            n *= shape.dim(axis);
        }
        return n;
    }
}
