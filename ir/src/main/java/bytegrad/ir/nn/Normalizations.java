package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Normalisations: y = (x − μ) / √(σ² + ε) · gain + shift, with mean μ and biased variance σ² over some axes. Channels are last. The variance is
 * the mean of (x − μ)², never E[x²] − μ², which cancels.
 */
public final class Normalizations {
    private Normalizations() {}

    /**
     * Over the last axes, those of the gain (Ba, Kiros and Hinton, arXiv:1607.06450).
     *
     * @param x […, features…]
     * @param gain [features…]
     * @param shift [features…]
     * @param epsilon commonly 1e-5
     */
    public static Node layer(GraphBuilder b, Node x, Node gain, Node shift, double epsilon) {
        check("layer normalisation", x, gain, shift, epsilon);
        return b.add(b.mul(standardized(b, x, last(x, gain.rank()), epsilon), gain), shift);
    }

    /** x / √(mean of x² over the axes of the gain + ε) · gain (Zhang and Sennrich, arXiv:1910.07467). */
    public static Node rms(GraphBuilder b, Node x, Node gain, double epsilon) {
        check("RMS normalisation", x, gain, gain, epsilon);
        Node scale = b.rsqrt(b.add(mean(b, b.square(x), last(x, gain.rank())), epsilon));
        return b.mul(b.mul(x, scale), gain);
    }

    /**
     * Over all places and the channels of each of so many groups of neighbouring channels (Wu and He, arXiv:1803.08494).
     *
     * @param x [N, …, C]
     * @param groups divides C
     * @param gain [C]
     * @param shift [C]
     */
    public static Node group(GraphBuilder b, Node x, int groups, Node gain, Node shift, double epsilon) {
        check("group normalisation", x, gain, shift, epsilon);
        int channels = x.shape().dim(x.rank() - 1);
        if (x.rank() < 2 || groups < 1 || channels % groups != 0) {
            throw GraphException.at("group normalisation of " + x.type() + ": needs [N, …, C] and a number of groups that divides C, not " + groups);
        }
        int rows = x.shape().dim(0);
        int places = rows == 0 || channels == 0 ? 0 : x.type().size() / rows / channels;
        Node split = b.reshape(x, rows, places, groups, channels / groups);
        return b.add(b.mul(b.reshape(standardized(b, split, new int[] {1, 3}, epsilon), x.shape()), gain), shift);
    }

    /** Of each channel over all its places, for each example: {@link #group} with a group a channel (Ulyanov et al., arXiv:1607.08022). */
    public static Node instance(GraphBuilder b, Node x, Node gain, Node shift, double epsilon) {
        return group(b, x, x.shape().dim(x.rank() - 1), gain, shift, epsilon);
    }

    /**
     * What batch normalisation gives in training.
     *
     * @param y of x's shape
     * @param mean the new running mean
     * @param variance the new running variance
     */
    public record Batch(Node y, Node mean, Node variance) {}

    /**
     * Over all axes but the last, with the batch's own statistics (Ioffe and Szegedy, arXiv:1502.03167). The running ones become
     * (1 − momentum)·old + momentum·new, the new variance with n − 1 below, as PyTorch has it; no gradient flows into them. The
     * caller makes them the states' new values.
     *
     * @param x […, C]
     * @param gain, shift, mean, variance [C]
     * @param momentum in [0, 1], commonly 0.1
     */
    public static Batch batchTraining(GraphBuilder b, Node x, Node gain, Node shift, Node mean, Node variance, double momentum, double epsilon) {
        check("batch normalisation", x, gain, shift, epsilon);
        if (!(momentum >= 0 && momentum <= 1)) {
            throw GraphException.at("batch normalisation of " + x.type() + ": the momentum " + momentum + " is not in [0, 1]");
        }
        int[] axes = IntStream.range(0, x.rank() - 1).toArray();
        int n = x.type().size() / Math.max(1, x.shape().dim(x.rank() - 1));
        Node mu = mean(b, x, axes);
        Node d = b.sub(x, mu);
        Node sigma = mean(b, b.square(d), axes);
        Node y = b.add(b.mul(b.mul(d, b.rsqrt(b.add(sigma, epsilon))), gain), shift);
        Node unbiased = b.mul(b.stopGradient(b.reshape(sigma, gain.shape())), n > 1 ? (double) n / (n - 1) : Double.NaN);
        Node newMean = b.add(b.mul(mean, 1 - momentum), b.mul(b.stopGradient(b.reshape(mu, gain.shape())), momentum));
        return new Batch(y, newMean, b.add(b.mul(variance, 1 - momentum), b.mul(unbiased, momentum)));
    }

    /** With given statistics, as after training: a scale and a shift for each channel. */
    public static Node batch(GraphBuilder b, Node x, Node gain, Node shift, Node mean, Node variance, double epsilon) {
        check("batch normalisation", x, gain, shift, epsilon);
        Node scale = b.mul(b.rsqrt(b.add(variance, epsilon)), gain);
        return b.add(b.mul(b.sub(x, mean), scale), shift);
    }

    private static Node standardized(GraphBuilder b, Node x, int[] axes, double epsilon) {
        Node d = b.sub(x, mean(b, x, axes));
        return b.mul(d, b.rsqrt(b.add(mean(b, b.square(d), axes), epsilon)));
    }

    /** The mean over axes, which stay with one element each. */
    private static Node mean(GraphBuilder b, Node x, int[] axes) {
        int[] dims = x.shape().toArray();
        long n = 1;
        for (int a : axes) {
            n *= dims[a];
            dims[a] = 1;
        }
        return b.reshape(b.mul(b.sum(x, axes), 1.0 / n), dims);
    }

    private static int[] last(Node x, int count) {
        return IntStream.range(x.rank() - count, x.rank()).toArray();
    }

    private static void check(String what, Node x, Node gain, Node shift, double epsilon) {
        List<Integer> dims = x.shape().dims();
        boolean fits = gain.rank() >= 1 && gain.rank() <= x.rank() && dims.subList(x.rank() - gain.rank(), x.rank()).equals(gain.shape().dims());
        if (!fits || !shift.shape().equals(gain.shape())) {
            throw GraphException.at(what + " of " + x.type() + ": gain " + gain.type() + " and shift " + shift.type() + " must have the shape of its last axes");
        }
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw GraphException.at(what + " of " + x.type() + ": epsilon " + epsilon + " must be at least 0 and finite");
        }
    }
}
