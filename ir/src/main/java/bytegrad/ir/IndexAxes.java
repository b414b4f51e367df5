package bytegrad.ir;

import java.util.ArrayList;
import java.util.List;

/**
 * The axes of a gather or a scatter: the data has axes [β,o,i,r], of which i are indexed, an index tensor [β,j], and the gathered or scattered
 * elements [β,o,j,r].
 *
 * @param batch how many axes β are
 * @param axis how many β and o are together
 * @param count how many i are, which is the number of index tensors
 * @param positions how many j are
 */
public record IndexAxes(int batch, int axis, int count, int positions) {
    /** Of a node that gathers or scatters. */
    public static IndexAxes of(Node n) {
        int first = firstIndex(n);
        int count = n.inputs().size() - first;
        int rank = n.input(first).rank();
        if (n.op() instanceof Op.Gather(int axis, int batch)) {
            return new IndexAxes(batch, axis, count, rank - batch);
        }
        Op.Scatter s = (Op.Scatter) n.op();
        return new IndexAxes(s.batch(), s.axis(), count, rank - s.batch());
    }

    /** The index tensors of a node that gathers or scatters, in order. */
    public static List<Node> indices(Node n) {
        return n.inputs().subList(firstIndex(n), n.inputs().size());
    }

    private static int firstIndex(Node n) {
        return n.op() instanceof Op.Gather ? 1 : 2;
    }

    /** [β,j] of [β,o,j,r]. */
    public <T> List<T> index(List<T> at) {
        List<T> index = new ArrayList<>(at.subList(0, batch));
        index.addAll(at.subList(axis, axis + positions));
        return index;
    }

    /** [β,o,i,r] of [β,o,j,r] and i. */
    public <T> List<T> element(List<T> at, List<T> picked) {
        List<T> element = new ArrayList<>(at.subList(0, axis));
        element.addAll(picked);
        element.addAll(at.subList(axis + positions, at.size()));
        return element;
    }
}
