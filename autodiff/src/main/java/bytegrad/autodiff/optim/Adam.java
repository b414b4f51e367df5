package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, algorithm 1), in PyTorch's form: ε is added after the correction of the second moment.
 *
 * <pre>{@code
 * m' = β₁ m + (1−β₁) g                state "adam.m/NAME", at first 0
 * v' = β₂ v + (1−β₂) g²               state "adam.v/NAME", at first 0
 * c' = β c + (1−β)                    state "adam.correction1", "adam.correction2", at first 0; after t steps 1 − βᵗ
 * p' = p − η/c₁' · m' / (√v' / √c₂' + ε)
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
 */
public record Adam(double rate, double beta1, double beta2, double epsilon) implements Optimizer {
    public Adam {
        Parameters.rate("Adam", rate);
        Parameters.hyper("Adam", "beta1", beta1, beta1 >= 0 && beta1 < 1, "at least 0 and below 1");
        Parameters.hyper("Adam", "beta2", beta2, beta2 >= 0 && beta2 < 1, "at least 0 and below 1");
        Parameters.hyper("Adam", "epsilon", epsilon, epsilon > 0 && epsilon < Double.POSITIVE_INFINITY, "finite and above 0");
    }

    /** With the customary β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
    public Adam(double rate) {
        this(rate, 0.9, 0.999, 1e-8);
    }

    @Override
    public List<Slot> apply(GraphBuilder b, List<Node> parameters, List<Node> gradients, Node rate) {
        Parameters all = Parameters.check(parameters, gradients, rate);
        Node b1 = b.constant(all.dtype(), beta1);
        Node b2 = b.constant(all.dtype(), beta2);
        // In double first: 1 − 0.999f would carry the rounding of 0.999f, a thousandfold.
        Node a1 = b.constant(all.dtype(), 1 - beta1);
        Node a2 = b.constant(all.dtype(), 1 - beta2);
        Node eps = b.constant(all.dtype(), epsilon);

        List<Slot> slots = new ArrayList<>();
        Node c1 = correction(b, "adam.correction1", b1, a1, slots);
        Node c2 = correction(b, "adam.correction2", b2, a2, slots);
        Node descent = b.neg(b.div(rate, c1));
        Node scale = b.div(b.constant(all.dtype(), 1), b.sqrt(c2));
        for (int i = 0; i < parameters.size(); i++) {
            Node p = parameters.get(i);
            Node g = gradients.get(i);
            Node m = state(b, "adam.m/", p, slots);
            Node v = state(b, "adam.v/", p, slots);
            Node mean = b.fma(m, b1, b.mul(g, a1));
            Node square = b.fma(v, b2, b.mul(b.square(g), a2));
            b.update(m, mean);
            b.update(v, square);
            b.update(p, b.add(p, b.div(b.mul(mean, descent), b.fma(b.sqrt(square), scale, eps))));
        }
        return List.copyOf(slots);
    }

    /** c' = β c + (1−β), declared as the update of c. */
    private static Node correction(GraphBuilder b, String name, Node beta, Node rest, List<Slot> slots) {
        Node c = b.input(name, beta.dtype());
        Node next = b.fma(c, beta, rest);
        b.update(c, next);
        slots.add(new Slot(c, 0));
        return next;
    }

    private static Node state(GraphBuilder b, String prefix, Node p, List<Slot> slots) {
        Node s = b.input(prefix + Parameters.name(p), p.dtype(), p.shape().toArray());
        slots.add(new Slot(s, 0));
        return s;
    }
}
