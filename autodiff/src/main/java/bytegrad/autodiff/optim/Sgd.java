package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Stochastic gradient descent, with momentum where μ &gt; 0, in PyTorch's form (dampening 0):
 *
 * <pre>{@code
 * v' = μ v + g                        state "momentum/NAME", at first 0; without momentum v' = g
 * p' = p − η v'                       or, Nesterov:  p' = p − η (g + μ v')
 * }</pre>
 *
 * @param rate η, finite and at least 0
 * @param momentum μ, at least 0 and below 1
 * @param nesterov whether to look ahead by the momentum; needs μ &gt; 0
 */
public record Sgd(double rate, double momentum, boolean nesterov) implements Optimizer {
    public Sgd {
        Parameters.rate("Sgd", rate);
        Parameters.hyper("Sgd", "the momentum", momentum, momentum >= 0 && momentum < 1, "at least 0 and below 1");
        Parameters.hyper("Sgd", "the momentum", momentum, !nesterov || momentum > 0, "above 0 for Nesterov's form");
    }

    /** Without momentum. */
    public Sgd(double rate) {
        this(rate, 0, false);
    }

    @Override
    public List<Slot> apply(GraphBuilder b, List<Node> parameters, List<Node> gradients, Node rate) {
        Parameters all = Parameters.check(parameters, gradients, rate);
        Node descent = b.neg(rate);
        Node mu = b.constant(all.dtype(), momentum);
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            Node p = parameters.get(i);
            Node step = gradients.get(i);
            if (momentum > 0) {
                Node v = b.input("momentum/" + Parameters.name(p), p.dtype(), p.shape().toArray());
                Node next = b.fma(v, mu, step);
                b.update(v, next);
                slots.add(new Slot(v, 0));
                step = nesterov ? b.fma(next, mu, step) : next;
            }
            b.update(p, b.fma(step, descent, p));
        }
        return List.copyOf(slots);
    }
}
