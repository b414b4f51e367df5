package bytegrad.codegen.plan;

import bytegrad.codegen.ArenaLimitException;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.Outcome;
import bytegrad.codegen.plan.remat.StepPlan;
import bytegrad.codegen.plan.remat.StepPlanner;
import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Orders the kernels, decides which updates are in place and what runs again, and gives every buffer its offset. */
public final class Planner {
    /** An order other than the given one has to need so much less: neighbours of the given one find their operands in the cache. */
    private static final double WORTH_MOVING = 0.95;
    /** Steps of a search for each kernel, up to those of {@link Effort#STANDARD}. */
    private static final long KERNEL_STEPS = 100_000;

    private final SecondRuns runs;
    private final Graph graph;
    private final List<LoweredKernel> lowered;
    private final Updates updates;
    private final Set<Place> pinned = new LinkedHashSet<>();
    private final StepGraph steps;

    private Planner(SecondRuns runs, List<Node> unread, List<LoweredKernel> lowered, MachineProfile machine) {
        this.runs = runs;
        this.graph = runs.graph();
        this.lowered = lowered.stream().sorted(Comparator.comparing(k -> !k.isDerived(runs))).toList();
        int derived = (int) lowered.stream().filter(k -> k.isDerived(runs)).count();
        Order order = new Order(this.lowered, Ties.of(this.lowered, runs));
        updates = new Updates(graph, this.lowered, order, derived);
        pin(unread);
        pinDerived(derived);
        pinEmpty(order);
        Set<Place> checkpoints = new HashSet<>();
        graph.hints().forEach((n, hint) -> {
            if (hint.kind() == Hint.Kind.CHECKPOINT) {
                checkpoints.add(new Place.Value(n));
            }
        });
        steps = new StepGraph(this.lowered, derived, order, updates, pinned, checkpoints, machine, p -> p.label(graph));
    }

    /**
     * The plan of a graph's kernels without a budget: none runs again, and what is computed again is so by kernels of its own, as hints demand.
     *
     * @param unread inputs that the user declared and no kernel reads; they get a slot all the same
     * @param elsewhere of a graph that runs inside of another, places that get offsets behind all others, and share them with none
     */
    public static MemoryPlan plan(SecondRuns runs, List<Node> unread, List<LoweredKernel> lowered, Set<Place> elsewhere, MachineProfile machine) {
        Planner p = new Planner(runs, unread, lowered, machine);
        return p.plan(p.unlimited(), elsewhere, OptionalLong.empty());
    }

    /**
     * What plans a graph's kernels within budgets of bytes.
     *
     * @param unread inputs that the user declared and no kernel reads; they get a slot all the same
     */
    public static Planner of(SecondRuns runs, List<Node> unread, List<LoweredKernel> lowered, MachineProfile machine) {
        return new Planner(runs, unread, lowered, machine);
    }

    /** Bytes that every plan of these kernels needs, as is proved. */
    public long bound() {
        return steps.bound().bytes();
    }

    /** Estimated time of all kernels, each once. */
    public long nanos() {
        return steps.graph().kernels().stream().mapToLong(KernelGraph.Kernel::cost).sum();
    }

    private MemoryPlan plan(StepPlan step, Set<Place> elsewhere, OptionalLong budget) {
        MemoryPlan plan = new Launching(steps, step, updates, pinned, elsewhere, p -> p.label(graph)).plan(runs, budget);
        PlanVerifier.verify(plan, runs);
        if (plan.arenaBytes() != step.bytes()) {
            throw new PlanException("invalid plan: slabs of " + plan.arenaBytes() + " bytes, but " + step.bytes() + " planned");
        }
        return plan;
    }

    private StepPlan unlimited() {
        return StepPlanner.plan(steps.graph(), Effort.BRIEF, WORTH_MOVING);
    }

    /** The plan whose arena takes no more than a budget, with as little computed again as was found. */
    public Planned within(long budget) {
        return fits(budget).<Planned>map(Planned.Kept::new).orElseGet(() -> switch (StepPlanner.plan(steps.graph(), budget, effort())) {
            case Outcome.Planned(StepPlan step) -> new Planned.Kept(plan(step, Set.of(), OptionalLong.of(budget)));
            case Outcome.Refused r -> refused(unlimited(), r);
        });
    }

    /** As {@link #within}, but without looking for the least budget where no plan is found. */
    public Optional<MemoryPlan> ifAny(long budget) {
        return fits(budget).or(() ->
                StepPlanner.ifAny(steps.graph(), budget, effort()).map(step -> plan(step, Set.of(), OptionalLong.of(budget))));
    }

    /** As {@link #ifAny}, where an order is known in which the kernels, some of them several times, keep the budget or nearly do. */
    public Optional<MemoryPlan> from(List<Integer> kernels, long budget) {
        return StepPlanner.planFrom(steps.graph(), steps.sequence(kernels), budget, effort()).map(step -> plan(step, Set.of(), OptionalLong.of(budget)));
    }

    /** The plan without a budget, if it keeps one. */
    public Optional<MemoryPlan> fits(long budget) {
        StepPlan unlimited = unlimited();
        return unlimited.bytes() <= budget ? Optional.of(plan(unlimited, Set.of(), OptionalLong.of(budget))) : Optional.empty();
    }

    private Effort effort() {
        return Effort.STANDARD.withSteps(Math.min(Effort.STANDARD.steps(), KERNEL_STEPS * steps.graph().kernels().size()));
    }

    private Planned refused(StepPlan unlimited, Outcome.Refused r) {
        long least = r.least();
        // The order without a budget may be better than any that the search began with: rarely, and then not by much.
        for (StepPlan less = unlimited; less.bytes() < least; ) {
            least = less.bytes();
            less = StepPlanner.plan(steps.graph(), least - 1, effort()) instanceof Outcome.Planned(StepPlan plan) ? plan : less;
        }
        Optional<MemoryPlan> plan;
        try {
            plan = Optional.of(plan(unlimited, Set.of(), OptionalLong.empty()));
        } catch (ArenaLimitException e) {
            plan = Optional.empty();
        }
        long states = graph.updates().stream().mapToLong(u -> Layout.bytes(u.state().dtype(), u.state().shape().size())).sum();
        return new Planned.Refused(plan, r.budget(), least, r.bound(), r.kernel(), steps.graph().pinnedBytes(), states);
    }

    /** Inputs, constants and outputs keep their places for a session's life. */
    private void pin(List<Node> unread) {
        graph.inputs().forEach(n -> pinned.add(new Place.Value(n)));
        unread.forEach(n -> pinned.add(new Place.Value(n)));
        lowered.forEach(k -> k.places().forEach(p -> {
            if (p instanceof Place.Value(Node n) && n.op() instanceof Op.Constant) {
                pinned.add(p);
            }
        }));
        graph.outputs().values().forEach(n -> pinned.add(updates.home(output(n))));
    }

    /** What is computed from kept inputs stays for all that read it in later runs. */
    private void pinDerived(int derived) {
        Set<Place> stored = new LinkedHashSet<>();
        lowered.subList(0, derived).forEach(k -> stored.addAll(k.stored()));
        Stream<Place> used = lowered.stream().skip(derived).flatMap(k -> k.places().stream());
        stored.retainAll(Stream.concat(used, updates.copied.values().stream()).collect(Collectors.toSet()));
        pinned.addAll(stored);
    }

    /** What has no elements is there from the start: there may be no kernel that stores it. */
    private void pinEmpty(Order order) {
        lowered.forEach(k -> k.places().stream().filter(p -> p instanceof Place.Value && p.size() == 0 && !order.isStored(p)).forEach(pinned::add));
    }

    /** Where an output's value is found after a run. */
    public static Place output(Node n) {
        return n.op() instanceof Op.Input || n.op() instanceof Op.Constant ? new Place.Copy(n) : new Place.Value(n);
    }
}
