package bytegrad.ir.eval;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.List;

/** Gather, ScatterAdd and Concat: with o before the axis, r after it, both flattened. */
final class Indexing {
    private Indexing() {}

    /** y[o,j,r] = a[o, b[j], r]. */
    static Value gather(Graph graph, Node node, int axis, Value a, Value b) {
        int outer = extent(a.shape(), 0, axis);
        int extent = a.shape().dim(axis);
        int inner = extent(a.shape(), axis + 1, a.shape().rank());
        int[] index = indices(graph, node, b, extent);
        Rows y = new Rows(node.type());
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < index.length; j++) {
                y.copy(a, (o * extent + index[j]) * inner, (o * index.length + j) * inner, inner);
            }
        }
        return y.value();
    }

    /** y[o,e,r] = Σ a[o,j,r] over the j, ascending, with b[j] = e. */
    static Value scatterAdd(Graph graph, Node node, int axis, int extent, Value a, Value b) {
        Shape shape = node.shape();
        int outer = extent(shape, 0, axis);
        int inner = extent(shape, axis + 1, shape.rank());
        int[] index = indices(graph, node, b, extent);
        Rows y = new Rows(node.type());
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < index.length; j++) {
                y.add(a, (o * index.length + j) * inner, (o * extent + index[j]) * inner, inner);
            }
        }
        return y.value();
    }

    /** y[o,j,r] = the part that covers j along the axis. */
    static Value concat(TensorType type, int axis, List<Value> parts) {
        Shape shape = type.shape();
        int outer = extent(shape, 0, axis);
        int inner = extent(shape, axis + 1, shape.rank());
        Rows y = new Rows(type);
        int start = 0;
        for (Value part : parts) {
            int extent = part.shape().dim(axis);
            for (int o = 0; o < outer; o++) {
                y.copy(part, o * extent * inner, (o * shape.dim(axis) + start) * inner, extent * inner);
            }
            start += extent;
        }
        return y.value();
    }

    /** A tensor being filled by runs of elements. */
    private static final class Rows {
        private final TensorType type;
        private final double[] doubles;
        private final long[] longs;

        Rows(TensorType type) {
            this.type = type;
            doubles = new double[type.dtype().isFloat() ? type.size() : 0];
            longs = new long[type.dtype().isFloat() ? 0 : type.size()];
        }

        void copy(Value x, int from, int to, int n) {
            if (x.isFloat()) {
                System.arraycopy(x.rawDoubles(), from, doubles, to, n);
            } else {
                System.arraycopy(x.rawLongs(), from, longs, to, n);
            }
        }

        void add(Value x, int from, int to, int n) {
            if (x.isFloat()) {
                for (int i = 0; i < n; i++) {
                    doubles[to + i] += x.rawDoubles()[from + i];
                }
            } else {
                for (int i = 0; i < n; i++) {
                    longs[to + i] = ScalarMath.wrap(type.dtype(), longs[to + i] + x.rawLongs()[from + i]);
                }
            }
        }

        Value value() {
            return type.dtype().isFloat() ? Value.owning(type, doubles) : Value.owning(type, longs);
        }
    }

    private static int[] indices(Graph graph, Node node, Value b, int extent) {
        long[] given = b.rawLongs();
        int[] index = new int[given.length];
        for (int j = 0; j < index.length; j++) {
            if (given[j] < 0 || given[j] >= extent) {
                throw new IndexRangeException(Graph.opName(node.op()) + " " + graph.nameOf(node) + " " + node.type() + ": index " + given[j] + " at position "
                        + j + " of " + graph.nameOf(node.input(1)) + " " + b.type() + " is not in 0 to " + (extent - 1));
            }
            index[j] = (int) given[j];
        }
        return index;
    }

    private static int extent(Shape shape, int from, int to) {
        int n = 1;
        for (int k = from; k < to; k++) {
            n *= shape.dim(k);
        }
        return n;
    }
}
