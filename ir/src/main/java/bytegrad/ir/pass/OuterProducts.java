package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A contraction over one element, such as the gradient of a weight from a batch of one, becomes elementwise, so that it can be part of any
 * kernel: {@code contract(x: [m,1], y: [1,n]) -> fma(broadcast(reshape(x)), broadcast(reshape(y)), 0)}, which is what its chain computes.
 *
 * <p>Not what overlapping windows are made of: {@link ContractOverlaps} has use for that.
 */
public final class OuterProducts implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, g -> {
            boolean[] overlapped = overlapped(g);
            return (node, in, b) -> node.op() instanceof Op.Contract c && !overlapped[node.id()] ? product(c, node, in.get(0), in.get(1), b) : null;
        });
    }

    /** The nodes that only elementwise operations and views separate from an {@link Op.OverlapAdd}. */
    private static boolean[] overlapped(Graph g) {
        boolean[] marked = new boolean[g.nodes().size()];
        for (Node n : g.nodes().reversed()) {
            boolean passes = n.op() instanceof Op.OverlapAdd
                    || marked[n.id()] && (n.op() instanceof Op.View || n.op() instanceof Op.Map || n.op() instanceof Op.Cast || n.op() instanceof Op.Concat);
            if (passes) {
                n.inputs().forEach(x -> marked[x.id()] = true);
            }
        }
        return marked;
    }

    private static @Nullable Node product(Op.Contract c, Node node, Node l, Node r, GraphBuilder b) {
        if (c.leftContract().stream().anyMatch(k -> l.shape().dim(k) != 1)) {
            return null;
        }
        Node left = batchFirst(l, c.leftBatch(), c.leftContract(), b);
        Node right = batchFirst(r, c.rightBatch(), c.rightContract(), b);
        int batch = c.leftBatch().size();
        Shape shape = node.shape();
        Node x = b.broadcast(left, shape, IntStream.range(0, left.rank()).toArray());
        Node y = b.broadcast(right, shape, IntStream.range(0, right.rank()).map(k -> k < batch ? k : k + left.rank() - batch).toArray());
        return node.dtype().isFloat() ? b.fma(x, y, Uniform.full(0, node.type(), b)) : b.mul(x, y);
    }

    /** The operand without its contracted axes, those of the batch first. */
    private static Node batchFirst(Node x, List<Integer> batch, List<Integer> contract, GraphBuilder b) {
        List<Integer> order = new ArrayList<>(batch);
        IntStream.range(0, x.rank()).filter(k -> !batch.contains(k) && !contract.contains(k)).forEach(order::add);
        int[] axes = order.stream().mapToInt(k -> k - (int) contract.stream().filter(c -> c < k).count()).toArray();
        return b.transpose(b.reshape(x, x.shape().without(contract)), axes);
    }
}
