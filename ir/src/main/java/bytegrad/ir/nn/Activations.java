package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import java.util.stream.IntStream;

/** Activation functions; each result has the shape and dtype of its operand. */
public final class Activations {
    private Activations() {}

    /** max(x, 0); NaN stays NaN. */
    public static Node relu(GraphBuilder b, Node x) {
        return b.max(x, b.constant(x.dtype(), 0));
    }

    /** tanh(x). */
    public static Node tanh(GraphBuilder b, Node x) {
        return b.tanh(x);
    }

    /** 1 / (1 + e⁻ˣ). */
    public static Node sigmoid(GraphBuilder b, Node x) {
        return b.sigmoid(x);
    }

    /** ½·x·(1 + erf(x/√2)): the exact form, not the one with tanh (Hendrycks and Gimpel, arXiv:1606.08415). */
    public static Node gelu(GraphBuilder b, Node x) {
        return b.mul(b.mul(x, 0.5), b.add(b.erf(b.mul(x, Math.sqrt(0.5))), 1));
    }

    /**
     * y = e^(x−m) / Σ e^(x−m) along the axis, where m is the greatest x there. A slice with a NaN or +∞, or of −∞ alone,
     * is all NaN.
     */
    public static Node softmax(GraphBuilder b, Node x, int axis) {
        Node e = b.exp(b.sub(x, greatest(b, x, axis)));
        return b.div(e, along(b, b.sum(e, axis), x, axis));
    }

    /** y = (x−m) − log Σ e^(x−m) along the axis, where m is the greatest x there. */
    public static Node logSoftmax(GraphBuilder b, Node x, int axis) {
        Node shifted = b.sub(x, greatest(b, x, axis));
        return b.sub(shifted, along(b, b.log(b.sum(b.exp(shifted), axis)), x, axis));
    }

    /** The greatest element along the axis, in x's shape. It cancels out of every formula here, so no gradient flows through it. */
    private static Node greatest(GraphBuilder b, Node x, int axis) {
        return along(b, b.stopGradient(b.reduce(Monoid.MAX, x, axis)), x, axis);
    }

    /** A reduction of x along the axis, repeated along it again. */
    private static Node along(GraphBuilder b, Node reduced, Node x, int axis) {
        int a = axis < 0 ? axis + x.rank() : axis;
        return b.broadcast(reduced, x.shape(), IntStream.range(0, x.rank()).filter(k -> k != a).toArray());
    }
}
