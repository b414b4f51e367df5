package bytegrad.ir.nn;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.TensorType;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The cross-entropy of a softmax, with PyTorch's options. With class weights w, smoothing s and C classes, of a row x with class c
 *
 * <pre>{@code
 * loss = (1 − s)·w[c]·(−log p[c]) + s/C·Σₖ w[k]·(−log p[k]),   p = softmax(x)
 * }</pre>
 *
 * and the mean is Σ loss / Σ w[c] over the rows that are not ignored; NaN if all are.
 *
 * @param weights [C], in the dtype of the logits; all 1 where there are none
 * @param ignored the label of rows that count for nothing, in loss and gradient
 * @param smoothing s, in [0, 1)
 */
public record CrossEntropy(Optional<Node> weights, OptionalInt ignored, double smoothing) {
    public CrossEntropy {
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw GraphException.at("cross-entropy: the label smoothing " + smoothing + " is not in [0, 1)");
        }
    }

    /** No weights, nothing ignored, no smoothing. */
    public static final CrossEntropy PLAIN = new CrossEntropy(Optional.empty(), OptionalInt.empty(), 0);

    /** With a weight for each class. */
    public CrossEntropy weighted(Node newWeights) {
        return new CrossEntropy(Optional.of(newWeights), ignored, smoothing);
    }

    /** With a label that is ignored. */
    public CrossEntropy ignoring(int label) {
        return new CrossEntropy(weights, OptionalInt.of(label), smoothing);
    }

    /** With smoothed labels. */
    public CrossEntropy smoothed(double newSmoothing) {
        return new CrossEntropy(weights, ignored, newSmoothing);
    }

    /**
     * The mean over rows, a scalar. Another label outside 0 to C − 1 makes the loss NaN.
     *
     * @param logits [… , C], float
     * @param labels […], i32 or i64
     */
    public Node mean(GraphBuilder b, Node logits, Node labels) {
        TensorType type = logits.type();
        int classes = type.rank() == 0 ? 0 : type.shape().dim(type.rank() - 1);
        if (weights.isPresent() && !weights.get().type().equals(TensorType.of(type.dtype(), classes))) {
            throw GraphException.at("cross-entropy of logits " + type + ": class weights " + weights.get().type() + " must be "
                    + TensorType.of(type.dtype(), classes));
        }
        DType index = labels.dtype() == DType.I64 ? DType.I64 : DType.I32;
        int[] rows = IntStream.range(0, type.rank() - 1).toArray();
        Node log = Activations.logSoftmax(b, logits, -1);
        Node weighted = weights.map(w -> b.mul(log, w)).orElse(log);
        Node chosen = b.eq(b.iota(type.with(index), -1), b.broadcast(labels, type.shape(), rows));
        Node right = picked(b, chosen, weighted);
        Node loss = smoothing == 0 ? b.neg(right) : b.neg(b.add(b.mul(right, 1 - smoothing), b.mul(b.sum(weighted, -1), smoothing / classes)));
        Node weight = picked(b, chosen, weights.map(w -> b.broadcastTo(w, type.shape())).orElseGet(() -> b.full(type, 1)));
        Node inRange = b.and(b.ge(labels, b.constant(index, 0)), b.lt(labels, b.constant(index, classes)));
        loss = b.select(inRange, loss, b.full(loss.type(), Double.NaN));
        if (ignored.isPresent()) {
            Node counts = b.ne(labels, b.constant(index, ignored.getAsInt()));
            loss = b.select(counts, loss, b.zerosLike(loss));
            weight = b.select(counts, weight, b.zerosLike(weight));
        }
        return b.div(b.sumAll(loss), b.sumAll(weight));
    }

    private static Node picked(GraphBuilder b, Node chosen, Node values) {
        return b.sum(b.select(chosen, values, b.zerosLike(values)), -1);
    }
}
