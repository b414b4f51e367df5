package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Recurrent;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent layer over [N, T, I], from hidden states of 0: parameters "input" [I, gates·width], "recurrent" [width, gates·width] and "bias" of both.
 *
 * @param kind its equations
 * @param width H
 * @param bidirectional whether a second one, in the scope "backward", goes from the last step to the first; the result is then [N, T, 2·H]
 */
public record Recurrence(Kind kind, int width, boolean bidirectional) implements Layer {
    /** The equations: those of {@link Recurrent}. */
    public enum Kind {
        SIMPLE(1, 1),
        LSTM(4, 2),
        GRU(3, 1);

        private final int gates;
        private final int states;

        Kind(int gates, int states) {
            this.gates = gates;
            this.states = states;
        }

        /** How many states go from step to step. */
        public int states() {
            return states;
        }
    }

    /** From the first step to the last. */
    public Recurrence(Kind kind, int width) {
        this(kind, width, false);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Shapes.requireRank("recurrent layer", x, 3);
        GraphBuilder b = scope.builder();
        List<Node> zeros = new ArrayList<>();
        for (int i = 0; i < kind.states; i++) {
            zeros.add(b.full(new bytegrad.ir.TensorType(x.dtype(), bytegrad.ir.Shape.of(x.shape().dim(0), width)), 0));
        }
        Node forward = from(scope, x, zeros, false).outputs();
        return bidirectional ? b.concat(2, forward, from(scope.in("backward"), x, zeros, true).outputs()) : forward;
    }

    /** From given states, such as those at the end of the sequence before: [N, width] each, one, or for an LSTM h and c. */
    public Recurrent.Outputs from(Scope scope, Node x, List<Node> states, boolean reverse) {
        if (states.size() != kind.states) {
            throw GraphException.at(kind + " layer of " + x.type() + ": needs " + kind.states + " states, not " + states.size());
        }
        GraphBuilder b = scope.builder();
        Node wx = scope.parameter("input", Initializer.GLOROT_UNIFORM, Shapes.last(x), kind.gates * width);
        Node wh = scope.parameter("recurrent", new Initializer.Orthogonal(1), width, kind.gates * width);
        Node bias = scope.parameter("bias", Initializer.ZEROS, kind.gates * width);
        return switch (kind) {
            case SIMPLE -> Recurrent.simple(b, x, wx, wh, bias, states.get(0), reverse);
            case LSTM -> Recurrent.lstm(b, x, wx, wh, bias, states.get(0), states.get(1), reverse);
            case GRU -> Recurrent.gru(b, x, wx, wh, bias, scope.parameter("recurrent_bias", Initializer.ZEROS, kind.gates * width), states.get(0), reverse);
        };
    }
}
