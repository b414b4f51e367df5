package bytegrad.ir.eval;

import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.SumOrder;
import bytegrad.ir.TensorType;
import java.util.Arrays;
import java.util.List;

/** Reduce and ArgReduce. */
final class Reductions {
    private Reductions() {}

    /** y[i] = ⊕ₖ x[i,k], in the order that {@link SumOrder} states. */
    static Value reduce(Monoid monoid, List<Integer> axes, TensorType type, Value x) {
        int[] kept = Positions.along(x.shape(), Positions.others(x.shape().rank(), axes));
        int[] reduced = Positions.along(x.shape(), axes);
        ScalarFn fn = monoid.fn();
        Literal identity = monoid.identity(x.dtype());
        if (!x.isFloat()) {
            long[] data = x.rawLongs();
            long[] y = new long[kept.length];
            for (int i = 0; i < y.length; i++) {
                long acc = identity.bitsAt(0);
                for (int k : reduced) {
                    acc = ScalarMath.integers(fn, x.dtype(), acc, data[kept[i] + k], 0);
                }
                y[i] = acc;
            }
            return Value.owning(type, y);
        }
        SumOrder order = SumOrder.of(x.shape(), axes);
        // Where the order is not a chain the last axis is among the reduced ones, hence innermost.
        int innermost = order.width() == 1 ? 1 : x.shape().dim(x.shape().rank() - 1);
        double[] y = new double[kept.length];
        double[] partial = new double[order.width()];
        for (int i = 0; i < y.length; i++) {
            Arrays.fill(partial, identity.doubleAt(0));
            y[i] = inOrder(fn, x.rawDoubles(), kept[i], reduced, innermost, partial);
        }
        return Value.owning(type, y);
    }

    private static double inOrder(ScalarFn fn, double[] data, int first, int[] reduced, int innermost, double[] partial) {
        for (int j = 0; j < reduced.length; j++) {
            int p = j % innermost % partial.length;
            partial[p] = ScalarMath.floats(fn, partial[p], data[first + reduced[j]], 0);
        }
        for (int half = partial.length / 2; half >= 1; half /= 2) {
            for (int p = 0; p < half; p++) {
                partial[p] = ScalarMath.floats(fn, partial[p], partial[p + half], 0);
            }
        }
        return partial[0];
    }

    /** y[i] = the least k at which x[i,k] is extreme; a NaN is more extreme than any number; ±0 tie. */
    static Value argReduce(Op.Extremum extremum, int axis, TensorType type, Value x) {
        int[] kept = Positions.along(x.shape(), Positions.others(x.shape().rank(), List.of(axis)));
        int extent = x.shape().dim(axis);
        int stride = x.shape().strides()[axis];
        boolean max = extremum == Op.Extremum.MAX;
        long[] y = new long[kept.length];
        for (int i = 0; i < y.length; i++) {
            int best = 0;
            for (int k = 1; k < extent; k++) {
                int candidate = kept[i] + k * stride;
                int incumbent = kept[i] + best * stride;
                if (x.isFloat() ? beats(max, x.rawDoubles()[candidate], x.rawDoubles()[incumbent])
                        : max ? x.rawLongs()[candidate] > x.rawLongs()[incumbent] : x.rawLongs()[candidate] < x.rawLongs()[incumbent]) {
                    best = k;
                }
            }
            y[i] = best;
        }
        return Value.owning(type, y);
    }

    private static boolean beats(boolean max, double candidate, double incumbent) {
        if (Double.isNaN(incumbent)) {
            return false;
        }
        return Double.isNaN(candidate) || (max ? candidate > incumbent : candidate < incumbent);
    }
}
