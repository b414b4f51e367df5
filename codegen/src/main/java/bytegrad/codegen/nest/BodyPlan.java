package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.BufferBounds;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.Grain;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Lowering;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.Layout;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernels and the plan of a body. What the kernel around it keeps (constants, slices, and those results that are written straight to where
 * they belong) is elsewhere; everything else is in one region of scratch a dtype.
 */
final class BodyPlan {
    final Graph graph;
    final MemoryPlan plan;
    /** Results that their only kernel may write anywhere, by name. */
    final Map<String, Place> direct = new LinkedHashMap<>();
    private final Set<Place> elsewhere = new HashSet<>();

    /**
     * Compiles a body.
     *
     * @param carried whether its carries live in its region
     * @param wanted the results that somebody reads
     */
    BodyPlan(Graph graph, NestedKernels how, boolean carried, Set<String> wanted) {
        this.graph = graph;
        Partition partition = Partition.of(graph, how.fused(), how.weightLimit());
        List<LoweredKernel> kernels = Lowering.lower(partition, how.vectorBytes(), Grain.WHOLE, how.machine(), how).stream()
                .map(LoweredKernel::tidied).toList();
        for (Node n : graph.inputs()) {
            if (!carried || Bodies.number("c", ((Op.Input) n.op()).name()).isEmpty()) {
                elsewhere.add(new Place.Value(n));
            }
        }
        kernels.forEach(k -> k.places().forEach(p -> {
            if (p instanceof Place.Value(Node n) && n.op() instanceof Op.Constant) {
                elsewhere.add(p);
            }
        }));
        graph.outputs().forEach((name, n) -> {
            boolean once = Collections.frequency(graph.outputs().values(), n) == 1 && graph.updates().stream().noneMatch(u -> u.value() == n);
            if (once && wanted.contains(name) && isWrittenOnly(Planner.output(n), kernels)) {
                direct.put(name, Planner.output(n));
                elsewhere.add(Planner.output(n));
            }
        });
        this.plan = Planner.plan(SecondRuns.none(graph), List.of(), kernels, elsewhere, how.machine());
    }

    /** One kernel stores it and none reads it. */
    private static boolean isWrittenOnly(Place p, List<LoweredKernel> kernels) {
        List<Kernel.Access> accesses = kernels.stream().filter(k -> k.places().contains(p))
                .map(k -> k.kernel().buffers().get(k.places().indexOf(p)).access()).toList();
        return accesses.equals(List.of(Kernel.Access.WRITE));
    }

    /** Elements of its region of a dtype: whole lines. */
    int size(DType d) {
        int end = plan.slab(d) == 0 ? 0 : plan.slab(d) - BufferBounds.OVERHANG - Layout.offset(d, 0);
        for (Place p : elsewhere) {
            if (p.dtype() == d && plan.offsets().containsKey(p)) {
                end = Math.min(end, plan.offset(p) - Layout.offset(d, 0));
            }
        }
        return end;
    }

    /** Elements in front of its region, in whole lines, that hold something from one run to the next: carries. Behind them a run works. */
    int kept(DType d) {
        int end = 0;
        for (Place p : plan.offsets().keySet()) {
            if (p.dtype() == d && !elsewhere.contains(p)) {
                end = Math.max(end, Layout.endOfLine(d, (long) offset(p) + p.size()));
            }
        }
        return end;
    }

    /** Where, in its region, a value begins that is there at the end of a run. */
    int offset(Place p) {
        return plan.offset(p) - Layout.offset(p.dtype(), 0);
    }
}
