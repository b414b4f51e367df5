package bytegrad.codegen;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.emit.EmitOptions;
import bytegrad.codegen.emit.Emitter;
import bytegrad.codegen.emit.MethodTooLargeException;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.OrientKept;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.KernelVerifier;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Graph;
import bytegrad.ir.pass.FlattenShortRows;
import bytegrad.ir.pass.Pass;
import bytegrad.ir.pass.Pipeline;
import bytegrad.ir.pass.ReadPadded;
import bytegrad.ir.pass.Rewrite;
import bytegrad.ir.pass.SplitLongContractions;
import bytegrad.ir.pass.SplitLongReductions;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Slot;
import bytegrad.runtime.flight.Flight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every stage of one compilation, as values.
 *
 * @param runs the graph that is compiled, in which some nodes come twice as hints demand
 * @param kept names of inputs that are set rarely
 */
record Compilation(
        Graph source, SecondRuns runs, Partition partition, List<LoweredKernel> kernels, CutScans cuts, MemoryPlan plan, ClassImage image,
        int simdBits, MachineProfile machine, Set<String> kept, List<Explanation.Stage> stages) {
    Compilation {
        kernels = List.copyOf(kernels);
        stages = List.copyOf(stages);
    }

    /** The name of the main class of what is loaded at once. */
    private static final String NAME = "bytegrad/compiled/Graph";

    static Compilation of(Graph source, Options options) {
        return of(source, options, NAME);
    }

    /** @param className the internal name of the main class */
    static Compilation of(Graph source, Options options, String className) {
        options.checkKept(source);
        Stages stages = new Stages(options);
        stages.dump(d -> d.source(source));
        Pipeline pipeline = options.verify() ? Pipeline.standard().verifying() : Pipeline.standard();
        Graph simple = options.passes() ? stages.time("passes", () -> stages.passes(pipeline, source)) : source;
        List<Pass> last = List.of(new FlattenShortRows(), new SplitLongReductions(), new SplitLongContractions(), new ReadPadded(), new OrientKept(options.kept()));
        Graph graph = stages.time("split sums", () -> Rewrite.outputs(new Pipeline(last, 1, options.verify()).run(simple), n -> options.passes() ? asComputed(n) : n));
        stages.dump(d -> d.compiled(graph));
        SecondRuns runs = SecondRuns.of(graph).keeping(options.kept());
        for (int limit = Partition.WEIGHT_LIMIT; ; limit /= 2) {
            try {
                Compilation c = keeping(source, runs, options, className, limit, stages);
                DebugLog.compiled(c);
                Flight.plan(c.graph().nodes().size(), c.plan().launches().size() - c.plan().memory().derived(), c.plan().arenaBytes(), c.image().size(), c.simdBits());
                return c;
            } catch (MethodTooLargeException e) {
                // Unrolled reductions can make more code than their weight says; smaller kernels always fit in the end.
                if (limit <= 1) {
                    throw e;
                }
            }
        }
    }

    /** What is found in memory as an output that is only another shape of something computed: a slot says the shape, which the source has. */
    private static Node asComputed(Node output) {
        Node x = Partition.throughReshapes(output);
        boolean computed = !(x.op() instanceof Op.Input || x.op() instanceof Op.Constant || x.op() instanceof Op.Nested || x.op() instanceof Op.View && !(x.op() instanceof Op.Pad));
        return computed ? x : output;
    }

    /** Where a budget, or an array, has no room for what would stay, all is computed in each run. */
    private static Compilation keeping(Graph source, SecondRuns runs, Options options, String className, int weightLimit, Stages stages) {
        try {
            return of(source, runs, options, className, weightLimit, stages);
        } catch (MemoryBudgetException | ArenaLimitException e) {
            if (runs.kept().all().isEmpty()) {
                throw e;
            }
            return of(source, runs.keeping(Set.of()), options, className, weightLimit, stages);
        }
    }

    private static Compilation of(Graph source, SecondRuns runs, Options options, String className, int weightLimit, Stages stages) {
        Variants variants = new Variants(source, runs, options, weightLimit);
        Partition partition = stages.time("partition", variants::partition);
        stages.dump(d -> d.partition(partition));
        Variants.Variant whole = stages.time("lower", () -> variants.whole(partition));
        Variants.Variant joined = stages.time("join", () -> variants.joined(whole));
        check(runs.graph(), joined.kernels(), options, stages);
        EmitOptions shape = (options.simd().bytes() == 0 ? EmitOptions.BAKED : EmitOptions.SHARED).withProfile(options.profile());
        EmitOptions emit = options.verify() ? shape.withCheck(ClassChecks.installed()) : shape;
        WithinBudget.Choice choice = stages.time("plan", () -> plan(variants, whole, joined, className, emit));
        Variants.Variant chosen = choice.variant();
        if (chosen.partition() != partition) {
            stages.dump(d -> d.partition(chosen.partition()));
        }
        if (chosen != joined) {
            check(chosen.runs().graph(), chosen.kernels(), options, stages);
        }
        MemoryPlan plan = choice.plan();
        stages.dump(d -> d.plan(plan));
        long nanos = options.rehearses() ? plan.memory().totalNanos() : 0;
        ClassImage image = stages.time("emit", () -> emit(plan, className, emit.withNanos(nanos), options.verify()));
        stages.dump(d -> d.image(image));
        return new Compilation(source, chosen.runs(), chosen.partition(), chosen.kernels(), chosen.cuts(), plan, image, 8 * options.simd().bytes(),
                options.machine(), options.kept(), stages.times());
    }

    private static void check(Graph graph, List<LoweredKernel> kernels, Options options, Stages stages) {
        stages.dump(d -> d.kernels(graph, kernels));
        if (options.verify()) {
            stages.time("verify kernels", () -> kernels.forEach(k -> KernelVerifier.verify(k.kernel())));
        }
    }

    /** The plan of the same graph if nothing were demanded of it, and there were no budget: for comparison. */
    MemoryPlan planWithoutHints(Options options) {
        Variants variants = new Variants(source, SecondRuns.none(runs.source().withoutHints()).keeping(options.kept()), options, Partition.WEIGHT_LIMIT);
        return unlimited(variants, variants.whole(variants.partition()));
    }

    /** The graph that is compiled. */
    Graph graph() {
        return runs.graph();
    }

    /** What joined kernels read and store is in memory together: where arrays have no room for that, they are not joined. */
    private static WithinBudget.Choice unlimited(Variants variants, Variants.Variant whole, Variants.Variant joined) {
        try {
            return new WithinBudget.Choice(joined, unlimited(variants, joined));
        } catch (ArenaLimitException e) {
            return new WithinBudget.Choice(whole, unlimited(variants, whole));
        }
    }

    private static MemoryPlan unlimited(Variants variants, Variants.Variant whole) {
        return Planner.plan(whole.runs(), variants.unread(whole.runs().graph()), whole.kernels(), Set.of(), variants.options().machine());
    }

    private static WithinBudget.Choice plan(Variants variants, Variants.Variant whole, Variants.Variant joined, String className, EmitOptions emit) {
        Options options = variants.options();
        if (options.memoryBudget().isEmpty()) {
            return unlimited(variants, whole, joined);
        }
        WithinBudget within = new WithinBudget(options.memoryBudget().getAsLong(), variants, whole, joined);
        return within.choose(r -> {
            // Where these kernels are too long for a class, smaller ones are planned anew: what is refused is what would be emitted.
            r.unlimited().ifPresent(p -> emit(p, className, emit, options.verify()));
            return new MemoryBudgetException(r.budget(), r.least(), r.bound(), r.kernel(), r.pinned(), r.states(), whole.runs().source().hints().values());
        });
    }

    private static ClassImage emit(MemoryPlan plan, String className, EmitOptions emit, boolean poisoned) {
        int first = plan.stepsBeforeUpdates();
        int derived = plan.memory().derived();
        return Emitter.emit(plan.part(0, derived, poisoned), plan.part(derived, first, poisoned), plan.part(first, plan.kernels().size(), poisoned), className, emit);
    }

    /** The node whose place an input of the source has. */
    Node input(Node source) {
        return graph().input(((Op.Input) source.op()).name()).orElse(source);
    }

    /** What a session's arena is filled with once. */
    List<CompiledFunction.Constant> constants() {
        List<CompiledFunction.Constant> constants = new ArrayList<>();
        literals().forEach((slot, value) -> constants.add(new CompiledFunction.Constant(slot, Literals.tensor(value))));
        return constants;
    }

    /** The same by place, equal by bits. */
    Map<Slot, Literal> literals() {
        Map<Slot, Literal> literals = new LinkedHashMap<>();
        plan.offsets().forEach((place, at) -> {
            if (place instanceof Place.Value(Node n) && n.op() instanceof Op.Constant(Literal value)) {
                literals.put(Literals.slot(graph().nameOf(n), n, at), value);
            }
        });
        return literals;
    }
}
