package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reductions over nothing, over one element, over repeated ones or of what is clamped: {@code reduce_max(broadcast(x)) -> broadcast(reduce_max(x))}. */
public final class SimplifyReductions implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, g -> {
            int[] readers = Readers.of(g);
            return (node, in, b) -> {
                Node simpler = replace(node, in, b);
                return simpler == null && node.op() instanceof Op.Reduce r ? clamped(node, r, in.get(0), readers, b) : simpler;
            };
        });
    }

    /**
     * {@code reduce_max(window(max(x, 0))) -> max(reduce_max(window(x)), 0)}, so that there is one maximum with the number for each result: of a pooling behind a ReLU. Where something
     * else reads what was between, both would be computed.
     */
    private static @Nullable Node clamped(Node node, Op.Reduce r, Node operand, int[] readers, GraphBuilder b) {
        if (r.monoid() != Monoid.MAX && r.monoid() != Monoid.MIN) {
            return null;
        }
        List<Op> views = new ArrayList<>();
        Node x = operand;
        Node read = node.input(0);
        while (moves(x.op()) && x.op().equals(read.op()) && readers[read.id()] == 1) {
            views.add(x.op());
            x = x.input(0);
            read = read.input(0);
        }
        if (!(x.op() instanceof Op.Map(ScalarFn fn)) || fn != r.monoid().fn() || !x.op().equals(read.op()) || readers[read.id()] != 1) {
            return null;
        }
        int number = Uniform.of(x.input(1)) != null ? 1 : 0;
        Literal value = Uniform.of(x.input(number));
        if (value == null) {
            return null;
        }
        Node inside = x.input(1 - number);
        for (Op view : views.reversed()) {
            inside = b.apply(view, List.of(inside));
        }
        Node reduced = b.apply(r, List.of(inside));
        return b.apply(x.op(), List.of(reduced, Uniform.full(value, reduced.type(), b)));
    }

    /** Views of which each element is one of their operand's. */
    private static boolean moves(Op op) {
        return op instanceof Op.Window || op instanceof Op.Transpose || op instanceof Op.Reshape;
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        return switch (node.op()) {
            case Op.Reduce(Monoid monoid, List<Integer> axes) -> reduce(node, monoid, axes, in.get(0), b);
            // argmax over an axis of one element -> 0
            case Op.ArgReduce(var _, int axis) -> in.get(0).shape().dim(axis) == 1 ? Uniform.full(0, node.type(), b) : null;
            // contract over an empty axis -> 0
            case Op.Contract c -> c.leftContract().stream().anyMatch(k -> in.get(0).shape().dim(k) == 0) ? Uniform.full(0, node.type(), b) : null;
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Map _, Op.Cast _, Op.Gather _, Op.Scatter _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _, Op.Nested _, Op.Concat _, Op.View _ -> null;
        };
    }

    private static @Nullable Node reduce(Node node, Monoid monoid, List<Integer> axes, Node x, GraphBuilder b) {
        Shape shape = x.shape();
        if (axes.stream().anyMatch(k -> shape.dim(k) == 0)) {
            // reduce_sum over an empty axis -> 0
            return Uniform.full(monoid.identity(x.dtype()), node.type(), b);
        }
        if (axes.stream().allMatch(k -> shape.dim(k) == 1)) {
            // reduce_max(x: [3,1]) axes=[1] -> reshape(x); reduce_sum(x: [3,1]) axes=[1] -> add(reshape(x), 0.0), since a
            // sum starts from 0.0, which makes 0.0 of −0.0; so does log_sum_exp, which adds log1p(e^−∞)
            Node y = b.reshape(x, node.shape());
            return (monoid == Monoid.SUM || monoid == Monoid.LOG_SUM_EXP) && x.dtype().isFloat() ? b.add(y, 0) : y;
        }
        if (axes.stream().anyMatch(k -> shape.dim(k) == 1)) {
            return withoutUnitAxes(monoid, axes, x, b);
        }
        if (x.op() instanceof Op.Reduce(Monoid inner, List<Integer> first) && inner == monoid && anyOrder(monoid, x)) {
            // reduce_max(reduce_max(x)) -> reduce_max(x) over the axes of both
            return b.apply(new Op.Reduce(monoid, together(first, axes)), x.inputs());
        }
        return x.op() instanceof Op.Broadcast v ? ofBroadcast(node, monoid, axes, x, v, b) : null;
    }

    /** The result has the same bits in whatever order the elements come. */
    private static boolean anyOrder(Monoid monoid, Node x) {
        return !x.dtype().isFloat() || monoid == Monoid.MAX || monoid == Monoid.MIN;
    }

    /** {@code reduce_sum(x: [5,1,7]) axes=[1,2] -> reduce_sum(reshape(x): [5,7]) axes=[1]}, if the order of the sum stays. */
    private static @Nullable Node withoutUnitAxes(Monoid monoid, List<Integer> axes, Node x, GraphBuilder b) {
        List<Integer> units = axes.stream().filter(k -> x.shape().dim(k) == 1).toList();
        List<Integer> rest = axes.stream().filter(k -> !units.contains(k)).map(k -> k - (int) units.stream().filter(u -> u < k).count()).toList();
        Shape shape = x.shape().without(units);
        // [32,1] is one chain, but [32] sixteen.
        boolean sameOrder = SumOrder.of(x.shape(), axes).equals(SumOrder.of(shape, rest));
        return anyOrder(monoid, x) || sameOrder ? b.apply(new Op.Reduce(monoid, rest), List.of(b.reshape(x, shape))) : null;
    }

    /** Axes of an operand that was reduced over {@code first}, and of the result over {@code then}. */
    private static List<Integer> together(List<Integer> first, List<Integer> then) {
        TreeSet<Integer> all = new TreeSet<>(first);
        for (int axis : then) {
            int k = axis;
            for (int gone : first) {
                if (gone <= k) {
                    k++;
                }
            }
            all.add(k);
        }
        return List.copyOf(all);
    }

    /**
     * Reduces before repeating. Axes that repeat can be dropped by max and min; where another axis repeats, and is kept,
     * the reduction was done once for each repetition.
     */
    private static @Nullable Node ofBroadcast(Node node, Monoid monoid, List<Integer> axes, Node x, Op.Broadcast v, GraphBuilder b) {
        Node small = x.input(0);
        List<Integer> reduced = new ArrayList<>();
        List<Integer> placed = new ArrayList<>();
        for (int j = 0; j < small.rank(); j++) {
            int axis = v.axes().get(j);
            if (small.shape().dim(j) != x.shape().dim(axis)) {
                // An axis of one element: SimplifyViews takes it out first.
                return null;
            } else if (axes.contains(axis)) {
                reduced.add(j);
            } else {
                placed.add(axis - (int) axes.stream().filter(k -> k < axis).count());
            }
        }
        boolean idempotent = monoid == Monoid.MAX || monoid == Monoid.MIN || monoid == Monoid.AND || monoid == Monoid.OR;
        boolean allReal = reduced.size() == axes.size();
        boolean sameOrder = anyOrder(monoid, x) || SumOrder.of(x.shape(), axes).equals(SumOrder.of(small.shape(), reduced));
        if (!(allReal || idempotent) || !sameOrder || small.type().size() >= x.type().size()) {
            return null;
        }
        Node y = reduced.isEmpty() ? small : b.apply(new Op.Reduce(monoid, reduced), List.of(small));
        return b.broadcast(y, node.shape(), placed.stream().mapToInt(k -> k).toArray());
    }
}
