package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.List;

/**
 * Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2), whose steps have one size:
 *
 * <pre>{@code
 * p' = p·(1 − ηλ) − η sign(β₁ m + (1−β₁) g)
 * m' = β₂ m + (1−β₂) g                state "lion.m/NAME", at first 0
 * }</pre>
 *
 * @param rate η, finite and at least 0; customarily a tenth of Adam's
 * @param beta1 β₁, at least 0 and below 1
 * @param beta2 β₂, at least 0 and below 1
 * @param weightDecay λ, finite and at least 0, decoupled
 */
public record Lion(double rate, double beta1, double beta2, double weightDecay) implements Optimizer {
    public Lion {
        Hyper.rate("Lion", rate);
        Hyper.fraction("Lion", "beta1", beta1);
        Hyper.fraction("Lion", "beta2", beta2);
        Hyper.decay("Lion", weightDecay);
    }

    /** With the paper's β₁ = 0.9, β₂ = 0.99, and λ = 0. */
    public Lion(double rate) {
        this(rate, 0.9, 0.99, 0);
    }

    @Override
    public boolean decoupled() {
        return true;
    }

    @Override
    public List<State> state() {
        return List.of(new State("lion.m/", 0));
    }

    @Override
    public Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars) {
        Node m = state.get(0);
        return new Moved(b.fma(b.sign(mixed(b, m, g, beta1)), b.neg(rate), p), List.of(mixed(b, m, g, beta2)));
    }

    /** β m + (1−β) g. */
    private static Node mixed(GraphBuilder b, Node m, Node g, double beta) {
        return b.fma(m, b.constant(g.dtype(), beta), b.mul(g, b.constant(g.dtype(), 1 - beta)));
    }
}
