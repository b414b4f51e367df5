package bytegrad.ir.pass;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Views of a broadcast: moved to before it, where there is less to move. {@code x} is the broadcast {@code v} of
 * {@code x.input(0)}.
 */
final class BroadcastViews {
    private BroadcastViews() {}

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(k -> k).toArray();
    }

    /** {@code transpose(broadcast(x)) -> broadcast(transpose(x))}. */
    static Node transpose(List<Integer> axes, Node x, Op.Broadcast v, Shape shape, GraphBuilder b) {
        Node small = x.input(0);
        // Where each axis of the small tensor comes to lie; it must be transposed so that these ascend.
        List<Integer> places = v.axes().stream().map(axes::indexOf).toList();
        List<Integer> order = IntStream.range(0, small.rank()).boxed().sorted(Comparator.comparing(places::get)).toList();
        return b.broadcast(b.transpose(small, ints(order)), shape, ints(order.stream().map(places::get).toList()));
    }

    /** {@code reshape(broadcast(x): [5,3]): [5,1,3] -> broadcast(x): [5,1,3]}, where only axes of one element come and go. */
    static @Nullable Node reshape(Node x, Op.Broadcast v, Shape shape, GraphBuilder b) {
        Node small = x.input(0);
        List<Integer> from = realAxes(x.shape());
        List<Integer> to = realAxes(shape);
        boolean onlyUnits = from.stream().map(x.shape()::dim).toList().equals(to.stream().map(shape::dim).toList());
        if (!onlyUnits || small.shape().dims().contains(1)) {
            return null;
        }
        return b.broadcast(small, shape, ints(v.axes().stream().map(a -> to.get(from.indexOf(a))).toList()));
    }

    /** Axes of other than one element. */
    static List<Integer> realAxes(Shape shape) {
        return IntStream.range(0, shape.rank()).filter(k -> shape.dim(k) != 1).boxed().toList();
    }

    /** {@code slice(broadcast(x)) -> broadcast(slice(x))}: nothing to cut where the axis is repeated. */
    static Node slice(Op.Slice s, Node x, Op.Broadcast v, Shape shape, GraphBuilder b) {
        Node small = x.input(0);
        List<Integer> starts = new ArrayList<>();
        List<Integer> limits = new ArrayList<>();
        List<Integer> strides = new ArrayList<>();
        for (int j = 0; j < small.rank(); j++) {
            int axis = v.axes().get(j);
            boolean repeated = small.shape().dim(j) != x.shape().dim(axis);
            starts.add(repeated ? 0 : s.starts().get(axis));
            limits.add(repeated ? 1 : s.limits().get(axis));
            strides.add(repeated ? 1 : s.strides().get(axis));
        }
        Node cut = small.rank() == 0 ? small : b.apply(new Op.Slice(starts, limits, strides), List.of(small));
        return b.broadcast(cut, shape, ints(v.axes()));
    }

    /** {@code flip(broadcast(x)) -> broadcast(flip(x))}: nothing to flip where the axis is repeated. */
    static Node flip(List<Integer> axes, Node x, Op.Broadcast v, GraphBuilder b) {
        Node small = x.input(0);
        List<Integer> flipped = IntStream.range(0, small.rank()).filter(j -> axes.contains(v.axes().get(j))).boxed().toList();
        return b.broadcast(b.flip(small, ints(flipped)), x.shape(), ints(v.axes()));
    }

    /** {@code broadcast(broadcast(x)) -> broadcast(x)}. */
    static Node broadcast(Op.Broadcast outer, Node x, Op.Broadcast v, GraphBuilder b) {
        return b.broadcast(x.input(0), outer.shape(), ints(v.axes().stream().map(outer.axes()::get).toList()));
    }

    /** {@code broadcast(x: [1,3]): [5,3] -> broadcast(reshape(x): [3]): [5,3]}: one form for repeating an axis. */
    static Node withoutUnitAxes(Op.Broadcast op, Node x, GraphBuilder b) {
        List<Integer> kept = realAxes(x.shape());
        Node small = b.reshape(x, Shape.of(kept.stream().map(x.shape()::dim).toList()));
        return b.broadcast(small, op.shape(), ints(kept.stream().map(op.axes()::get).toList()));
    }
}
