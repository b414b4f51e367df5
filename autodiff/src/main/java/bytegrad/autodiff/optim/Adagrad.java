package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.List;

/**
 * Adagrad (Duchi, Hazan and Singer 2011), as {@code torch.optim.Adagrad} has it:
 *
 * <pre>{@code
 * s' = s + g²                         state "adagrad.sum/NAME", at first a
 * n' = n + 1                          state "adagrad.steps", at first 0; only where δ > 0
 * p' = p − η/(1 + n δ) · g / (√s' + ε)
 * }</pre>
 *
 * @param rate η, finite and at least 0
 * @param rateDecay δ, finite and at least 0
 * @param initial a, finite and at least 0
 * @param epsilon ε, finite and above 0
 * @param weightDecay λ, finite and at least 0, added to the gradient as λp
 */
public record Adagrad(double rate, double rateDecay, double initial, double epsilon, double weightDecay) implements Optimizer {
    public Adagrad {
        Hyper.rate("Adagrad", rate);
        Hyper.notNegative("Adagrad", "the decay of the rate", rateDecay);
        Hyper.notNegative("Adagrad", "the initial sum", initial);
        Hyper.epsilon("Adagrad", epsilon);
        Hyper.decay("Adagrad", weightDecay);
    }

    /** With PyTorch's δ = 0, a = 0, ε = 1e-10, λ = 0. */
    public Adagrad(double rate) {
        this(rate, 0, 0, 1e-10, 0);
    }

    @Override
    public List<State> scalars() {
        return rateDecay > 0 ? List.of(new State("adagrad.steps", 0)) : List.of();
    }

    @Override
    public List<State> state() {
        return List.of(new State("adagrad.sum/", initial));
    }

    @Override
    public List<Node> advance(GraphBuilder b, List<Node> scalars) {
        return scalars.stream().map(n -> b.add(n, 1)).toList();
    }

    @Override
    public Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars) {
        Node now = rateDecay > 0 ? b.div(rate, b.add(b.mul(scalars.get(0), rateDecay), 1)) : rate;
        Node sum = b.fma(g, g, state.get(0));
        Node step = b.div(b.mul(g, b.neg(now)), b.add(b.sqrt(sum), epsilon));
        return new Moved(b.add(p, step), List.of(sum));
    }
}
