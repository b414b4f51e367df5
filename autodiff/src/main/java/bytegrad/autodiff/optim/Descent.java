package bytegrad.autodiff.optim;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How parameters descend: an optimiser with all that goes on around it, as nodes of the training graph.
 *
 * <pre>{@code
 * Descent.Applied d = Descent.by(new AdamW(3e-4))
 *         .groups(p -> new ParameterGroup(1, p.rank() > 1 ? 0.1 : 0))     // matrices decay, biases do not
 *         .clip(new Clip.GlobalNorm(1))
 *         .schedule(Schedule.warmUp(500).then(500, new Schedule.Cosine(9500, 0.1)))
 *         .every(4)                                                       // gradients of four runs make one step
 *         .average(0.999)
 *         .apply(b, parameters, Gradient.of(b, loss, parameters));
 * }</pre>
 *
 * <p>In each run, in this order: the gradient joins those of the runs before, in their mean; at the last of k runs the mean is clipped,
 * the rate scheduled, weights decay, and the optimiser moves parameters and its state, and their average follows. In the other
 * runs all of that stays as it is, bit for bit. Parameters in bf16 are computed in f32 and rounded once.
 *
 * <p>States, besides the optimiser's: "descent.run" (i32, runs since the last step) and "descent.gradient/NAME" (their sum) where k &gt; 1;
 * "descent.step" (i64, steps so far) with a schedule or an average; "average/NAME". All are at first 0.
 *
 * @param optimizer the rule
 * @param groups what each parameter has of its own
 * @param clips bounds on the gradients, applied in this order
 * @param schedule of the learning rate; without one it is constant
 * @param every k, how many runs make one step, at least 1
 * @param average β of the average of weights, if there is one
 * @param storage a float dtype that the optimiser's state of each parameter and the sums of gradients are rounded to when stored; empty for
 *     the dtype that is computed in. Averages and scalars are not rounded: bf16 would lose their small steps
 * @param prefix before the name of each state: what tells apart two descents of one graph
 */
public record Descent(
        Optimizer optimizer,
        Function<Node, ParameterGroup> groups,
        List<Clip> clips,
        Optional<Schedule> schedule,
        int every,
        Optional<Double> average,
        Optional<DType> storage,
        String prefix) {
    public Descent {
        clips = List.copyOf(clips);
        Hyper.steps("Descent", "the number of runs for a step", every, 1);
        average.ifPresent(beta -> Hyper.fraction("Descent", "the decay of the average", beta));
        storage.ifPresent(dtype -> {
            if (!dtype.isFloat()) {
                throw GraphException.at("Descent: state cannot be stored as " + dtype.text() + "; it must be f32, f64 or bf16");
            }
        });
    }

    /** The optimiser alone. */
    public static Descent by(Optimizer optimizer) {
        ParameterGroup all = new ParameterGroup(1, optimizer.weightDecay());
        return new Descent(optimizer, p -> all, List.of(), Optional.empty(), 1, Optional.empty(), Optional.empty(), "");
    }

    /** With factors of the rate and weight decays by parameter; the optimiser's own decay then counts no more. */
    public Descent groups(Function<Node, ParameterGroup> of) {
        return new Descent(optimizer, of, clips, schedule, every, average, storage, prefix);
    }

    /** With one more bound on the gradients, after those there are. */
    public Descent clip(Clip next) {
        List<Clip> all = new ArrayList<>(clips);
        all.add(next);
        return new Descent(optimizer, groups, all, schedule, every, average, storage, prefix);
    }

    /** With the rate multiplied by the schedule's factor. */
    public Descent schedule(Schedule of) {
        return new Descent(optimizer, groups, clips, Optional.of(of), every, average, storage, prefix);
    }

    /** With one step for so many runs, by the mean of their gradients. */
    public Descent every(int runs) {
        return new Descent(optimizer, groups, clips, schedule, runs, average, storage, prefix);
    }

    /**
     * With an exponential average of the weights: a' = β a + (1−β) p', and a' = p' at the first step, as {@code torch.optim.swa_utils} has
     * it.
     *
     * @param beta β, at least 0 and below 1
     */
    public Descent average(double beta) {
        return new Descent(optimizer, groups, clips, schedule, every, Optional.of(beta), storage, prefix);
    }

    /** With state and sums of gradients rounded to a dtype when stored, such as bf16 for half the memory. */
    public Descent storage(DType dtype) {
        return new Descent(optimizer, groups, clips, schedule, every, average, Optional.of(dtype), prefix);
    }

    /** With another beginning of the names of states. */
    public Descent prefix(String of) {
        return new Descent(optimizer, groups, clips, schedule, every, average, storage, of);
    }

    /**
     * What was added to the graph.
     *
     * @param slots the state to keep between runs, in a fixed order
     * @param rate the learning rate of this step, before the groups' factors: a scalar
     * @param norm of the gradients before they are clipped, a scalar: there with a {@link Clip.GlobalNorm}. With several runs for a step it
     *     is that of the sum so far by their number, and counts in the last
     */
    public record Applied(List<Slot> slots, Node rate, Optional<Node> norm) {
        public Applied {
            slots = List.copyOf(slots);
        }
    }

    /**
     * Updates each parameter by its gradient, with the optimiser's rate.
     *
     * @throws GraphException as {@link #apply(GraphBuilder, List, List, Node)}
     */
    public Applied apply(GraphBuilder b, List<Node> parameters, List<Node> gradients) {
        Parameters all = Parameters.check(parameters, gradients);
        Step step = new Step(b, this, all); // refuses before the rate is a node
        return step.add(b.constant(all.computed(), optimizer.rate()));
    }

    /**
     * Updates each parameter by its gradient: one {@code b.update} for each parameter and for each slot.
     *
     * @param parameters inputs of one float dtype; their names are part of their slots' names
     * @param gradients as many, each of its parameter's type
     * @param rate what the schedule multiplies, in the place of the optimiser's rate: a scalar of the dtype that is computed in (f32 for
     *     bf16), such as an input that is set for each step
     * @throws GraphException if a parameter is not a float input, is named twice, or has another dtype than the first, if a gradient or the
     *     rate does not fit, or if a state has the name of an input that is there; nothing was added then
     */
    public Applied apply(GraphBuilder b, List<Node> parameters, List<Node> gradients, Node rate) {
        Parameters all = Parameters.check(parameters, gradients);
        all.checkRate(rate);
        return new Step(b, this, all).add(rate);
    }
}
