package bytegrad.ir.nn;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.List;
import java.util.Optional;

/** Attention (Vaswani et al., arXiv:1706.03762): two batched contractions around a softmax. */
public final class Attention {
    private Attention() {}

    /**
     * softmax(q·kᵀ / √D, where the mask is true)·v. A query that sees no key has NaN.
     *
     * <p>With fewer heads of keys than of queries, neighbouring queries' heads share one (grouped query, Ainslie et al., arXiv:2305.13245).
     *
     * @param q [N, H, T, D]
     * @param k [N, G, S, D], G divides H
     * @param v [N, G, S, E]
     * @param mask bool, broadcast to [N, H, T, S]: which keys a query sees; see {@link #causal}
     * @return [N, H, T, E]
     */
    public static Node scaledDotProduct(GraphBuilder b, Node q, Node k, Node v, Optional<Node> mask) {
        boolean ranks = q.rank() == 4 && k.rank() == 4 && v.rank() == 4;
        if (!ranks || q.shape().dim(0) != k.shape().dim(0) || q.shape().dim(3) != k.shape().dim(3) || k.shape().dim(1) == 0
                || q.shape().dim(1) % k.shape().dim(1) != 0 || !v.shape().dims().subList(0, 3).equals(k.shape().dims().subList(0, 3))) {
            throw GraphException.at("attention of queries " + q.type() + ", keys " + k.type() + ", values " + v.type()
                    + ": needs [N, H, T, D], [N, G, S, D] and [N, G, S, E], where G divides H");
        }
        int n = q.shape().dim(0);
        int heads = q.shape().dim(1);
        int length = q.shape().dim(2);
        int groups = k.shape().dim(1);
        int keys = k.shape().dim(2);
        Node grouped = b.reshape(q, n, groups, heads / groups * length, q.shape().dim(3));
        List<Integer> batch = List.of(0, 1);
        Node scores = b.reshape(b.contract(new Op.Contract(batch, batch, List.of(3), List.of(3)), grouped, k), n, heads, length, keys);
        scores = b.mul(scores, 1 / Math.sqrt(q.shape().dim(3)));
        if (mask.isPresent()) {
            Node all = b.broadcastTo(mask.get(), scores.shape());
            scores = b.select(all, scores, b.full(scores.type(), Double.NEGATIVE_INFINITY));
        }
        // Normalised last: a row of weights is divided by its sum where it has D elements, not S; so is its gradient.
        Node powers = Activations.powers(b, scores, -1);
        Node norm = b.reshape(b.div(b.constant(q.dtype(), 1), b.sum(powers, -1)), n, groups, heads / groups * length);
        Node weights = b.reshape(powers, n, groups, heads / groups * length, keys);
        Node weighted = b.contract(new Op.Contract(batch, batch, List.of(3), List.of(2)), weights, v);
        Node y = b.mul(weighted, b.broadcast(norm, weighted.shape(), 0, 1, 2));
        return b.reshape(y, n, heads, length, v.shape().dim(3));
    }

    /** A mask [T, S] by which query t sees keys 0 to t + S − T: itself and those before, the last query all. */
    public static Node causal(GraphBuilder b, int queries, int keys) {
        TensorType type = TensorType.of(DType.I32, queries, keys);
        return b.le(b.iota(type, 1), b.add(b.iota(type, 0), b.constant(DType.I32, keys - queries)));
    }

    /**
     * Attention of a sequence to itself with several heads: the projections, {@link #scaledDotProduct}, the projection back.
     *
     * @param x [N, T, W]
     * @param w [W, 3·W]: columns of queries, then keys, then values; in each, head after head
     * @param bias [3·W]
     * @param out [W, W]
     * @param outBias [W]
     * @param heads divides W
     */
    public static Node self(GraphBuilder b, Node x, Node w, Node bias, Node out, Node outBias, int heads, Optional<Node> mask) {
        int width = x.rank() == 3 ? x.shape().dim(2) : 0;
        if (width == 0 || heads < 1 || width % heads != 0 || !w.shape().equals(Shape.of(width, 3 * width))) {
            throw GraphException.at("attention of " + x.type() + " with weights " + w.type() + ": needs [N, T, W] and [W, 3·W], and a number of heads that divides W, not "
                    + heads);
        }
        int n = x.shape().dim(0);
        int length = x.shape().dim(1);
        Node parts = b.reshape(Layers.dense(b, x, w, bias), n, length, 3, heads, width / heads);
        Node y = scaledDotProduct(b, part(b, parts, 0), part(b, parts, 1), part(b, parts, 2), mask);
        return Layers.dense(b, b.reshape(b.transpose(y, 0, 2, 1, 3), n, length, width), out, outBias);
    }

    /** From [N, T, 3, H, D] to [N, H, T, D]. */
    private static Node part(GraphBuilder b, Node parts, int which) {
        List<Integer> d = parts.shape().dims();
        Node part = b.reshape(b.slice(parts, 2, which, which + 1), d.get(0), d.get(1), d.get(3), d.get(4));
        return b.transpose(part, 0, 2, 1, 3);
    }

    /**
     * Rotary positions (Su et al., arXiv:2104.09864): the pair of elements i and i + D/2 of position t is turned by t·base^(−2i/D).
     *
     * @param x […, T, D], D even
     * @param first the position of the first
     * @param base commonly 10000
     */
    public static Node rotary(GraphBuilder b, Node x, int first, double base) {
        int rank = x.rank();
        if (rank < 2 || x.shape().dim(rank - 1) % 2 != 0) {
            throw GraphException.at("rotary positions of " + x.type() + ": needs […, T, D] with an even D");
        }
        int length = x.shape().dim(rank - 2);
        int half = x.shape().dim(rank - 1) / 2;
        double[] cos = new double[length * half];
        double[] sin = new double[length * half];
        for (int t = 0; t < length; t++) {
            for (int i = 0; i < half; i++) {
                double angle = (first + t) * Math.pow(base, -(double) i / half);
                cos[t * half + i] = Math.cos(angle);
                sin[t * half + i] = Math.sin(angle);
            }
        }
        Node c = Layers.constant(b, x.dtype(), cos, length, half);
        Node s = Layers.constant(b, x.dtype(), sin, length, half);
        Node u = b.slice(x, rank - 1, 0, half);
        Node v = b.slice(x, rank - 1, half, 2 * half);
        return b.concat(rank - 1, b.sub(b.mul(u, c), b.mul(v, s)), b.add(b.mul(u, s), b.mul(v, c)));
    }
}
