package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cotangent gathered so far of each node on a path from {@code wrt} up to the ys. */
final class Cotangents implements Products {
    private final GraphBuilder b;
    private final Paths paths;
    private final @Nullable Node[] sums;

    Cotangents(GraphBuilder b, List<Node> ys, List<Node> wrt) {
        this.b = b;
        this.paths = Paths.ofFloats(b, wrt, ys);
        this.sums = new Node[paths.extent()];
    }

    Paths paths() {
        return paths;
    }

    /** Whether the node's cotangent leads on to one that was asked for. */
    boolean wants(Node x) {
        return paths.has(x);
    }

    @Override
    public boolean wants(Node y, int k) {
        return wants(y.input(k));
    }

    @Override
    public void add(Node y, int k, Node dx) {
        add(y.input(k), dx);
    }

    /** Adds to the cotangent of a node that is wanted: ((c₁ + c₂) + c₃) + …, in the order of the calls. */
    void add(Node x, Node dx) {
        if (!dx.type().equals(x.type())) {
            throw new IllegalStateException("cotangent " + dx + " does not have the type of " + x);
        }
        if (wants(x)) {
            int i = paths.place(x);
            Node sum = sums[i];
            sums[i] = sum == null ? dx : sum(b, sum, dx);
        }
    }

    /** The sum so far, or null where nothing arrived. */
    @Nullable Node of(Node x) {
        return wants(x) ? sums[paths.place(x)] : null;
    }

    /** x + z, also where the dtype is for storage only: then rounded to it. */
    static Node sum(GraphBuilder b, Node x, Node z) {
        DType computed = x.dtype().computed();
        return b.cast(b.add(b.cast(x, computed), b.cast(z, computed)), x.dtype());
    }
}
