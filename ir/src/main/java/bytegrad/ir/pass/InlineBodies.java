package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code custom(a) body=@1 -> the nodes of @1, of a}, and {@code cond(true, a) then=@1 -> the nodes of @1, of a}. Only for graphs of which no gradient
 * will be asked any more, since a custom's own is lost.
 */
public final class InlineBodies implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, InlineBodies::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        if (node.op() instanceof Op.Custom(Graph body, Graph vjp, int result)) {
            return inlined(body, in, result, b);
        }
        if (node.op() instanceof Op.Cond(Graph then, Graph otherwise, int result) && in.getFirst().op() instanceof Op.Constant(Literal value)) {
            return inlined(value.bitsAt(0) != 0 ? then : otherwise, in.subList(1, in.size()), result, b);
        }
        return null;
    }

    private static @Nullable Node inlined(Graph body, List<Node> operands, int result, GraphBuilder b) {
        Map<String, Node> inputs = new HashMap<>();
        for (int k = 0; k < operands.size(); k++) {
            inputs.put("k" + k, operands.get(k));
        }
        return b.inline(body, inputs).outputs().get("y" + result);
    }
}
