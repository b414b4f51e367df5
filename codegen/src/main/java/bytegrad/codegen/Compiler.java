package bytegrad.codegen;

import bytegrad.codegen.load.ArtefactLoader;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.Arena;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Compiles graphs to JVM bytecode: simplify, fuse, lower, plan, emit, load. */
public final class Compiler {
    /** What this compiler is called in what it writes. */
    public static final String VERSION = "0.1.0-SNAPSHOT";

    private Compiler() {}

    /** Compiles for this JVM with the default options. */
    public static CompiledFunction compile(Graph graph) {
        return compile(graph, Options.DEFAULT);
    }

    /**
     * Compiles a graph, or takes it from a {@link ClassCache} if the options or the system property {@code bytegrad.cache} name one. Its inputs that have updates become the
     * function's states.
     *
     * @throws bytegrad.runtime.SimdException if vector code was asked for and this JVM lacks the module for it
     */
    public static CompiledFunction compile(Graph graph, Options options) {
        requireBoth(graph, options);
        return ClassCache.of(options).map(cache -> cache.compile(graph, options)).orElseGet(() -> compileAnew(graph, options));
    }

    static CompiledFunction compileAnew(Graph graph, Options options) {
        if (options.startsScalar()) {
            return load(Compilation.of(graph, options.withSimd(Options.Simd.SCALAR)), () -> load(Compilation.of(graph, options)));
        }
        CompiledFunction function = load(Compilation.of(graph, options));
        if (options.start() == Options.Start.WARM) {
            function.warmUp();
        }
        return function;
    }

    /**
     * Compiles a graph so that every run looks for NaNs and infinities, and stops at the first node that makes one: slow, to find out where they come from. Every node is
     * stored by a kernel of its own, and no pass changes the graph, so that the node is one of this graph; a loop is looked at as a whole.
     * Results have the bits of a compilation without passes: the gradient of a convolution by its data adds in another order than with them ({@link Options#withPasses}).
     *
     * @param options of which passes, fusion, start, profile, memory budget and kept inputs do not count
     * @return a function whose runs throw {@link bytegrad.runtime.NumberException} where a number is not finite and no operand explains it. Where that is before the first
     *     write into a state, states are as they were
     */
    public static CompiledFunction compileChecked(Graph graph, Options options) {
        requireBoth(graph, options);
        Compilation c = Compilation.of(graph, options.withPasses(false).withFusion(false).withProfile(true).withStart(Options.Start.COLD)
                .withoutMemoryBudget().withKept());
        return new CompiledFunction(signature(c), arena(c.plan()), c.constants(), ArtefactLoader.load(c.image()), NodeChecks.of(c));
    }

    /** Compiles ahead of time: what {@link ModelJar#write} writes runs wherever Java 17 does, without this compiler. */
    public static ModelJar jar(Graph graph) {
        return jar(graph, Options.DEFAULT);
    }

    /** Compiles ahead of time. Of the options, {@link Options#simd} is not used: code of several widths goes into a jar. */
    public static ModelJar jar(Graph graph, Options options) {
        requireBoth(graph, options);
        return new ModelJar(graph, options);
    }

    /** Compiles a graph for this JVM with the default options, but only to say what was decided and why. */
    public static Explanation explain(Graph graph) {
        return explain(graph, Options.DEFAULT);
    }

    /** Compiles a graph, but only to say what was decided and why. Vector code can be explained where it could not run. */
    public static Explanation explain(Graph graph, Options options) {
        requireBoth(graph, options);
        Compilation c = Compilation.of(graph, options);
        return ExplanationBuilder.of(c, graph.hints().isEmpty() ? Optional.empty() : Optional.of(c.planWithoutHints(options)));
    }

    private static void requireBoth(Graph graph, Options options) {
        Objects.requireNonNull(graph, "graph is null");
        Objects.requireNonNull(options, "options are null");
    }

    static CompiledFunction load(Compilation c) {
        return new CompiledFunction(signature(c), arena(c.plan()), c.constants(), ArtefactLoader.load(c.image()));
    }

    private static CompiledFunction load(Compilation c, Supplier<CompiledFunction> successor) {
        return new CompiledFunction(signature(c), arena(c.plan()), c.constants(), ArtefactLoader.load(c.image()), successor);
    }

    static Signature signature(Compilation c) {
        MemoryPlan plan = c.plan();
        Set<Node> states = new HashSet<>();
        c.graph().updates().forEach(u -> states.add(u.state()));
        List<Slot> inputs = new ArrayList<>();
        List<Slot> updated = new ArrayList<>();
        for (Node declared : c.source().inputs()) {
            Node n = c.input(declared);
            Slot s = Literals.slot(((Op.Input) n.op()).name(), n, plan.offset(new Place.Value(n)));
            (states.contains(n) ? updated : inputs).add(s);
        }
        List<Slot> outputs = new ArrayList<>();
        c.graph().outputs().forEach((name, n) -> outputs.add(Literals.slot(name, Objects.requireNonNull(c.source().outputs().get(name)), plan.offset(Planner.output(n)))));
        return new Signature(inputs, updated, outputs, c.kept());
    }

    static Arena arena(MemoryPlan plan) {
        return new Arena(plan.slab(DType.F32), plan.slab(DType.F64), plan.slab(DType.I32), plan.slab(DType.I64), plan.slab(DType.BOOL),
                plan.slab(DType.U8), plan.slab(DType.I8), plan.slab(DType.I16), plan.slab(DType.BF16));
    }
}
