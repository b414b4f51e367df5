package bytegrad.ir.nn;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.List;
import java.util.stream.IntStream;

/** Pooling besides that of {@link Convolutions}: by a p-norm, over everything, and to a given number of places. Data are [N, spatial…, C]. */
public final class Pools {
    private Pools() {}

    /**
     * (Σ over a window of |x|^p)^(1/p); 0 outside x.
     *
     * @param p at least 1, so that there is a gradient where all of a window is small
     * @return [N, windows that fit…, C]
     */
    public static Node lp(GraphBuilder b, Node x, double p, List<Integer> sizes, List<Integer> strides, Padding padding) {
        if (!(p >= 1 && Double.isFinite(p))) {
            throw GraphException.at("Lp pooling of " + x.type() + ": p is " + p + " but must be finite and at least 1");
        }
        Node powers = p == 2 ? b.square(x) : b.pow(b.abs(x), p);
        Node sum = Convolutions.sumPool("Lp pooling", b, powers, sizes, strides, padding);
        return p == 1 ? sum : p == 2 ? b.sqrt(sum) : b.pow(sum, 1 / p);
    }

    /** The mean over all spatial axes: [N, C]. */
    public static Node globalAverage(GraphBuilder b, Node x) {
        int[] axes = spatial("global average pooling", x);
        long count = IntStream.of(axes).mapToLong(k -> x.shape().dim(k)).reduce(1, Math::multiplyExact);
        return b.mul(b.sum(x, axes), 1.0 / count);
    }

    /** The greatest over all spatial axes: [N, C]. */
    public static Node globalMax(GraphBuilder b, Node x) {
        return b.reduce(Monoid.MAX, x, spatial("global max pooling", x));
    }

    /**
     * To {@code sizes} places: the i-th of o along an axis of extent n is the mean from ⌊i·n/o⌋ to before ⌈(i+1)·n/o⌉, as PyTorch has it. Axis after axis,
     * each a contraction with the weights of the means.
     *
     * @return [N, sizes…, C]
     */
    public static Node adaptiveAverage(GraphBuilder b, Node x, List<Integer> sizes) {
        check("adaptive average pooling", x, sizes);
        Node y = x;
        for (int k = 0; k < sizes.size(); k++) {
            int n = y.shape().dim(k + 1);
            int places = sizes.get(k);
            double[] weights = new double[n * places];
            for (int i = 0; i < places; i++) {
                int from = first(i, n, places);
                int to = behind(i, n, places);
                for (int j = from; j < to; j++) {
                    weights[j * places + i] = 1.0 / (to - from);
                }
            }
            Node w = b.constant(Literal.of(Shape.of(n, places), weights));
            Node z = b.contract(new Op.Contract(List.of(), List.of(), List.of(k + 1), List.of(0)), y, x.dtype() == DType.F64 ? w : b.cast(w, x.dtype()));
            y = b.transpose(z, lastTo(k + 1, z.rank()));
        }
        return y;
    }

    /** As {@link #adaptiveAverage}, with the greatest. A gradient goes to the first of the greatest along the last axis, then along the one before it. */
    public static Node adaptiveMax(GraphBuilder b, Node x, List<Integer> sizes) {
        check("adaptive max pooling", x, sizes);
        Node y = x;
        for (int k = sizes.size() - 1; k >= 0; k--) {
            int n = y.shape().dim(k + 1);
            int places = sizes.get(k);
            int widest = IntStream.range(0, places).map(i -> behind(i, n, places) - first(i, n, places)).max().orElse(0);
            double[] at = new double[places * widest];
            for (int i = 0; i < places; i++) {
                for (int j = 0; j < widest; j++) {
                    // A narrower window sees its last element again, which changes no greatest and takes no gradient.
                    at[i * widest + j] = Math.min(first(i, n, places) + j, behind(i, n, places) - 1);
                }
            }
            Node index = b.cast(b.constant(Literal.of(Shape.of(places, widest), at)), DType.I32);
            y = b.reduce(Monoid.MAX, b.gather(y, index, k + 1), k + 2);
        }
        return y;
    }

    private static int first(int i, int n, int places) {
        return (int) ((long) i * n / places);
    }

    private static int behind(int i, int n, int places) {
        return (int) (((i + 1L) * n + places - 1) / places);
    }

    private static int[] lastTo(int axis, int rank) {
        return IntStream.range(0, rank).map(k -> k < axis ? k : k == axis ? rank - 1 : k - 1).toArray();
    }

    private static int[] spatial(String what, Node x) {
        if (x.rank() < 3 || x.shape().dims().subList(1, x.rank() - 1).contains(0)) {
            throw GraphException.at(what + " of " + x.type() + ": the data must be [N, spatial…, channels], of rank 3 or more, with no spatial extent of 0");
        }
        return IntStream.range(1, x.rank() - 1).toArray();
    }

    private static void check(String what, Node x, List<Integer> sizes) {
        if (spatial(what, x).length != sizes.size() || sizes.stream().anyMatch(n -> n < 1)) {
            throw GraphException.at(what + " of " + x.type() + ": the sizes " + sizes + " must have one number, at least 1, for each spatial axis");
        }
    }
}
