package bytegrad.ir.eval;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/** Gather, Scatter and Concat. */
final class Indexing {
    private Indexing() {}

    /** y[β,o,j,r] = a[β, o, i₁[β,j], …, iₙ[β,j], r]. */
    static Value gather(Graph graph, Node node, Op.Gather op, List<Value> in) {
        Walk walk = Walk.of(graph, node, op.axis(), op.batch(), in.get(0).shape(), in.subList(1, in.size()));
        Rows y = new Rows(node.type());
        walk.each((i, at) -> y.copy(in.get(0), at, i, 1));
        return y.value();
    }

    /** y = base; then y[β, o, i₁[β,j], …, iₙ[β,j], r] ∘= u[β,o,j,r] for each j, ascending. */
    static Value scatter(Graph graph, Node node, Op.Scatter op, List<Value> in) {
        Walk walk = Walk.of(graph, node, op.axis(), op.batch(), node.shape(), in.subList(2, in.size()));
        Value updates = in.get(1);
        Rows y = new Rows(node.type());
        y.copy(in.get(0), 0, 0, node.type().size());
        walk.each((i, at) -> {
            switch (op.combine()) {
                case SET -> y.copy(updates, i, at, 1);
                case ADD -> y.apply(ScalarFn.ADD, updates, i, at);
                case MUL -> y.apply(ScalarFn.MUL, updates, i, at);
                case MIN -> y.apply(ScalarFn.MIN, updates, i, at);
                case MAX -> y.apply(ScalarFn.MAX, updates, i, at);
            }
        });
        return y.value();
    }

    private interface Pair {
        void visit(int i, int at);
    }

    /**
     * Where each gathered or scattered element lies in the data: the sum of one of each.
     *
     * @param positions by β, o and r, in the data
     * @param chosen by [β,j]: what the indices add to the position
     */
    private record Walk(List<int[]> positions, int[] chosen) {
        static Walk of(Graph graph, Node node, int axis, int batch, Shape data, List<Value> indices) {
            int n = indices.size();
            List<int[]> positions = List.of(Positions.along(data, range(0, batch)), Positions.along(data, range(batch, axis)),
                    Positions.along(data, range(axis + n, data.rank())));
            int[] chosen = new int[indices.get(0).size()];
            if (positions.stream().anyMatch(p -> p.length == 0)) {
                // They pick nothing, and are not looked at.
                return new Walk(positions, chosen);
            }
            for (int k = 0; k < n; k++) {
                int[] index = indices(graph, node, node.inputs().size() - n + k, indices.get(k), data.dim(axis + k));
                for (int p = 0; p < chosen.length; p++) {
                    chosen[p] += index[p] * data.strides()[axis + k];
                }
            }
            return new Walk(positions, chosen);
        }

        private static List<Integer> range(int from, int to) {
            return IntStream.range(from, to).boxed().toList();
        }

        /** Visits [β,o,j,r] in row-major order. */
        void each(Pair action) {
            int batch = positions.get(0).length;
            int count = batch == 0 ? 0 : chosen.length / batch;
            int i = 0;
            for (int b = 0; b < batch; b++) {
                for (int o : positions.get(1)) {
                    for (int j = 0; j < count; j++) {
                        for (int r : positions.get(2)) {
                            action.visit(i++, positions.get(0)[b] + o + chosen[b * count + j] + r);
                        }
                    }
                }
            }
        }
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

        void apply(ScalarFn fn, Value x, int from, int to) {
            if (x.isFloat()) {
                doubles[to] = ScalarMath.floats(fn, doubles[to], x.rawDoubles()[from], 0);
            } else {
                longs[to] = ScalarMath.integers(fn, type.dtype(), longs[to], x.rawLongs()[from], 0);
            }
        }

        Value value() {
            return type.dtype().isFloat() ? Value.owning(type, doubles) : Value.owning(type, longs);
        }
    }

    private static int[] indices(Graph graph, Node node, int operand, Value b, int extent) {
        long[] given = b.rawLongs();
        int[] index = new int[given.length];
        for (int j = 0; j < index.length; j++) {
            if (given[j] < 0 || given[j] >= extent) {
                throw new IndexRangeException(Graph.opName(node.op()) + " " + graph.nameOf(node) + " " + node.type() + ": index " + given[j] + " at position "
                        + j + " of " + graph.nameOf(node.input(operand)) + " " + b.type() + " is not in 0 to " + (extent - 1));
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
