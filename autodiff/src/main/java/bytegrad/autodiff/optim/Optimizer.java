package bytegrad.autodiff.optim;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.List;

/**
 * A rule that moves a parameter down its gradient, written as nodes.
 *
 * <pre>{@code
 * List<Node> g = Gradient.of(b, loss, parameters);
 * List<Slot> state = new Adam(1e-3).apply(b, parameters, g);   // declares b.update(…) for each parameter and slot
 * Graph step = b.build();
 * }</pre>
 *
 * <p>A rule says what it keeps and how one parameter moves; it declares nothing. Names, storage, parameter groups, clipping,
 * schedules and accumulation are {@link Descent}'s, for all rules alike. A rule of your own implements {@link #rate},
 * {@link #state} and {@link #move}.
 *
 * <p>Hyper-parameters are doubles, rounded to the parameters' dtype once; factors that depend on the step alone are scalar
 * nodes, so that per element only the parameter's own arithmetic is left.
 */
public interface Optimizer {
    /**
     * Something kept between steps.
     *
     * @param name of a scalar: its whole name; of what is kept for each parameter: what comes before the parameter's name
     * @param initial what every element is before the first step
     */
    record State(String name, double initial) {}

    /**
     * Where a parameter and what is kept for it have moved.
     *
     * @param parameter its new value
     * @param state the new values, in the order of {@link Optimizer#state}
     */
    record Moved(Node parameter, List<Node> state) {
        public Moved {
            state = List.copyOf(state);
        }
    }

    /** The learning rate η that is built in where no other is given. */
    double rate();

    /** The weight decay λ of parameters whose group says no other. */
    default double weightDecay() {
        return 0;
    }

    /**
     * How weight decay enters: p ← p·(1 − ηλ) before the move where true ("decoupled": Loshchilov and Hutter 2019), else
     * g ← g + λp, the gradient of a penalty ½λ‖p‖².
     */
    default boolean decoupled() {
        return false;
    }

    /** The scalars that are kept, of the dtype that is computed in. */
    default List<State> scalars() {
        return List.of();
    }

    /** What is kept for each parameter, of its shape. */
    List<State> state();

    /** The scalars after this step, from those before it. */
    default List<Node> advance(GraphBuilder b, List<Node> scalars) {
        return scalars;
    }

    /**
     * One parameter's move. The same scalar nodes made for each parameter are one node, since the builder interns.
     *
     * @param p the parameter, of the dtype that is computed in
     * @param g its gradient, of the same type
     * @param rate η, a scalar of that dtype
     * @param state as {@link #state} lists it, before this step
     * @param scalars as {@link #scalars} lists them, before this step
     */
    Moved move(GraphBuilder b, Node p, Node g, Node rate, List<Node> state, List<Node> scalars);

    /**
     * Updates each parameter by its gradient, with the constant {@link #rate()}.
     *
     * @throws GraphException as {@link Descent#apply(GraphBuilder, List, List)}
     */
    default List<Slot> apply(GraphBuilder b, List<Node> parameters, List<Node> gradients) {
        return Descent.by(this).apply(b, parameters, gradients).slots();
    }

    /**
     * Updates each parameter by its gradient: one {@code b.update} for each parameter and for each slot.
     *
     * @param rate the learning rate η: a scalar, such as an input that is set for each step
     * @return the state to keep between steps, in a fixed order; empty if there is none
     * @throws GraphException as {@link Descent#apply(GraphBuilder, List, List, Node)}
     */
    default List<Slot> apply(GraphBuilder b, List<Node> parameters, List<Node> gradients, Node rate) {
        return Descent.by(this).apply(b, parameters, gradients, rate).slots();
    }
}
