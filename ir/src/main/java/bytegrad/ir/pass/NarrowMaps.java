package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes before repeating: {@code map(broadcast(a), broadcast(b)) -> broadcast(map(a, b))}, where all operands are
 * repeated alike, or are scalars. So {@code lr * c} is one multiplication, not one for every parameter, and what is
 * computed of row sums is computed once a row.
 */
public final class NarrowMaps implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, NarrowMaps::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        return switch (node.op()) {
            case Op.Map _, Op.Cast _ -> narrow(node, in, b);
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Reduce _, Op.ArgReduce _, Op.Contract _, Op.Gather _, Op.Scatter _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _, Op.Nested _, Op.Concat _,
                    Op.View _ -> null;
        };
    }

    private static @Nullable Node narrow(Node node, List<Node> in, GraphBuilder b) {
        Op.Broadcast view = null;
        Shape small = Shape.SCALAR;
        for (Node x : in) {
            if (!(x.op() instanceof Op.Broadcast v)) {
                return null;
            }
            if (Uniform.scalar(x) == null) {
                if (view != null && !(view.equals(v) && small.equals(x.input(0).shape()))) {
                    return null;
                }
                view = v;
                small = x.input(0).shape();
            }
        }
        // Without repetition there is nothing to gain; views of the same size are for SimplifyViews.
        if (small.size() >= node.type().size()) {
            return null;
        }
        List<Node> narrow = new ArrayList<>();
        for (Node x : in) {
            narrow.add(b.broadcastTo(x.input(0), small));
        }
        Node y = b.apply(node.op(), narrow);
        // With scalars alone the result is one.
        Op.Broadcast repeat = view != null ? view : new Op.Broadcast(node.shape(), List.of());
        return b.apply(repeat, List.of(y));
    }
}
