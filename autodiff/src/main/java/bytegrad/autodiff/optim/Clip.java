package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.List;

/** A bound on gradients. None hides a NaN: where a gradient is NaN, the clipped one is. */
public sealed interface Clip permits Clip.Value, Clip.GlobalNorm {
    /**
     * Each element to −limit … limit, as {@code torch.nn.utils.clip_grad_value_}.
     *
     * @param limit finite and above 0
     */
    record Value(double limit) implements Clip {
        public Value {
            Hyper.positive("Clip.Value", "the limit", limit);
        }
    }

    /**
     * All gradients by one factor min(1, limit / (norm + 1e-6)), as {@code torch.nn.utils.clip_grad_norm_}, where norm = √(Σ g²) over all
     * elements of all of them.
     *
     * <p>One NaN makes all gradients NaN. An infinite norm makes all of them 0, and infinite ones NaN; in f32 the squares are infinite from
     * a norm of 1.8e19 on. All zero, they stay zero.
     *
     * @param limit finite and above 0
     */
    record GlobalNorm(double limit) implements Clip {
        private static final double GUARD = 1e-6;

        public GlobalNorm {
            Hyper.positive("Clip.GlobalNorm", "the limit", limit);
        }

        private List<Node> clip(GraphBuilder b, List<Node> gradients) {
            Node norm = norm(b, gradients);
            Node factor = b.min(b.div(b.constant(norm.dtype(), limit), b.add(norm, GUARD)), b.constant(norm.dtype(), 1));
            return gradients.stream().map(g -> b.mul(g, factor)).toList();
        }
    }

    /** The gradients, bounded: as many, of the same types. */
    default List<Node> apply(GraphBuilder b, List<Node> gradients) {
        return switch (this) {
            case Value(double limit) -> gradients.stream().map(g -> b.clip(g, -limit, limit)).toList();
            case GlobalNorm byNorm -> byNorm.clip(b, gradients);
        };
    }

    /**
     * √(Σ g²) over all elements of all tensors, which are of one dtype.
     *
     * @return a scalar
     */
    static Node norm(GraphBuilder b, List<Node> tensors) {
        return b.sqrt(tensors.stream().map(g -> b.sumAll(b.square(g))).reduce(b::add)
                .orElseThrow(() -> GraphException.at("norm: there is no tensor to take it of")));
    }
}
