package bytegrad.autodiff.optim;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.List;

/**
 * A rule that moves parameters down their gradients, written as nodes.
 *
 * <pre>{@code
 * List<Node> g = Gradient.of(b, loss, parameters);
 * List<Slot> state = new Adam(1e-3).apply(b, parameters, g);   // declares b.update(…) for each parameter and slot
 * Graph step = b.build();
 * }</pre>
 *
 * <p>Hyper-parameters are doubles, rounded to the parameters' dtype once; factors that depend on the step alone are scalar
 * nodes, so that per element only the parameter's own arithmetic is left. State has fixed names, so one graph takes one optimizer of a kind.
 */
public sealed interface Optimizer permits Sgd, Adam {
    /** The learning rate η that {@link #apply(GraphBuilder, List, List)} builds in. */
    double rate();

    /**
     * Updates each parameter by its gradient, with the constant {@link #rate()}.
     *
     * @throws GraphException as {@link #apply(GraphBuilder, List, List, Node)}
     */
    default List<Slot> apply(GraphBuilder b, List<Node> parameters, List<Node> gradients) {
        DType dtype = Parameters.check(parameters, gradients).dtype();
        return apply(b, parameters, gradients, b.constant(dtype, rate()));
    }

    /**
     * Updates each parameter by its gradient: one {@code b.update} for each parameter and for each slot.
     *
     * @param parameters inputs of one float dtype; their names are part of their slots' names
     * @param gradients as many, each of its parameter's type
     * @param rate the learning rate η: a scalar of the same dtype, such as an input that a schedule sets for each step
     * @return the state to keep between steps, in a fixed order; empty if there is none
     * @throws GraphException if a parameter is not a float input, is named twice, or has another dtype than the first, or if a
     *     gradient or the rate does not fit; nothing was added then
     */
    List<Slot> apply(GraphBuilder b, List<Node> parameters, List<Node> gradients, Node rate);
}
