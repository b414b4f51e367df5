package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
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

    /** ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))): the approximation of {@link #gelu} in the same paper. */
    public static Node geluTanh(GraphBuilder b, Node x) {
        Node inner = b.mul(b.add(x, b.mul(b.mul(b.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
        return b.mul(b.mul(x, 0.5), b.add(b.tanh(inner), 1));
    }

    /** x where x &gt; 0, else slope·x (Maas et al. 2013). */
    public static Node leakyRelu(GraphBuilder b, Node x, double slope) {
        return b.select(positive(b, x), x, b.mul(x, slope));
    }

    /** As {@link #leakyRelu}, the slope a tensor that broadcasts to x (He et al., arXiv:1502.01852). */
    public static Node prelu(GraphBuilder b, Node x, Node slope) {
        return b.select(positive(b, x), x, b.mul(x, slope));
    }

    /** x where x &gt; 0, else α·(eˣ − 1) (Clevert et al., arXiv:1511.07289). */
    public static Node elu(GraphBuilder b, Node x, double alpha) {
        return b.select(positive(b, x), x, b.mul(b.expm1(b.min(x, b.constant(x.dtype(), 0))), alpha));
    }

    /** 1.0507·elu(x) with α = 1.6733, in more digits (Klambauer et al., arXiv:1706.02515). */
    public static Node selu(GraphBuilder b, Node x) {
        return b.mul(elu(b, x, 1.6732632423543772), 1.0507009873554805);
    }

    /** x where x &gt; 0, else α·(e^(x/α) − 1) (Barron, arXiv:1704.07483). */
    public static Node celu(GraphBuilder b, Node x, double alpha) {
        return b.select(positive(b, x), x, b.mul(b.expm1(b.mul(b.min(x, b.constant(x.dtype(), 0)), 1 / alpha)), alpha));
    }

    /** x·σ(x), also called swish (Elfwing et al., arXiv:1702.03118). */
    public static Node silu(GraphBuilder b, Node x) {
        return b.mul(x, b.sigmoid(x));
    }

    /** log(1 + eˣ), without overflow: max(x, 0) + log1p(e^−|x|). */
    public static Node softplus(GraphBuilder b, Node x) {
        return b.logAddExp(x, b.zerosLike(x));
    }

    /** log σ(x) = −softplus(−x). */
    public static Node logSigmoid(GraphBuilder b, Node x) {
        return b.neg(softplus(b, b.neg(x)));
    }

    /** x·tanh(softplus(x)) (Misra, arXiv:1908.08681). */
    public static Node mish(GraphBuilder b, Node x) {
        return b.mul(x, b.tanh(softplus(b, x)));
    }

    /** x / (1 + |x|). */
    public static Node softsign(GraphBuilder b, Node x) {
        return b.div(x, b.add(b.abs(x), 1));
    }

    /** x cut off at −1 and 1. */
    public static Node hardTanh(GraphBuilder b, Node x) {
        return b.clip(x, -1, 1);
    }

    /** x cut off at 0 and 6. */
    public static Node relu6(GraphBuilder b, Node x) {
        return b.clip(x, 0, 6);
    }

    /** relu6(x + 3) / 6 (Howard et al., arXiv:1905.02244). */
    public static Node hardSigmoid(GraphBuilder b, Node x) {
        return b.mul(relu6(b, b.add(x, 3)), 1 / 6.0);
    }

    /** x·hardSigmoid(x). */
    public static Node hardSwish(GraphBuilder b, Node x) {
        return b.mul(x, hardSigmoid(b, x));
    }

    /** The first half along the axis, times σ of the second (Dauphin et al., arXiv:1612.08083). */
    public static Node glu(GraphBuilder b, Node x, int axis) {
        return b.mul(half(b, x, axis, 0), b.sigmoid(half(b, x, axis, 1)));
    }

    /** {@link #silu} of the first half along the axis, times the second (Shazeer, arXiv:2002.05202). */
    public static Node swiglu(GraphBuilder b, Node x, int axis) {
        return b.mul(silu(b, half(b, x, axis, 0)), half(b, x, axis, 1));
    }

    private static Node half(GraphBuilder b, Node x, int axis, int which) {
        int a = axis < 0 ? axis + x.rank() : axis;
        if (a < 0 || a >= x.rank() || x.shape().dim(a) % 2 != 0) {
            throw GraphException.at("glu of " + x.type() + ": needs an even number of elements along axis " + axis);
        }
        int n = x.shape().dim(a) / 2;
        return b.slice(x, a, which * n, (which + 1) * n);
    }

    private static Node positive(GraphBuilder b, Node x) {
        return b.gt(x, b.constant(x.dtype(), 0));
    }

    /**
     * y = e^(x−m) · (1 / Σ e^(x−m)) along the axis, where m is the greatest x there: one division for each slice. A slice with a NaN or
     * +∞, or of −∞ alone, is all NaN.
     */
    public static Node softmax(GraphBuilder b, Node x, int axis) {
        Node e = powers(b, x, axis);
        Node sum = b.sum(e, axis);
        return b.mul(e, along(b, b.div(b.constant(x.dtype(), 1), sum), x, axis));
    }

    /** e^(x−m) along the axis, where m is the greatest x there: a softmax times its sum. */
    static Node powers(GraphBuilder b, Node x, int axis) {
        return b.exp(b.sub(x, greatest(b, x, axis)));
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
