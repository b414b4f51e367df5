package bytegrad.codegen;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.emit.EmitOptions;
import bytegrad.codegen.emit.Emitter;
import bytegrad.codegen.emit.MethodTooLargeException;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.FoldLets;
import bytegrad.codegen.kernel.KernelVerifier;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Lowering;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Graph;
import bytegrad.ir.pass.Pipeline;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.CompiledFunction;
import java.util.ArrayList;
import java.util.List;

/** Every stage of one compilation, as values. */
record Compilation(Graph source, Graph graph, Partition partition, List<LoweredKernel> kernels, MemoryPlan plan, ClassImage image) {
    Compilation {
        kernels = List.copyOf(kernels);
    }

    static Compilation of(Graph source, Options options) {
        Graph graph = options.passes() ? Pipeline.standard().run(source) : source;
        for (int limit = Partition.WEIGHT_LIMIT; ; limit /= 2) {
            try {
                return of(source, graph, options, limit);
            } catch (MethodTooLargeException e) {
                // Unrolled reductions can make more code than their weight says; smaller kernels always fit in the end.
                if (limit <= 1) {
                    throw e;
                }
            }
        }
    }

    private static Compilation of(Graph source, Graph graph, Options options, int weightLimit) {
        Partition partition = Partition.of(graph, options.fuse(), weightLimit);
        int vectorBytes = options.simd().bytes();
        List<LoweredKernel> kernels = Lowering.lower(partition, vectorBytes).stream()
                .map(k -> new LoweredKernel(k.cluster(), FoldLets.in(k.kernel()), k.places())).toList();
        if (options.verify()) {
            kernels.forEach(k -> KernelVerifier.verify(k.kernel()));
        }
        MemoryPlan plan = Planner.plan(graph, unread(source, graph), kernels);
        EmitOptions emit = vectorBytes == 0 ? EmitOptions.BAKED : EmitOptions.SHARED;
        ClassImage image = Emitter.emit(plan.steps(), "bytegrad/compiled/Graph", emit);
        return new Compilation(source, graph, partition, kernels, plan, image);
    }

    /** Inputs that the passes found to be of no use; the signature has them all the same. */
    private static List<Node> unread(Graph source, Graph graph) {
        return source.inputs().stream().filter(n -> graph.input(((Op.Input) n.op()).name()).isEmpty()).toList();
    }

    /** The node whose place an input of the source has. */
    Node input(Node source) {
        return graph.input(((Op.Input) source.op()).name()).orElse(source);
    }

    /** What a session's arena is filled with once. */
    List<CompiledFunction.Constant> constants() {
        List<CompiledFunction.Constant> constants = new ArrayList<>();
        plan.offsets().forEach((place, at) -> {
            if (place instanceof Place.Value(Node n) && n.op() instanceof Op.Constant(Literal value)) {
                constants.add(new CompiledFunction.Constant(Literals.slot(graph.nameOf(n), n, at), Literals.tensor(value)));
            }
        });
        return constants;
    }
}
