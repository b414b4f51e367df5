package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A contraction pairs axes wherever they are, so that transposes next to it cost nothing:
 * {@code contract(transpose(x), y) -> contract(x, y)} with other axes, and {@code transpose(contract(x, y)) ->
 * contract(y, x)}. Each product and the order of each chain stay as they were.
 */
public final class AbsorbTransposes implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, g -> {
            int[] consumers = Readers.of(g);
            return (node, in, b) -> replace(node, in, b, consumers);
        });
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b, int[] consumers) {
        return switch (node.op()) {
            case Op.Contract c -> ofTransposes(c, in.get(0), in.get(1), b);
            case Op.Transpose(List<Integer> axes) -> {
                // A contraction that others read too would be computed twice.
                boolean alone = node.input(0).op() instanceof Op.Contract && consumers[node.input(0).id()] == 1;
                yield alone && in.get(0).op() instanceof Op.Contract c ? transposed(axes, c, in.get(0), b) : null;
            }
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Map _, Op.Cast _, Op.Reduce _, Op.ArgReduce _, Op.Gather _, Op.Scatter _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _, Op.Nested _, Op.Concat _,
                    Op.Reshape _, Op.Broadcast _, Op.Slice _, Op.Pad _, Op.Window _, Op.Flip _ -> null;
        };
    }

    private static @Nullable Node ofTransposes(Op.Contract c, Node l, Node r, GraphBuilder b) {
        boolean left = l.op() instanceof Op.Transpose(List<Integer> axes) && keepsOrder(axes, c.leftBatch(), c.leftContract());
        boolean right = r.op() instanceof Op.Transpose(List<Integer> axes) && keepsOrder(axes, c.rightBatch(), c.rightContract());
        if (!left && !right) {
            return null;
        }
        Op.Contract absorbed = new Op.Contract(
                left ? through(l, c.leftBatch()) : c.leftBatch(),
                right ? through(r, c.rightBatch()) : c.rightBatch(),
                left ? through(l, c.leftContract()) : c.leftContract(),
                right ? through(r, c.rightContract()) : c.rightContract());
        return b.contract(absorbed, left ? l.input(0) : l, right ? r.input(0) : r);
    }

    /** The axes that are not paired come in the same order before the transpose. */
    private static boolean keepsOrder(List<Integer> axes, List<Integer> batch, List<Integer> contract) {
        int last = -1;
        for (int k = 0; k < axes.size(); k++) {
            if (!batch.contains(k) && !contract.contains(k)) {
                if (axes.get(k) < last) {
                    return false;
                }
                last = axes.get(k);
            }
        }
        return true;
    }

    /** The transpose's result axes as axes of its operand. */
    private static List<Integer> through(Node transpose, List<Integer> axes) {
        return transpose.op() instanceof Op.Transpose(List<Integer> t) ? axes.stream().map(t::get).toList() : axes;
    }

    /** If the transpose does no more than swap the left operand's free axes with the right one's. */
    private static @Nullable Node transposed(List<Integer> axes, Op.Contract c, Node contract, GraphBuilder b) {
        Node l = contract.input(0);
        Node r = contract.input(1);
        int batch = c.leftBatch().size();
        int m = l.rank() - batch - c.leftContract().size();
        int rank = contract.rank();
        IntStream swapped = IntStream.concat(IntStream.range(batch + m, rank), IntStream.range(batch, batch + m));
        List<Integer> swap = IntStream.concat(IntStream.range(0, batch), swapped).boxed().toList();
        return axes.equals(swap) ? b.contract(new Op.Contract(c.rightBatch(), c.leftBatch(), c.rightContract(), c.leftContract()), r, l) : null;
    }
}
