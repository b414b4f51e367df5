package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.List;

/**
 * Stochastic gradient descent, with momentum where μ &gt; 0, as {@code torch.optim.SGD} has it:
 *
 * <pre>{@code
 * v' = μ v + w g                      state "momentum/NAME", at first 0; without momentum v' = g
 * w' = 1 − τ                          state "momentum.weight", at first 1: the first gradient is not dampened; w = 1 if τ = 0
 * p' = p − η v'                       or, Nesterov:  p' = p − η (g + μ v')
 * }</pre>
 *
 * <p>Nesterov's form is that of Sutskever, Martens, Dahl and Hinton 2013, "On the importance of initialization and momentum in
 * deep learning", as PyTorch writes it: η outside of the velocity.
 *
 * @param rate η, finite and at least 0
 * @param momentum μ, at least 0 and below 1
 * @param dampening τ, from 0 to 1; 0 for Nesterov's form
 * @param nesterov whether to look ahead by the momentum; needs μ &gt; 0
 * @param weightDecay λ, finite and at least 0, added to the gradient as λp
 */
public record Sgd(double rate, double momentum, double dampening, boolean nesterov, double weightDecay) implements Optimizer {
    public Sgd {
        Hyper.rate("Sgd", rate);
        Hyper.fraction("Sgd", "the momentum", momentum);
        Hyper.check("Sgd", "the momentum", momentum, !nesterov || momentum > 0, "above 0 for Nesterov's form");
        Hyper.check("Sgd", "the dampening", dampening, dampening >= 0 && dampening <= 1, "from 0 to 1");
        Hyper.check("Sgd", "the dampening", dampening, !nesterov || dampening == 0, "0 for Nesterov's form");
        Hyper.check("Sgd", "the dampening", dampening, momentum > 0 || dampening == 0, "0 without momentum");
        Hyper.decay("Sgd", weightDecay);
    }

    /** Neither dampened nor decayed. */
    public Sgd(double rate, double momentum, boolean nesterov) {
        this(rate, momentum, 0, nesterov, 0);
    }

    /** Without momentum. */
    public Sgd(double rate) {
        this(rate, 0, false);
    }

    @Override
    public List<State> scalars() {
        return dampening > 0 ? List.of(new State("momentum.weight", 1)) : List.of();
    }

    @Override
    public List<State> state() {
        return momentum > 0 ? List.of(new State("momentum/", 0)) : List.of();
    }

    @Override
    public List<Node> advance(GraphBuilder b, List<Node> scalars) {
        return scalars.stream().map(w -> b.constant(w.dtype(), 1 - dampening)).toList();
    }

    @Override
    public Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars) {
        Node descent = b.neg(rate);
        if (momentum == 0) {
            return new Moved(b.fma(g, descent, p), List.of());
        }
        Node mu = b.constant(p.dtype(), momentum);
        Node v = b.fma(state.get(0), mu, dampening > 0 ? b.mul(g, scalars.get(0)) : g);
        return new Moved(b.fma(nesterov ? b.fma(v, mu, g) : v, descent, p), List.of(v));
    }
}
