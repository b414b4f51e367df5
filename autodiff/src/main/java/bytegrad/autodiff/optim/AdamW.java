package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, "Decoupled weight decay regularization"), as {@code torch.optim.AdamW}
 * has it: p ← p·(1 − ηλ), then {@link Adam}'s move by the gradient alone. Its state has Adam's names.
 *
 * @param rate η, finite and at least 0
 * @param beta1 β₁, at least 0 and below 1
 * @param beta2 β₂, at least 0 and below 1
 * @param epsilon ε, finite and above 0
 * @param amsgrad whether to divide by the greatest second moment so far
 * @param weightDecay λ, finite and at least 0
 */
public record AdamW(double rate, double beta1, double beta2, double epsilon, boolean amsgrad, double weightDecay) implements Optimizer {
    public AdamW {
        Adam.check("AdamW", rate, beta1, beta2, epsilon, weightDecay);
    }

    /** With PyTorch's β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
    public AdamW(double rate, double weightDecay) {
        this(rate, 0.9, 0.999, 1e-8, false, weightDecay);
    }

    /** With PyTorch's λ = 0.01. */
    public AdamW(double rate) {
        this(rate, 0.01);
    }

    @Override
    public boolean decoupled() {
        return true;
    }

    private Adam adam() {
        return new Adam(rate, beta1, beta2, epsilon, amsgrad, 0);
    }

    @Override
    public List<State> scalars() {
        return adam().scalars();
    }

    @Override
    public List<State> state() {
        return adam().state();
    }

    @Override
    public List<Node> advance(GraphBuilder b, List<Node> scalars) {
        return adam().advance(b, scalars);
    }

    @Override
    public Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars) {
        return adam().move(b, p, g, rate, state, scalars);
    }
}
