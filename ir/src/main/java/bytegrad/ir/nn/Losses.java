package bytegrad.ir.nn;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/** Losses and penalties: scalars to be minimised, in the dtype of their operand. */
public final class Losses {
    private Losses() {}

    /** Σ x / n over all n elements; NaN for none. */
    public static Node mean(GraphBuilder b, Node x) {
        return b.div(b.sumAll(x), b.constant(x.dtype(), x.shape().size()));
    }

    /**
     * The mean over all rows of {@link #softmaxCrossEntropyPerRow}.
     *
     * @param logits [… , C], float
     * @param labels […], i32 or i64
     * @return a scalar
     */
    public static Node softmaxCrossEntropy(GraphBuilder b, Node logits, Node labels) {
        return mean(b, softmaxCrossEntropyPerRow(b, logits, labels));
    }

    /**
     * The negative log likelihood of the right class under softmax: −log(e^x[label] / Σ e^x), as lse − picked with
     * lse = m + log Σ e^(x−m), m = max x, picked = Σ over classes c of (x[c] where c = label, else 0).
     *
     * <p>A label outside 0 to C−1 makes its row NaN.
     *
     * @param logits x: [… , C], float; commonly [N, C]
     * @param labels […], i32 or i64, the shape of the logits without their last axis
     * @return […], in the dtype of the logits
     */
    public static Node softmaxCrossEntropyPerRow(GraphBuilder b, Node logits, Node labels) {
        int[] rows = IntStream.range(0, logits.rank() - 1).toArray();
        TensorType type = logits.type();
        Node m = b.stopGradient(b.reduce(Monoid.MAX, logits, -1));
        Node exp = b.exp(b.sub(logits, b.broadcast(m, type.shape(), rows)));
        Node lse = b.add(m, b.log(b.sum(exp, -1)));
        int classes = type.shape().dim(type.rank() - 1);
        // Labels of a dtype that is no integer fail at the comparison with this.
        DType index = labels.dtype() == DType.I64 ? DType.I64 : DType.I32;
        Node inRange = b.and(b.ge(labels, b.constant(index, 0)), b.lt(labels, b.constant(index, classes)));
        // Not b.select, which would let one label stand for all rows.
        Node nan = b.full(lse.type(), Double.NaN);
        Node label = b.broadcast(labels, type.shape(), rows);
        Node picked = b.sum(b.select(b.eq(b.iota(type.with(index), -1), label), logits, b.constant(type.dtype(), 0)), -1);
        return b.apply(new Op.Map(ScalarFn.SELECT), List.of(inRange, b.sub(lse, picked), nan));
    }

    /** Σ (prediction − target)² / n over all n elements; both of one shape, which is not broadcast. */
    public static Node mse(GraphBuilder b, Node prediction, Node target) {
        return mean(b, b.square(difference(b, prediction, target)));
    }

    /** Σ |prediction − target| / n over all n elements; both of one shape. */
    public static Node l1(GraphBuilder b, Node prediction, Node target) {
        return mean(b, b.abs(difference(b, prediction, target)));
    }

    /**
     * The mean of ½·d² where |d| ≤ δ, else δ·(|d| − ½·δ), d = prediction − target (Huber 1964).
     *
     * @param delta above 0
     */
    public static Node huber(GraphBuilder b, Node prediction, Node target, double delta) {
        positive("huber", "delta", delta);
        Node size = b.abs(difference(b, prediction, target));
        Node near = b.min(size, b.constant(size.dtype(), delta));
        // With n = min(|d|, δ) both cases are n·(|d| − ½·n).
        return mean(b, b.mul(near, b.sub(size, b.mul(near, 0.5))));
    }

    /** {@link #huber} over β: ½·d²/β where |d| ≤ β, else |d| − ½·β. */
    public static Node smoothL1(GraphBuilder b, Node prediction, Node target, double beta) {
        positive("smoothL1", "beta", beta);
        return b.mul(huber(b, prediction, target, beta), 1 / beta);
    }

    /**
     * The mean of −t·log σ(x) − (1 − t)·log(1 − σ(x)), as max(x, 0) − x·t + log1p(e^−|x|).
     *
     * @param targets t in [0, 1], of the shape of the logits x
     */
    public static Node binaryCrossEntropy(GraphBuilder b, Node logits, Node targets) {
        return binaryCrossEntropy(b, logits, targets, 1);
    }

    /** As {@link #binaryCrossEntropy(GraphBuilder, Node, Node)}, the term of t = 1 times {@code positiveWeight}. */
    public static Node binaryCrossEntropy(GraphBuilder b, Node logits, Node targets, double positiveWeight) {
        positive("binaryCrossEntropy", "positiveWeight", positiveWeight);
        checkSame("binaryCrossEntropy", logits, targets);
        // (1 − t)·x + (1 + (w − 1)·t)·softplus(−x)
        Node weight = b.add(b.mul(targets, positiveWeight - 1), 1);
        Node linear = b.mul(b.sub(b.constant(targets.dtype(), 1), targets), logits);
        return mean(b, b.add(linear, b.mul(weight, Activations.softplus(b, b.neg(logits)))));
    }

    /** The mean over rows of −Σ target·log softmax(x): labels that are probabilities, of the shape of the logits. */
    public static Node softCrossEntropy(GraphBuilder b, Node logits, Node probabilities) {
        checkSame("softCrossEntropy", logits, probabilities);
        return b.neg(mean(b, b.sum(b.mul(probabilities, Activations.logSoftmax(b, logits, -1)), -1)));
    }

    /** The mean over rows of −x[label]: of log-probabilities, such as {@link Activations#logSoftmax}'s; a label outside gives NaN. */
    public static Node negativeLogLikelihood(GraphBuilder b, Node logProbabilities, Node labels) {
        TensorType type = logProbabilities.type();
        DType index = labels.dtype() == DType.I64 ? DType.I64 : DType.I32;
        int[] rows = IntStream.range(0, type.rank() - 1).toArray();
        Node chosen = b.eq(b.iota(type.with(index), -1), b.broadcast(labels, type.shape(), rows));
        Node picked = b.sum(b.select(chosen, logProbabilities, b.zerosLike(logProbabilities)), -1);
        int classes = type.shape().dim(type.rank() - 1);
        Node inRange = b.and(b.ge(labels, b.constant(index, 0)), b.lt(labels, b.constant(index, classes)));
        return b.neg(mean(b, b.select(inRange, picked, b.full(picked.type(), Double.NaN))));
    }

    /**
     * The mean over rows of Σ p·(log p − log q) (Kullback and Leibler 1951); 0·log 0 is 0.
     *
     * @param logQ log-probabilities
     * @param p probabilities, of the same shape
     */
    public static Node klDivergence(GraphBuilder b, Node logQ, Node p) {
        checkSame("klDivergence", logQ, p);
        Node zero = b.zerosLike(p);
        Node some = b.gt(p, zero);
        Node log = b.log(b.select(some, p, b.full(p.type(), 1)));
        return mean(b, b.sum(b.mul(p, b.sub(log, logQ)), -1));
    }

    /** The mean of max(0, 1 − t·x), t −1 or 1. */
    public static Node hinge(GraphBuilder b, Node x, Node targets) {
        checkSame("hinge", x, targets);
        return mean(b, b.max(b.sub(b.constant(x.dtype(), 1), b.mul(targets, x)), b.constant(x.dtype(), 0)));
    }

    /** The mean over rows of 1 − u·v / max(|u|·|v|, 1e-8): the cosine distance of rows. */
    public static Node cosine(GraphBuilder b, Node u, Node v) {
        checkSame("cosine", u, v);
        Node lengths = b.sqrt(b.mul(b.sum(b.square(u), -1), b.sum(b.square(v), -1)));
        Node cosine = b.div(b.sum(b.mul(u, v), -1), b.max(lengths, b.constant(u.dtype(), 1e-8)));
        return mean(b, b.sub(b.constant(u.dtype(), 1), cosine));
    }

    private static Node difference(GraphBuilder b, Node prediction, Node target) {
        return b.apply(new Op.Map(ScalarFn.SUB), List.of(prediction, target));
    }

    private static void checkSame(String what, Node a, Node c) {
        if (!a.type().equals(c.type())) {
            throw GraphException.at(what + " of " + a.type() + " and " + c.type() + ": both must have one shape and dtype; nothing is broadcast");
        }
    }

    private static void positive(String what, String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw GraphException.at(what + ": " + name + " " + value + " must be above 0 and finite");
        }
    }

    /**
     * λ·½·Σ θ² over all elements of all parameters. With the half its gradient is λ·θ: what other libraries call a weight
     * decay of λ, and half of what they call an L2 penalty without the ½.
     */
    public static Node l2Penalty(GraphBuilder b, double lambda, Node... parameters) {
        checkSome("l2Penalty", parameters);
        return b.mul(total(b, IntStream.range(0, parameters.length).mapToObj(k -> b.square(parameters[k])).toList()), lambda * 0.5);
    }

    /** λ·Σ |θ| over all elements of all parameters; its gradient is λ·sign(θ), 0 at 0. */
    public static Node l1Penalty(GraphBuilder b, double lambda, Node... parameters) {
        checkSome("l1Penalty", parameters);
        return b.mul(total(b, IntStream.range(0, parameters.length).mapToObj(k -> b.abs(parameters[k])).toList()), lambda);
    }

    private static void checkSome(String what, Node... parameters) {
        if (parameters.length == 0) {
            throw GraphException.at(what + ": needs at least one parameter");
        }
    }

    private static Node total(GraphBuilder b, List<Node> terms) {
        Node sum = b.sumAll(terms.get(0));
        for (Node t : terms.subList(1, terms.size())) {
            sum = b.add(sum, b.sumAll(t));
        }
        return sum;
    }
}
