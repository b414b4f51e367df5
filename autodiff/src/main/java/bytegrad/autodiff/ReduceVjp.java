package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Cotangents of y[i] = ⊕ₖ x[i,k]. */
final class ReduceVjp {
    private final GraphBuilder b;

    ReduceVjp(GraphBuilder b) {
        this.b = b;
    }

    Node pull(Monoid monoid, List<Integer> axes, Node y, Node dy) {
        Node x = y.input(0);
        if (x.shape().size() == 0) {
            return b.zerosLike(x);
        }
        return switch (monoid) {
            case SUM -> along(dy, x.shape(), axes);
            case LOG_SUM_EXP -> logSumExp(x, axes, y, dy);
            case AND, OR -> throw new IllegalArgumentException("a reduction of truths or bits has no derivative");
            case PRODUCT -> fromRows(product(rows(x, axes), dy), x.shape(), axes);
            case MAX, MIN -> axes.size() == 1 ? first(monoid, x, axes.get(0), dy) : firstOfSeveral(monoid, x, axes, dy);
        };
    }

    /** dx[i,k] = dy[i]. */
    private Node along(Node dy, Shape shape, List<Integer> axes) {
        return b.broadcast(dy, shape, Vjp.kept(shape.rank(), axes));
    }

    /** dx[i,k] = dy[i]·e^(x[i,k] − y[i]); where y is −∞, so is every x, and the share of each is 0. */
    private Node logSumExp(Node x, List<Integer> axes, Node y, Node dy) {
        Node finite = new MapVjp(b).finite(y);
        return b.mul(along(dy, x.shape(), axes), b.exp(b.sub(x, along(finite, x.shape(), axes))));
    }

    /** dx[i,k] = dy[i] where k is the first index of the extreme, else 0. */
    private Node first(Monoid monoid, Node x, int axis, Node dy) {
        List<Integer> axes = List.of(axis);
        Node at = along(monoid == Monoid.MAX ? b.argmax(x, axis) : b.argmin(x, axis), x.shape(), axes);
        Node index = b.iota(x.type().with(DType.I32), axis);
        return b.select(b.eq(index, at), along(dy, x.shape(), axes), b.zerosLike(x));
    }

    /**
     * As above with k row-major over several axes, of which the first is the least at which x is the extreme (or NaN, where that is
     * NaN). Nothing but maps and reductions, so that the x of overlapping windows, as in a pooling, need not be stored.
     */
    private Node firstOfSeveral(Monoid monoid, Node x, List<Integer> axes, Node dy) {
        int[] reduced = axes.stream().mapToInt(k -> k).toArray();
        TensorType type = x.type().with(DType.I32);
        Shape several = Shape.of(axes.stream().map(x.shape()::dim).toList());
        Node index = b.broadcast(b.reshape(b.iota(TensorType.of(DType.I32, several.size()), 0), several), x.shape(), reduced);
        Node extreme = b.or(b.eq(x, along(b.reduce(monoid, x, reduced), x.shape(), axes)), b.ne(x, x));
        Node at = b.reduce(Monoid.MIN, b.select(extreme, index, b.full(type, Integer.MAX_VALUE)), reduced);
        return b.select(b.eq(index, along(at, x.shape(), axes)), along(dy, x.shape(), axes), b.zerosLike(x));
    }

    /**
     * dx[n,k] = dy[n] · Πⱼ≠ₖ x[n,j], without a division, so that zeros are right and any order of derivative is: up a
     * binary tree of products, then down it, where each child gets its parent's value times its sibling. O(k) work and
     * O(log k) nodes.
     */
    private Node product(Node x, Node dy) {
        int n = x.shape().dim(0);
        List<Node> levels = new ArrayList<>();
        Node p = x;
        for (int k = x.shape().dim(1); k > 1; k = p.shape().dim(1)) {
            // An odd one out pairs with 1.
            Node even = k % 2 == 0 ? p : b.pad(p, new int[] {0, 0}, new int[] {0, 1}, 1);
            Node pairs = b.reshape(even, n, (k + 1) / 2, 2);
            levels.add(pairs);
            p = b.reduce(Monoid.PRODUCT, pairs, 2);
        }
        Node d = b.reshape(dy, n, 1);
        for (int l = levels.size() - 1; l >= 0; l--) {
            Node pairs = levels.get(l);
            Node both = b.mul(b.broadcast(d, pairs.shape(), 0, 1), b.flip(pairs, 2));
            Node flat = b.reshape(both, n, 2 * pairs.shape().dim(1));
            int k = l == 0 ? x.shape().dim(1) : levels.get(l - 1).shape().dim(1);
            d = flat.shape().dim(1) == k ? flat : b.slice(flat, 1, 0, k);
        }
        return d;
    }

    /** x[i,k] as a matrix: the reduced axes, in order, become the columns. */
    private Node rows(Node x, List<Integer> axes) {
        int columns = axes.stream().mapToInt(k -> x.shape().dim(k)).reduce(1, (a, c) -> a * c);
        return b.reshape(b.transpose(x, order(x.rank(), axes)), x.shape().size() / columns, columns);
    }

    /** The inverse of {@link #rows}. */
    private Node fromRows(Node matrix, Shape shape, List<Integer> axes) {
        int[] order = order(shape.rank(), axes);
        int[] inverse = new int[order.length];
        for (int k = 0; k < order.length; k++) {
            inverse[order[k]] = k;
        }
        return b.transpose(b.reshape(matrix, Shape.of(IntStream.of(order).map(shape::dim).toArray())), inverse);
    }

    private static int[] order(int rank, List<Integer> axes) {
        return IntStream.concat(IntStream.of(Vjp.kept(rank, axes)), axes.stream().mapToInt(k -> k)).toArray();
    }
}
