package bytegrad.ir.eval;

import bytegrad.ir.Literal;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Cumulate and ArgSort: what works along one axis and keeps it. */
final class AlongAxis {
    private AlongAxis() {}

    /** The chain of x[o,·,r] from the identity, one result an element. */
    static Value cumulate(Op.Cumulate op, TensorType type, Value x) {
        int[] lines = lines(x.shape(), op.axis());
        int extent = x.shape().dim(op.axis());
        int stride = x.shape().strides()[op.axis()];
        Literal identity = op.monoid().identity(type.dtype());
        double[] doubles = new double[x.isFloat() ? x.size() : 0];
        long[] longs = new long[x.isFloat() ? 0 : x.size()];
        for (int line : lines) {
            double real = x.isFloat() ? identity.doubleAt(0) : 0;
            long whole = x.isFloat() ? 0 : identity.bitsAt(0);
            for (int k = 0; k < extent; k++) {
                int at = line + (op.reverse() ? extent - 1 - k : k) * stride;
                if (x.isFloat()) {
                    double before = real;
                    real = ScalarMath.floats(op.monoid().fn(), real, x.rawDoubles()[at], 0);
                    doubles[at] = op.exclusive() ? before : real;
                } else {
                    long before = whole;
                    whole = ScalarMath.integers(op.monoid().fn(), type.dtype(), whole, x.rawLongs()[at], 0);
                    longs[at] = op.exclusive() ? before : whole;
                }
            }
        }
        return x.isFloat() ? Value.owning(type, doubles) : Value.owning(type, longs);
    }

    /** The indices of x[o,·,r] in order: Java's own sort of objects, which is stable. */
    static Value argSort(Op.ArgSort op, TensorType type, Value x) {
        int[] from = lines(x.shape(), op.axis());
        int[] to = lines(type.shape(), op.axis());
        int stride = x.shape().strides()[op.axis()];
        int step = type.shape().strides()[op.axis()];
        long[] y = new long[type.size()];
        // Adding 0 makes −0 a +0; Double.compare has NaN as the greatest.
        Comparator<Integer> order = x.isFloat()
                ? (a, b) -> Double.compare(x.rawDoubles()[a] + 0.0, x.rawDoubles()[b] + 0.0)
                : (a, b) -> Long.compare(x.rawLongs()[a], x.rawLongs()[b]);
        for (int line = 0; line < to.length; line++) {
            Integer[] at = new Integer[x.shape().dim(op.axis())];
            for (int k = 0; k < at.length; k++) {
                at[k] = from[line] + k * stride;
            }
            Arrays.sort(at, op.descending() ? order.reversed() : order);
            for (int k = 0; k < op.count(); k++) {
                y[to[line] + k * step] = (at[k] - from[line]) / stride;
            }
        }
        return Value.owning(type, y);
    }

    /** Where each line along the axis begins. */
    private static int[] lines(Shape shape, int axis) {
        return Positions.along(shape, Positions.others(shape.rank(), List.of(axis)));
    }
}
