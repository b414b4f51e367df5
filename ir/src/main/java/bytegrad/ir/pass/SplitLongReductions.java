package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts reductions of very many elements to few results into parts that threads can share, as {@link SumOrder#parts} says:
 *
 * <pre>{@code
 * y: f32[] = reduce_sum(x: f32[1000001]) axes=[0]
 *   →  a: f32[8] = reduce_sum(reshape(slice(x, 0..1000000)): f32[8,125000]) axes=[1]
 *      y = add(reduce_sum(a) axes=[0], reduce_sum(slice(x, 1000000..1000001)) axes=[0])
 * }</pre>
 *
 * It decides the order of arithmetic, so that it runs once, on every graph that is compiled, whatever else was simplified.
 */
public final class SplitLongReductions implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.once(graph, SplitLongReductions::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        if (!(node.op() instanceof Op.Reduce(Monoid monoid, List<Integer> axes))) {
            return null;
        }
        Node x = in.get(0);
        int parts = SumOrder.parts(x.shape(), axes);
        if (parts == 1) {
            return null;
        }
        int axis = SumOrder.cut(x.shape(), axes);
        int extent = x.shape().dim(axis);
        int main = extent - extent % parts;
        Node y = ofParts(monoid, axes, part(x, axis, 0, main, b), axis, parts, b);
        if (main == extent) {
            return y;
        }
        Node rest = b.apply(new Op.Reduce(monoid, axes), List.of(part(x, axis, main, extent, b)));
        return b.apply(new Op.Map(monoid.fn()), List.of(y, rest));
    }

    private static Node part(Node x, int axis, int from, int to, GraphBuilder b) {
        if (from == 0 && to == x.shape().dim(axis)) {
            return x;
        }
        List<Integer> starts = new ArrayList<>();
        List<Integer> strides = new ArrayList<>();
        List<Integer> limits = new ArrayList<>(x.shape().dims());
        for (int k = 0; k < x.rank(); k++) {
            starts.add(k == axis ? from : 0);
            strides.add(1);
        }
        limits.set(axis, to);
        return b.apply(new Op.Slice(starts, limits, strides), List.of(x));
    }

    /** {@code reduce(reduce(reshape(x))}: the axis as [parts, the rest of it], all but the parts first. */
    private static Node ofParts(Monoid monoid, List<Integer> axes, Node x, int axis, int parts, GraphBuilder b) {
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        dims.set(axis, parts);
        dims.add(axis + 1, x.shape().dim(axis) / parts);
        List<Integer> first = axes.stream().map(k -> k < axis ? k : k + 1).toList();
        Node cut = b.reshape(x, Shape.of(dims));
        Node partial = b.apply(new Op.Reduce(monoid, first), List.of(cut));
        int keptBefore = axis - (int) axes.stream().filter(k -> k < axis).count();
        return b.apply(new Op.Reduce(monoid, List.of(keptBefore)), List.of(partial));
    }
}
