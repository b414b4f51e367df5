package bytegrad.codegen;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.emit.EmitOptions;
import bytegrad.codegen.emit.Emitter;
import bytegrad.codegen.emit.MethodTooLargeException;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.KernelVerifier;
import bytegrad.codegen.lower.Grain;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Lowering;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.nest.NestedKernels;
import bytegrad.codegen.nest.Trajectories;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Graph;
import bytegrad.ir.pass.Pass;
import bytegrad.ir.pass.Pipeline;
import bytegrad.ir.pass.ReadPadded;
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
 */
record Compilation(
        Graph source, SecondRuns runs, Partition partition, List<LoweredKernel> kernels, CutScans cuts, MemoryPlan plan, ClassImage image,
        int simdBits, MachineProfile machine, List<Explanation.Stage> stages) {
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
        Stages stages = new Stages(options);
        stages.dump(d -> d.source(source));
        Pipeline pipeline = options.verify() ? Pipeline.standard().verifying() : Pipeline.standard();
        Graph simple = options.passes() ? stages.time("passes", () -> stages.passes(pipeline, source)) : source;
        List<Pass> last = List.of(new SplitLongReductions(), new SplitLongContractions(), new ReadPadded());
        Graph graph = stages.time("split sums", () -> new Pipeline(last, 1, options.verify()).run(simple));
        stages.dump(d -> d.compiled(graph));
        SecondRuns runs = SecondRuns.of(graph);
        for (int limit = Partition.WEIGHT_LIMIT; ; limit /= 2) {
            try {
                Compilation c = of(source, runs, options, className, limit, stages);
                DebugLog.compiled(c);
                Flight.plan(c.graph().nodes().size(), c.plan().launches().size(), c.plan().arenaBytes(), c.image().size(), c.simdBits());
                return c;
            } catch (MethodTooLargeException e) {
                // Unrolled reductions can make more code than their weight says; smaller kernels always fit in the end.
                if (limit <= 1) {
                    throw e;
                }
            }
        }
    }

    private static Compilation of(Graph source, SecondRuns runs, Options options, String className, int weightLimit, Stages stages) {
        Partition partition = stages.time("partition", () -> Partition.of(runs, options.fuse(), weightLimit));
        stages.dump(d -> d.partition(partition));
        int vectorBytes = options.simd().bytes();
        NestedKernels nested = new NestedKernels(options.fuse(), weightLimit, vectorBytes, options.machine());
        List<LoweredKernel> whole = stages.time("lower", () -> lowered(partition, options, nested));
        check(runs.graph(), whole, options, stages);
        EmitOptions shape = (vectorBytes == 0 ? EmitOptions.BAKED : EmitOptions.SHARED).withProfile(options.profile());
        EmitOptions emit = options.verify() ? shape.withCheck(ClassChecks.installed()) : shape;
        WithinBudget.Choice choice = stages.time("plan", () -> plan(source, runs, partition, whole, nested, className, options, emit));
        if (choice.kernels() != whole) {
            check(runs.graph(), choice.kernels(), options, stages);
        }
        MemoryPlan plan = choice.plan();
        stages.dump(d -> d.plan(plan));
        long nanos = options.rehearses() ? plan.memory().totalNanos() : 0;
        ClassImage image = stages.time("emit", () -> emit(plan, className, emit.withNanos(nanos), options.verify()));
        stages.dump(d -> d.image(image));
        return new Compilation(source, runs, partition, choice.kernels(), choice.cuts(), plan, image, 8 * vectorBytes, options.machine(),
                stages.times());
    }

    private static List<LoweredKernel> lowered(Partition partition, Options options, NestedKernels nested) {
        return Lowering.lower(partition, options.simd().bytes(), new Grain(options.chunkNanos()), options.machine(), nested).stream()
                .map(LoweredKernel::tidied).toList();
    }

    private static void check(Graph graph, List<LoweredKernel> kernels, Options options, Stages stages) {
        stages.dump(d -> d.kernels(graph, kernels));
        if (options.verify()) {
            stages.time("verify kernels", () -> kernels.forEach(k -> KernelVerifier.verify(k.kernel())));
        }
    }

    /** The plan of the same graph if nothing were demanded of it, and there were no budget: for comparison. */
    MemoryPlan planWithoutHints(Options options) {
        SecondRuns none = SecondRuns.none(runs.source().withoutHints());
        NestedKernels nested = new NestedKernels(options.fuse(), Partition.WEIGHT_LIMIT, options.simd().bytes(), options.machine());
        List<LoweredKernel> kernels = lowered(Partition.of(none, options.fuse(), Partition.WEIGHT_LIMIT), options, nested);
        return Planner.plan(none, unread(source, none.graph()), kernels, Set.of(), options.machine());
    }

    /** The graph that is compiled. */
    Graph graph() {
        return runs.graph();
    }

    private static WithinBudget.Choice plan(Graph source, SecondRuns runs, Partition partition, List<LoweredKernel> kernels, NestedKernels nested,
            String className, Options options, EmitOptions emit) {
        List<Node> unread = unread(source, runs.graph());
        if (options.memoryBudget().isEmpty()) {
            return new WithinBudget.Choice(CutScans.NONE, kernels, Planner.plan(runs, unread, kernels, Set.of(), options.machine()));
        }
        WithinBudget within = new WithinBudget(options.memoryBudget().getAsLong(), Trajectories.of(runs.graph()),
                cuts -> nested.with(cuts).cut(partition, kernels), k -> Planner.of(runs, unread, k, options.machine()));
        return within.of(kernels, r -> {
            // Where these kernels are too long for a class, smaller ones are planned anew: what is refused is what would be emitted.
            r.unlimited().ifPresent(p -> emit(p, className, emit, options.verify()));
            return new MemoryBudgetException(r.budget(), r.least(), r.bound(), r.kernel(), r.pinned(), r.states(), runs.source().hints().values());
        });
    }

    private static ClassImage emit(MemoryPlan plan, String className, EmitOptions emit, boolean poisoned) {
        int first = plan.stepsBeforeUpdates();
        return Emitter.emit(plan.part(0, first, poisoned), plan.part(first, plan.kernels().size(), poisoned), className, emit);
    }

    /** Inputs that the passes found to be of no use; the signature has them all the same. */
    private static List<Node> unread(Graph source, Graph graph) {
        return source.inputs().stream().filter(n -> graph.input(((Op.Input) n.op()).name()).isEmpty()).toList();
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
