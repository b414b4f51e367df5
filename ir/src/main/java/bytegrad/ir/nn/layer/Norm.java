package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Normalizations;

/** Normalisations: parameters "gain" and "shift" [C], at first 1 and 0. */
public sealed interface Norm extends Layer {
    /** What is added to a variance before its root. */
    double EPSILON = 1e-5;

    /** Over the last axis. */
    record LayerNorm(double epsilon) implements Norm {
        /** With ε = {@value Norm#EPSILON}. */
        public LayerNorm() {
            this(EPSILON);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            return Normalizations.layer(scope.builder(), x, gain(scope, x), shift(scope, x), epsilon);
        }
    }

    /** By the root of the mean square over the last axis; no shift. */
    record RmsNorm(double epsilon) implements Norm {
        /** With ε = {@value Norm#EPSILON}. */
        public RmsNorm() {
            this(EPSILON);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            return Normalizations.rms(scope.builder(), x, gain(scope, x), epsilon);
        }
    }

    /** Over groups of channels and all of space. */
    record GroupNorm(int groups, double epsilon) implements Norm {
        @Override
        public Node apply(Scope scope, Node x) {
            return Normalizations.group(scope.builder(), x, groups, gain(scope, x), shift(scope, x), epsilon);
        }
    }

    /**
     * Over all axes but the last: by the batch's own statistics where the scope is one for training, which then updates "mean" and "variance" [C]; by those where it
     * predicts.
     *
     * @param momentum the share of a batch in the running statistics
     */
    record BatchNorm(double momentum, double epsilon) implements Norm {
        private static final double MOMENTUM = 0.1;

        /** With momentum 0.1 and ε = {@value Norm#EPSILON}. */
        public BatchNorm() {
            this(MOMENTUM, EPSILON);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            GraphBuilder b = scope.builder();
            Node gain = gain(scope, x);
            Node shift = shift(scope, x);
            Node mean = scope.statistic("mean", 0, Shapes.last(x));
            Node variance = scope.statistic("variance", 1, Shapes.last(x));
            if (!scope.training()) {
                return Normalizations.batch(b, x, gain, shift, mean, variance, epsilon);
            }
            Normalizations.Batch batch = Normalizations.batchTraining(b, x, gain, shift, mean, variance, momentum, epsilon);
            b.update(mean, batch.mean());
            b.update(variance, batch.variance());
            return batch.y();
        }
    }

    private static Node gain(Scope scope, Node x) {
        Shapes.requireRank("normalisation", x, 1);
        return scope.parameter("gain", Initializer.ONES, Shapes.last(x));
    }

    private static Node shift(Scope scope, Node x) {
        return scope.parameter("shift", Initializer.ZEROS, Shapes.last(x));
    }
}
