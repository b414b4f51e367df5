package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop (Hinton's lecture 6e, 2012; centred: Graves 2013), as {@code torch.optim.RMSprop} has it: ε is added after the root.
 *
 * <pre>{@code
 * v' = α v + (1−α) g²                 state "rmsprop.v/NAME", at first 0
 * m' = α m + (1−α) g                  state "rmsprop.mean/NAME", at first 0; only centred, else m' = 0
 * d  = g / (√(v' − m'²) + ε)
 * u' = μ u + d                        state "rmsprop.momentum/NAME", at first 0; without momentum u' = d
 * p' = p − η u'
 * }</pre>
 *
 * <p>A variance v' − m'² that rounding made negative counts as 0, where PyTorch gets NaN.
 *
 * @param rate η, finite and at least 0
 * @param alpha α, at least 0 and below 1
 * @param epsilon ε, finite and above 0
 * @param momentum μ, at least 0 and below 1
 * @param centred whether to divide by the deviation rather than the root of the mean square
 * @param weightDecay λ, finite and at least 0, added to the gradient as λp
 */
public record RmsProp(double rate, double alpha, double epsilon, double momentum, boolean centred, double weightDecay) implements Optimizer {
    public RmsProp {
        Hyper.rate("RmsProp", rate);
        Hyper.fraction("RmsProp", "alpha", alpha);
        Hyper.epsilon("RmsProp", epsilon);
        Hyper.fraction("RmsProp", "the momentum", momentum);
        Hyper.decay("RmsProp", weightDecay);
    }

    /** With PyTorch's α = 0.99, ε = 1e-8; neither momentum nor decay, not centred. */
    public RmsProp(double rate) {
        this(rate, 0.99, 1e-8, 0, false, 0);
    }

    @Override
    public List<State> state() {
        List<State> kept = new ArrayList<>(List.of(new State("rmsprop.v/", 0)));
        if (centred) {
            kept.add(new State("rmsprop.mean/", 0));
        }
        if (momentum > 0) {
            kept.add(new State("rmsprop.momentum/", 0));
        }
        return List.copyOf(kept);
    }

    @Override
    public Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars) {
        Node keep = b.constant(p.dtype(), alpha);
        Node rest = b.constant(p.dtype(), 1 - alpha);
        Node square = b.fma(state.get(0), keep, b.mul(b.square(g), rest));
        List<Node> next = new ArrayList<>(List.of(square));
        Node variance = square;
        if (centred) {
            Node mean = b.fma(state.get(1), keep, b.mul(g, rest));
            next.add(mean);
            variance = b.max(b.sub(square, b.square(mean)), b.constant(p.dtype(), 0));
        }
        Node step = b.div(g, b.add(b.sqrt(variance), epsilon));
        if (momentum > 0) {
            step = b.fma(state.getLast(), b.constant(p.dtype(), momentum), step);
            next.add(step);
        }
        return new Moved(b.fma(step, b.neg(rate), p), next);
    }
}
