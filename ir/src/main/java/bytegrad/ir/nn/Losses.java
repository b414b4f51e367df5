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
        return mean(b, b.square(b.apply(new Op.Map(ScalarFn.SUB), List.of(prediction, target))));
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
