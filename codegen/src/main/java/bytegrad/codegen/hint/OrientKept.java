package bytegrad.codegen.hint;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.pass.Pass;
import bytegrad.ir.pass.Rewrite;
import java.util.List;
import java.util.Set;

/**
 * A matrix that is kept, times a column, becomes a row times that matrix: {@code contract(w: [n,k], x: [k]) -> contract(x, w)}. Its columns are put next to each other once, and a
 * vector then has as many results as lanes, where {@link bytegrad.ir.pass.OrientProducts} has one. Each chain stays as it was.
 *
 * @param inputs names of those that are kept
 */
public record OrientKept(Set<String> inputs) implements Pass {
    public OrientKept {
        inputs = Set.copyOf(inputs);
    }

    @Override
    public Graph run(Graph graph) {
        Set<Node> kept = KeptNodes.of(graph, Set.of(), inputs).all();
        return kept.isEmpty() ? graph : Rewrite.once(graph, (node, in, b) -> node.op() instanceof Op.Contract c && isTurned(c, node, kept)
                ? b.contract(new Op.Contract(List.of(), List.of(), c.rightContract(), c.leftContract()), in.get(1), in.get(0)) : null);
    }

    private static boolean isTurned(Op.Contract c, Node node, Set<Node> kept) {
        Node matrix = node.input(0);
        Node column = node.input(1);
        boolean product = c.leftBatch().isEmpty() && c.leftContract().size() == matrix.rank() - 1 && c.rightContract().size() == column.rank();
        return product && kept.contains(matrix) && !kept.contains(column)
                && c.leftContract().contains(matrix.rank() - 1) && matrix.shape().size() >= KeptNodes.LEAST;
    }
}
