package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Dense Jacobians: one product with a vector ({@link Gradient#pullback}, or {@link Gradient#pushforward} where the arguments have no more
 * elements than the results), mapped over the unit vectors ({@link Batch}). So the graph does not grow with their number; the work does, and the memory
 * of what is computed for each, between the forward values and the result.
 */
public final class Jacobian {
    private Jacobian() {}

    /**
     * j[i,k] = ∂y[i]/∂x[k], of the shape of y followed by that of x.
     *
     * @throws GraphException if a node is not float, y does not depend on x, or the result would have more axes or elements than a tensor can
     */
    public static Node of(GraphBuilder b, Node y, Node x) {
        return of(b, List.of(y), List.of(x), Gradient.Unreached.ERROR).get(0).get(0);
    }

    /**
     * The Jacobian of each y by each x: {@code get(i).get(k)} is that of the i-th y by the k-th x.
     *
     * @throws GraphException as {@link #of(GraphBuilder, Node, Node)} does; with {@link Gradient.Unreached#ZEROS}, a y that depends on no x, or an
     *     x that no y depends on, has zeros. Where some depend and some do not, those that do not have zeros in any case
     */
    public static List<List<Node>> of(GraphBuilder b, List<Node> ys, List<Node> xs, Gradient.Unreached unreached) {
        ys.forEach(y -> xs.forEach(x -> type(y, x)));
        boolean forward = size(xs) <= size(ys);
        List<List<Node>> blocks = new ArrayList<>();
        ys.forEach(y -> blocks.add(new ArrayList<>()));
        if (forward) {
            for (Node x : xs) {
                Node u = direction(b, x);
                List<Node> columns = Gradient.pushforward(b, ys, List.of(x), List.of(u), unreached);
                List<Node> all = Batch.of(b, columns, List.of(u), List.of(units(b, x)));
                for (int i = 0; i < ys.size(); i++) {
                    // [x, y…] → [y…, x]
                    Node back = b.transpose(all.get(i), rotated(ys.get(i).rank()));
                    blocks.get(i).add(b.reshape(back, type(ys.get(i), x).shape()));
                }
            }
        } else {
            for (int i = 0; i < ys.size(); i++) {
                Node y = ys.get(i);
                Node u = direction(b, y);
                List<Node> rows = Gradient.pullback(b, List.of(y), List.of(u), xs, unreached);
                List<Node> all = Batch.of(b, rows, List.of(u), List.of(units(b, y)));
                for (int k = 0; k < xs.size(); k++) {
                    blocks.get(i).add(b.reshape(all.get(k), type(y, xs.get(k)).shape()));
                }
            }
        }
        return blocks.stream().map(List::copyOf).toList();
    }

    private static long size(List<Node> nodes) {
        return nodes.stream().mapToLong(n -> n.shape().size()).sum();
    }

    /** Stands for the vector, until it is mapped over all of them; no graph that is built has it. */
    private static Node direction(GraphBuilder b, Node x) {
        return b.apply(new Op.Input("a direction of %" + x.id(), x.type()), List.of());
    }

    /** u[n,i] = 1 where i has the row-major position n, else 0. */
    private static Node units(GraphBuilder b, Node x) {
        int n = x.shape().size();
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        dims.addFirst(n);
        TensorType square = TensorType.of(DType.I32, n, n);
        return b.reshape(b.cast(b.eq(b.iota(square, 0), b.iota(square, 1)), x.dtype()), Shape.of(dims));
    }

    private static int[] rotated(int rank) {
        int[] axes = new int[rank + 1];
        for (int k = 0; k < rank; k++) {
            axes[k] = k + 1;
        }
        return axes;
    }

    private static TensorType type(Node y, Node x) {
        List<Integer> dims = new ArrayList<>(y.shape().dims());
        dims.addAll(x.shape().dims());
        try {
            return y.type().with(Shape.of(dims));
        } catch (GraphException e) {
            throw GraphException.at("Jacobian of " + Gradient.name(y) + " with respect to " + Gradient.name(x) + ": " + e.getMessage());
        }
    }
}
