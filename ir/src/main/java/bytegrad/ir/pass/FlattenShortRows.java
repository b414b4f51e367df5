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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes one row of several that are reduced with all their elements and too short for partial results, as {@link SumOrder#flattened} says: one chain of all elements would have each wait for the
 * one before.
 *
 * <pre>{@code
 * y: f32[] = reduce_sum(mul(x, x): f32[5,29,29,6]) axes=[0,1,2,3]
 *   →  a: f32[25230] = reshape(x)
 *      y = reduce_sum(mul(a, a)) axes=[0]
 * }</pre>
 *
 * Not where the rows are windows or copies of something smaller: they would have to be stored. It decides the order of arithmetic, so that it runs once, on every graph that is compiled. What computes the rows' elements for the reduction alone is made to
 * compute those of the long row, as far as it reads nothing but numbers and tensors of the same shape: it can then be part of the reduction's loop.
 */
public final class FlattenShortRows implements Pass {
    /** Functions within functions that follow the row. */
    private static final int DEEPEST = 8;

    @Override
    public Graph run(Graph graph) {
        int[] readers = Readers.of(graph);
        return Rewrite.once(graph, (node, in, b) -> replace(node, in, b, readers));
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b, int[] readers) {
        if (!(node.op() instanceof Op.Reduce(Monoid monoid, List<Integer> axes))) {
            return null;
        }
        Shape shape = node.input(0).shape();
        int rows = SumOrder.flattened(shape, axes);
        if (rows == 1 || largest(node.input(0), 0) < shape.size()) {
            return null;
        }
        int kept = shape.rank() - rows;
        List<Integer> dims = new ArrayList<>(shape.dims().subList(0, kept));
        dims.add(shape.dims().subList(kept, shape.rank()).stream().reduce(1, Math::multiplyExact));
        List<Integer> reduced = IntStream.rangeClosed(0, kept).filter(a -> a == kept || axes.contains(a)).boxed().toList();
        return b.apply(new Op.Reduce(monoid, reduced), List.of(flat(node.input(0), in.getFirst(), Shape.of(dims), b, readers, 0)));
    }

    /** Elements of the largest tensor that the node is computed of, near it, apart from functions and views: one row of more would be stored, where as many are read now. */
    private static long largest(Node node, int depth) {
        if (!(node.op() instanceof Op.Map || node.op() instanceof Op.Cast || node.op() instanceof Op.View)) {
            return node.shape().size();
        }
        return depth == DEEPEST ? 0 : node.inputs().stream().mapToLong(x -> largest(x, depth + 1)).max().orElse(0);
    }

    /** @param now the node in the new graph */
    private static Node flat(Node node, Node now, Shape shape, GraphBuilder b, int[] readers, int depth) {
        boolean follows = depth < DEEPEST && (now.op() instanceof Op.Map || now.op() instanceof Op.Cast) && now.op().equals(node.op()) && readers[node.id()] == 1
                && now.inputs().stream().allMatch(x -> isNumber(x) || !(x.op() instanceof Op.View));
        if (!follows) {
            return isNumber(now) ? b.broadcast(now.input(0), shape) : b.reshape(now, shape);
        }
        List<Node> in = new ArrayList<>();
        for (int k = 0; k < now.inputs().size(); k++) {
            in.add(flat(node.input(k), now.input(k), shape, b, readers, depth + 1));
        }
        return b.apply(now.op(), in);
    }

    private static boolean isNumber(Node x) {
        return x.op() instanceof Op.Broadcast && x.input(0).rank() == 0;
    }
}
