package bytegrad.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The part of {@link GraphBuilder}'s vocabulary that reads and writes by index, sorts and cumulates. No index counts from the end, and none is
 * clamped: one that is out of range fails in the run.
 */
public abstract sealed class IndexedTensors extends Tensors permits GraphBuilder {
    /**
     * The greatest elements along an axis.
     *
     * @param values in descending order
     * @param indices where each of them was, as i32
     */
    public record TopK(Node values, Node indices) {}

    // ---- gather and scatter

    /** Rows of x along the axis, chosen by integer indices. */
    public Node gather(Node x, Node indices, int axis) {
        return gather(x, List.of(indices), axis(axis, x.rank()), 0);
    }

    /**
     * y[β,o,j,r] = x[β, o, i₁[β,j], …, iₙ[β,j], r], as {@link Op.Gather} says.
     *
     * @param axis the first of the n axes that are indexed, one for each tensor of indices
     * @param batch how many leading axes x and the indices share
     */
    public Node gather(Node x, List<Node> indices, int axis, int batch) {
        return apply(new Op.Gather(axis, batch), concatenated(List.of(x), indices));
    }

    /** The base, with each update combined with the element that its indices name, as {@link Op.Scatter} says. Of bf16 in f32, rounded at the end. */
    public Node scatter(Op.Combine combine, Node base, Node updates, List<Node> indices, int axis, int batch) {
        Op op = new Op.Scatter(combine, axis, batch);
        return combine == Op.Combine.SET
                ? apply(op, concatenated(List.of(base, updates), indices))
                : rounded(apply(op, concatenated(List.of(computable(base), computable(updates)), indices)), updates);
    }

    /** Zeros of the given extent along the axis, with each update added where its index points. */
    public Node scatterAdd(Node updates, Node indices, int axis, int extent) {
        int rank = indices.rank();
        int at = axis(axis, updates.rank() - rank + 1);
        if (at < 0 || at + rank > updates.rank()) {
            throw new GraphException("scatter_add of " + updates.type() + ", " + indices.type() + ": the updates must have the indices' shape "
                    + indices.shape() + " from axis " + axis + " on" + CallSite.suffix());
        }
        List<Integer> dims = new ArrayList<>(updates.shape().dims());
        dims.subList(at, at + rank).clear();
        dims.add(at, extent);
        Shape shape = GraphException.within("scatter_add of " + updates.type() + ", " + indices.type() + ": ", () -> Shape.of(dims));
        return scatter(Op.Combine.ADD, full(updates.type().with(shape), 0), updates, List.of(indices), at, 0);
    }

    /**
     * y[β,j,r] = x[β, indices[β,j,0], …, indices[β,j,n−1], r], as GatherND of ONNX.
     *
     * @param indices [β, j, n]: each row of the last axis names an element, or a slice, of x
     * @param batch how many leading axes are β
     */
    public Node gatherNd(Node x, Node indices, int batch) {
        return gather(x, columns("gather_nd", x, indices), batch, batch);
    }

    /** The base with updates[j,r] combined with the slice base[indices[j,0], …, indices[j,n−1], r], as ScatterND of ONNX. */
    public Node scatterNd(Op.Combine combine, Node base, Node indices, Node updates) {
        return scatter(combine, base, updates, columns("scatter_nd", base, indices), 0, 0);
    }

    /** The slices of the last axis. */
    private List<Node> columns(String what, Node x, Node indices) {
        int last = indices.rank() - 1;
        if (last < 0 || indices.shape().dim(last) == 0) {
            throw new GraphException(what + " of " + x.type() + ", " + indices.type() + ": the last axis of the indices must have an element for each axis"
                    + " that they index" + CallSite.suffix());
        }
        Shape rows = indices.shape().without(List.of(last));
        return IntStream.range(0, indices.shape().dim(last)).mapToObj(k -> reshape(slice(indices, last, k, k + 1), rows)).toList();
    }

    /** y[o,j,r] = x[o, indices[o,j,r], r] along the axis; the indices have all the other extents of x. */
    public Node takeAlongAxis(Node x, Node indices, int axis) {
        int[] order = lastAxis("take_along_axis", x, indices, axis);
        Node taken = gather(transpose(x, order), List.of(transpose(indices, order)), x.rank() - 1, x.rank() - 1);
        return transpose(taken, inverse(order));
    }

    /** x, with updates[o,j,r] combined with x[o, indices[o,j,r], r] along the axis; updates and indices are of one shape. */
    public Node putAlongAxis(Op.Combine combine, Node x, Node indices, Node updates, int axis) {
        int[] order = lastAxis("put_along_axis", x, indices, axis);
        Node put = scatter(combine, transpose(x, order), transpose(updates, order), List.of(transpose(indices, order)), x.rank() - 1, x.rank() - 1);
        return transpose(put, inverse(order));
    }

    /** The axes with the given one moved to the end. */
    private static int[] lastAxis(String what, Node x, Node indices, int axis) {
        int a = axis(axis, x.rank());
        if (a < 0 || a >= x.rank() || indices.rank() != x.rank() || !indices.shape().with(a, 0).equals(x.shape().with(a, 0))) {
            throw new GraphException(what + " of " + x.type() + ", " + indices.type() + " along axis " + axis
                    + ": the indices must have the shape of x but for that axis" + CallSite.suffix());
        }
        return IntStream.concat(IntStream.range(0, x.rank()).filter(k -> k != a), IntStream.of(a)).toArray();
    }

    private static int[] inverse(int[] order) {
        int[] inverse = new int[order.length];
        for (int k = 0; k < order.length; k++) {
            inverse[order[k]] = k;
        }
        return inverse;
    }

    private static List<Node> concatenated(List<Node> a, List<Node> b) {
        List<Node> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    // ---- along an axis

    /** The ⊕ of all elements up to each one along the axis: from the end if {@code reverse}, without it if {@code exclusive}. */
    public Node cumulate(Monoid monoid, Node x, int axis, boolean reverse, boolean exclusive) {
        return apply(new Op.Cumulate(monoid, axis(axis, x.rank()), reverse, exclusive), List.of(x));
    }

    /** The sum of all elements up to each one along the axis. */
    public Node cumsum(Node x, int axis) {
        return cumulate(Monoid.SUM, x, axis, false, false);
    }

    /** The order of the elements along the axis, as i32 indices; stable, with NaN as the greatest. */
    public Node argsort(Node x, int axis, boolean descending) {
        int a = axis(axis, x.rank());
        int count = a < 0 || a >= x.rank() ? 0 : x.shape().dim(a);
        return apply(new Op.ArgSort(a, descending, count), List.of(x));
    }

    /** The elements along the axis in order; NaN is the greatest. */
    public Node sort(Node x, int axis, boolean descending) {
        return takeAlongAxis(x, argsort(x, axis, descending), axis);
    }

    /** The {@code k} greatest elements along the axis; of equal ones the first. */
    public TopK topK(Node x, int k, int axis) {
        Node indices = apply(new Op.ArgSort(axis(axis, x.rank()), true, k), List.of(x));
        return new TopK(takeAlongAxis(x, indices, axis), indices);
    }
}
