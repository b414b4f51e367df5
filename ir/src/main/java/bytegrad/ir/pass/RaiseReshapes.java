package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is elementwise is computed before axes are joined, not behind: {@code mul(reshape(sin(x): [12,2,64]): [24,64], y) ->
 * reshape(mul(sin(x), reshape(y): [12,2,64]))}.
 *
 * <p>An index of joined axes says where the element is in memory, but not, without a division, at which index of the axes apart it is to be computed: the
 * operand would have to be stored first. The other way round costs nothing, since the index of an axis that is cut is affine in those of its parts.
 * The gradient of a pooling, which {@link PlaceWindows} makes such a reshape, so becomes part of the mask of the layer in front.
 *
 * <p>Not where it would part another operand from the contraction whose epilogue it is, nor where it would leave the last axis, along which
 * vectors lie, shorter.
 */
public final class RaiseReshapes implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, g -> {
            boolean[] epilogues = Readers.epilogues(g, Readers.of(g));
            return (node, in, b) -> node.op() instanceof Op.Map || node.op() instanceof Op.Cast ? raised(node, in, b, epilogues) : null;
        });
    }

    private static @Nullable Node raised(Node node, List<Node> in, GraphBuilder b, boolean[] epilogues) {
        for (int k = 0; k < in.size(); k++) {
            Node x = in.get(k);
            if (!(x.op() instanceof Op.Reshape) || !joins(x.input(0).shape(), x.shape()) || !isElementwise(x.input(0))) {
                continue;
            }
            int raised = k;
            boolean parts = false;
            for (int j = 0; j < in.size(); j++) {
                parts |= j != raised && epilogues[node.input(j).id()];
            }
            if (!parts) {
                Shape apart = x.input(0).shape();
                return b.reshape(b.apply(node.op(), in.stream().map(y -> y == x ? x.input(0) : b.reshape(y, apart)).toList()), x.shape());
            }
        }
        return null;
    }

    /** A view, but for reshapes, of something that any kernel can compute. */
    private static boolean isElementwise(Node n) {
        Node x = n;
        while (x.op() instanceof Op.View && !(x.op() instanceof Op.Pad) && !(x.op() instanceof Op.Reshape)) {
            x = x.input(0);
        }
        return x.op() instanceof Op.Map || x.op() instanceof Op.Cast;
    }

    /** Each axis after is one or several before, and the last is one. */
    static boolean joins(Shape before, Shape after) {
        boolean more = BroadcastViews.realAxes(before).size() > BroadcastViews.realAxes(after).size();
        if (before.size() == 0 || !more || after.rank() == 0 || before.dim(before.rank() - 1) != after.dim(after.rank() - 1)) {
            return false;
        }
        int next = 0;
        for (int a = 0; a < after.rank(); a++) {
            long extent = 1;
            while (next < before.rank() && extent * before.dim(next) <= after.dim(a) && after.dim(a) % (extent * before.dim(next)) == 0
                    && !(extent == after.dim(a) && before.dim(next) != 1)) {
                extent *= before.dim(next++);
            }
            if (extent != after.dim(a)) {
                return false;
            }
        }
        return next == before.rank();
    }
}
