package bytegrad.codegen;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.emit.CodegenException;
import bytegrad.codegen.emit.EmitOptions;
import bytegrad.codegen.emit.Emitter;
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
        Partition partition = Partition.of(graph, options.fuse());
        int vectorBytes = options.simd().bytes();
        List<LoweredKernel> kernels = Lowering.lower(partition, vectorBytes).stream()
                .map(k -> new LoweredKernel(k.cluster(), FoldLets.in(k.kernel()), k.places())).toList();
        if (options.verify()) {
            kernels.forEach(k -> KernelVerifier.verify(k.kernel()));
        }
        MemoryPlan plan = Planner.plan(graph, kernels);
        EmitOptions emit = vectorBytes == 0 ? EmitOptions.BAKED : EmitOptions.SHARED;
        ClassImage image = Emitter.emit(plan.steps(), "bytegrad/compiled/Graph", emit);
        return new Compilation(source, graph, partition, kernels, plan, image);
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
