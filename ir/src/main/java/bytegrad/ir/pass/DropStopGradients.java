package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code stop_gradient(x) -> x}. Only for graphs of which no gradient will be asked any more. */
public final class DropStopGradients implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, DropStopGradients::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        return node.op() instanceof Op.Map(ScalarFn fn) && fn == ScalarFn.STOP_GRADIENT ? in.get(0) : null;
    }
}
