package bytegrad.autodiff.optim;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The nodes of one {@link Descent}, while they are added to a graph. */
final class Step {
    private static final String RUN = "descent.run";
    private static final String COUNT = "descent.step";
    private static final String GRADIENT = "descent.gradient/";
    private static final String AVERAGE = "average/";

    private final GraphBuilder b;
    private final Descent descent;
    private final Parameters parameters;
    private final List<ParameterGroup> groups;
    private final DType computed;
    private final List<Slot> slots = new ArrayList<>();
    /** Whether this run is the last of those that make a step; empty where each is. */
    private Optional<Node> last = Optional.empty();

    Step(GraphBuilder b, Descent descent, Parameters parameters) {
        this.b = b;
        this.descent = descent;
        this.parameters = parameters;
        this.computed = parameters.computed();
        this.groups = parameters.values().stream().map(descent.groups()).toList();
        checkGroups();
        checkNames();
    }

    private void checkGroups() {
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i) == null) {
                throw GraphException.at("optimizer: parameter \"" + Parameters.name(parameters.values().get(i)) + "\" is given no group");
            }
        }
    }

    /** The builder would take an input of that name and type for the state, and whoever made it would be surprised. */
    private void checkNames() {
        Set<String> taken = new HashSet<>();
        for (Node n : b.nodes()) {
            if (n.op() instanceof Op.Input input) {
                taken.add(input.name());
            }
        }
        for (String name : names()) {
            if (!taken.add(descent.prefix() + name)) {
                throw GraphException.at("optimizer: state \"" + descent.prefix() + name + "\" has the name of an input that is there; "
                        + "rename that one, or give this Descent a prefix of its own");
            }
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        if (descent.every() > 1) {
            names.add(RUN);
        }
        if (counts()) {
            names.add(COUNT);
        }
        descent.optimizer().scalars().forEach(s -> names.add(s.name()));
        for (Node p : parameters.values()) {
            String of = Parameters.name(p);
            if (descent.every() > 1) {
                names.add(GRADIENT + of);
            }
            descent.optimizer().state().forEach(s -> names.add(s.name() + of));
            if (descent.average().isPresent()) {
                names.add(AVERAGE + of);
            }
        }
        return names;
    }

    private boolean counts() {
        return descent.schedule().isPresent() || descent.average().isPresent();
    }

    Descent.Applied add(Node base) {
        if (descent.every() > 1) {
            Node run = slot(RUN, DType.I32, Shape.SCALAR, 0);
            Node go = b.eq(run, b.constant(DType.I32, descent.every() - 1));
            b.update(run, b.select(go, b.constant(DType.I32, 0), b.add(run, 1)));
            last = Optional.of(go);
        }
        Optional<Node> count = counts() ? Optional.of(slot(COUNT, DType.I64, Shape.SCALAR, 0)) : Optional.empty();
        count.ifPresent(t -> update(t, b.add(t, 1)));
        Node rate = descent.schedule().map(s -> b.mul(base, b.cast(factor(s, count.orElseThrow()), computed))).orElse(base);

        Optimizer rule = descent.optimizer();
        List<Node> scalars = rule.scalars().stream().map(s -> slot(s.name(), computed, Shape.SCALAR, s.initial())).toList();
        updateAll(scalars, rule.advance(b, scalars));

        List<Node> gradients = gradients();
        Optional<Node> norm = Optional.empty();
        for (Clip c : descent.clips()) {
            norm = c instanceof Clip.GlobalNorm && norm.isEmpty() ? Optional.of(Clip.norm(b, gradients)) : norm;
            gradients = c.apply(b, gradients);
        }
        for (int i = 0; i < groups.size(); i++) {
            move(parameters.values().get(i), gradients.get(i), groups.get(i), rate, scalars, count);
        }
        return new Descent.Applied(slots, rate, norm);
    }

    private Node factor(Schedule schedule, Node count) {
        Node factor = schedule.factor(b, b.cast(count, DType.F64));
        if (factor.dtype() != DType.F64 || factor.rank() != 0) {
            throw GraphException.at("optimizer: the schedule's factor must be a scalar f64, not " + factor.type());
        }
        return factor;
    }

    /** What to descend by: this run's gradients, or their mean with those of the runs before. */
    private List<Node> gradients() {
        List<Node> all = new ArrayList<>();
        for (int i = 0; i < parameters.values().size(); i++) {
            Node g = b.cast(parameters.gradients().get(i), computed);
            all.add(last.isPresent() ? mean(Parameters.name(parameters.values().get(i)), g, last.get()) : g);
        }
        return all;
    }

    private Node mean(String name, Node g, Node go) {
        Node sum = slot(GRADIENT + name, stored(), g.shape(), 0);
        Node total = b.add(b.cast(sum, computed), g);
        b.update(sum, b.select(go, b.zerosLike(sum), b.cast(total, stored())));
        return b.div(total, b.constant(computed, descent.every()));
    }

    private void move(Node p, Node gradient, ParameterGroup group, Node base, List<Node> scalars, Optional<Node> count) {
        Optimizer rule = descent.optimizer();
        List<Node> kept = rule.state().stream().map(s -> slot(s.name() + Parameters.name(p), stored(), p.shape(), s.initial())).toList();
        Node rate = group.rateFactor() == 1 ? base : b.mul(base, group.rateFactor());
        Node x = b.cast(p, computed);
        Node g = gradient;
        if (group.weightDecay() > 0) {
            Node decay = b.constant(computed, group.weightDecay());
            if (rule.decoupled()) {
                x = b.mul(x, b.sub(b.constant(computed, 1), b.mul(rate, decay)));
            } else {
                g = b.fma(x, decay, g);
            }
        }
        Optimizer.Moved moved = rule.move(b, x, g, rate, kept.stream().map(s -> b.cast(s, computed)).toList(), scalars);
        updateAll(kept, moved.state());
        update(p, moved.parameter());
        descent.average().ifPresent(beta -> average(p, moved.parameter(), beta, count.orElseThrow()));
    }

    private void average(Node p, Node next, double beta, Node count) {
        Node average = slot(AVERAGE + Parameters.name(p), computed, p.shape(), 0);
        Node mixed = b.fma(average, b.constant(computed, beta), b.mul(next, b.constant(computed, 1 - beta)));
        update(average, b.select(b.eq(count, b.constant(DType.I64, 0)), next, mixed));
    }

    private DType stored() {
        return descent.storage().orElse(computed);
    }

    private Node slot(String name, DType dtype, Shape shape, double initial) {
        Node s = b.input(descent.prefix() + name, dtype, shape.toArray());
        slots.add(new Slot(s, initial));
        return s;
    }

    private void updateAll(List<Node> states, List<Node> values) {
        if (states.size() != values.size()) {
            throw GraphException.at("optimizer: " + descent.optimizer() + " keeps " + states.size() + " states but moves " + values.size());
        }
        for (int i = 0; i < states.size(); i++) {
            update(states.get(i), values.get(i));
        }
    }

    /** The new value, rounded to how it is stored; in a run that is not the last of a step the old one. */
    private void update(Node state, Node value) {
        Node next = b.cast(value, state.dtype());
        b.update(state, last.map(go -> b.select(go, next, state)).orElse(next));
    }
}
