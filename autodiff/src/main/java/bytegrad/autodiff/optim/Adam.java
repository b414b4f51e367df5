package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, algorithm 1), as {@code torch.optim.Adam} has it: ε is added after the correction of the second moment.
 *
 * <pre>{@code
 * m' = β₁ m + (1−β₁) g                state "adam.m/NAME", at first 0
 * v' = β₂ v + (1−β₂) g²               state "adam.v/NAME", at first 0
 * u' = max(u, v')                     state "adam.vmax/NAME", at first 0; only AMSGrad, else u' = v'
 * c' = β c + (1−β)                    state "adam.correction1", "adam.correction2", at first 0; after t steps 1 − βᵗ
 * p' = p − η/c₁' · m' / (√u' / √c₂' + ε)
 * }</pre>
 *
 * <p>The corrections are kept in the form 1 − βᵗ, as a running mean of ones by the very recurrence of m and v, and not as the
 * power βᵗ: in f32, 1 − 0.999f is off by 1.3e-5 of itself, while this form is right to an ulp at the first step, and makes
 * m'/c₁' and v'/c₂' exactly weighted means later, whatever β rounds to.
 *
 * @param rate η, finite and at least 0
 * @param beta1 β₁, at least 0 and below 1
 * @param beta2 β₂, at least 0 and below 1
 * @param epsilon ε, finite and above 0: a parameter whose gradients were all zero would become 0/0
 * @param amsgrad whether to divide by the greatest second moment so far (Reddi, Kale and Kumar 2018, with PyTorch's correction)
 * @param weightDecay λ, finite and at least 0, added to the gradient as λp; {@link AdamW} decays the weights themselves
 */
public record Adam(double rate, double beta1, double beta2, double epsilon, boolean amsgrad, double weightDecay) implements Optimizer {
    public Adam {
        check("Adam", rate, beta1, beta2, epsilon, weightDecay);
    }

    /** Neither AMSGrad nor weight decay. */
    public Adam(double rate, double beta1, double beta2, double epsilon) {
        this(rate, beta1, beta2, epsilon, false, 0);
    }

    /** With the customary β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
    public Adam(double rate) {
        this(rate, 0.9, 0.999, 1e-8);
    }

    static void check(String optimizer, double rate, double beta1, double beta2, double epsilon, double weightDecay) {
        Hyper.rate(optimizer, rate);
        Hyper.fraction(optimizer, "beta1", beta1);
        Hyper.fraction(optimizer, "beta2", beta2);
        Hyper.epsilon(optimizer, epsilon);
        Hyper.decay(optimizer, weightDecay);
    }

    @Override
    public List<State> scalars() {
        return List.of(new State("adam.correction1", 0), new State("adam.correction2", 0));
    }

    @Override
    public List<State> state() {
        List<State> moments = new ArrayList<>(List.of(new State("adam.m/", 0), new State("adam.v/", 0)));
        if (amsgrad) {
            moments.add(new State("adam.vmax/", 0));
        }
        return List.copyOf(moments);
    }

    @Override
    public List<Node> advance(GraphBuilder b, List<Node> scalars) {
        return List.of(running(b, scalars.get(0), beta1), running(b, scalars.get(1), beta2));
    }

    /** β c + (1−β). */
    private static Node running(GraphBuilder b, Node c, double beta) {
        return b.fma(c, b.constant(c.dtype(), beta), rest(b, c, beta));
    }

    /** 1 − β, in double first: 1 − 0.999f would carry the rounding of 0.999f, a thousandfold. */
    private static Node rest(GraphBuilder b, Node like, double beta) {
        return b.constant(like.dtype(), 1 - beta);
    }

    @Override
    public Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars) {
        List<Node> corrections = advance(b, scalars);
        Node descent = b.neg(b.div(rate, corrections.get(0)));
        Node scale = b.div(b.constant(p.dtype(), 1), b.sqrt(corrections.get(1)));
        Node mean = b.fma(state.get(0), b.constant(p.dtype(), beta1), b.mul(g, rest(b, p, beta1)));
        Node square = b.fma(state.get(1), b.constant(p.dtype(), beta2), b.mul(b.square(g), rest(b, p, beta2)));
        List<Node> next = new ArrayList<>(List.of(mean, square));
        if (amsgrad) {
            next.add(b.max(state.get(2), square));
        }
        Node root = b.sqrt(next.getLast());
        Node step = b.div(b.mul(mean, descent), b.fma(root, scale, b.constant(p.dtype(), epsilon)));
        return new Moved(b.add(p, step), next);
    }
}
