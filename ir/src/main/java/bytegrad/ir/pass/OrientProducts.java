package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One row times a matrix that is contracted along its rows becomes that matrix times a column:
 * {@code contract(x: [1,k], w: [n,k]) -> reshape(contract(w, reshape(x): [k]))}. Each element of the matrix is used once, so that to put
 * columns next to each other would cost more than to multiply them; and rows are read as they lie. Each chain stays as it was.
 */
public final class OrientProducts implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, (node, in, b) -> node.op() instanceof Op.Contract c ? swapped(c, node, in.get(0), in.get(1), b) : null);
    }

    private static @Nullable Node swapped(Op.Contract c, Node node, Node row, Node matrix, GraphBuilder b) {
        List<Integer> free = IntStream.range(0, row.rank()).filter(k -> !c.leftBatch().contains(k) && !c.leftContract().contains(k)).boxed().toList();
        boolean alongRows = matrix.rank() > 0 && c.rightContract().contains(matrix.rank() - 1);
        boolean oneColumn = c.rightBatch().size() + c.rightContract().size() == matrix.rank();
        if (!alongRows || oneColumn || free.stream().anyMatch(k -> row.shape().dim(k) != 1)) {
            return null;
        }
        Op.Contract op = new Op.Contract(c.rightBatch(), without(free, c.leftBatch()), c.rightContract(), without(free, c.leftContract()));
        return b.reshape(b.contract(op, matrix, b.reshape(row, row.shape().without(free))), node.shape());
    }

    /** The axes, as they are numbered when some are gone. */
    private static List<Integer> without(List<Integer> gone, List<Integer> axes) {
        List<Integer> left = new ArrayList<>();
        axes.forEach(k -> left.add(k - (int) gone.stream().filter(g -> g < k).count()));
        return left;
    }
}
