package bytegrad.codegen;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.Graph;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.NumberChecks;
import bytegrad.runtime.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;

/** What each launch of a compilation stores and reads, for runs that look at every number. */
final class NodeChecks {
    private NodeChecks() {}

    static NumberChecks of(Compilation c) {
        List<NumberChecks.Launch> launches = new ArrayList<>();
        for (int k = 0; k < c.plan().kernels().size(); k++) {
            launches.add(launch(c.graph(), c.plan().kernels().get(k), c.plan().launches().get(k)));
        }
        return new NumberChecks(launches);
    }

    private static NumberChecks.Launch launch(Graph graph, LoweredKernel kernel, Plan.Launch launch) {
        List<NumberChecks.Stored> stores = new ArrayList<>();
        List<Slot> reads = new ArrayList<>();
        for (int b = 0; b < kernel.places().size(); b++) {
            if (!(kernel.places().get(b) instanceof Place.Value(Node n)) || !n.dtype().isFloat()) {
                continue;
            }
            Slot slot = Literals.slot(graph.nameOf(n), n, launch.offsets().get(b));
            Kernel.Access access = kernel.kernel().buffers().get(b).access();
            boolean written = access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE;
            // The copy of a new value into its state's place is of the state: what it copies was looked at.
            if (written && !(n.op() instanceof Op.Input)) {
                stores.add(new NumberChecks.Stored(slot, text(graph, n), given(n, Double::isNaN), given(n, Double::isInfinite)));
            } else if (access == Kernel.Access.READ && !sharesPlace(kernel, launch, b)) {
                reads.add(slot);
            }
        }
        return new NumberChecks.Launch(stores, reads);
    }

    /** A state that its new value is written over: what was read is no longer there. */
    private static boolean sharesPlace(LoweredKernel kernel, Plan.Launch launch, int read) {
        for (int b = 0; b < kernel.places().size(); b++) {
            boolean same = kernel.places().get(b).dtype() == kernel.places().get(read).dtype() && launch.offsets().get(b).equals(launch.offsets().get(read));
            if (b != read && same && kernel.kernel().buffers().get(b).access() != Kernel.Access.READ) {
                return true;
            }
        }
        return false;
    }

    private static String text(Graph graph, Node n) {
        return n.inputs().stream().map(graph::nameOf).collect(Collectors.joining(", ", Graph.opName(n.op()) + "(", ")"));
    }

    /** Whether such a number is among a node's constants: its operands, what a pad fills with, what a reduction of nothing gives, or those of a graph that it runs. */
    private static boolean given(Node n, DoublePredicate such) {
        boolean operand = n.inputs().stream().map(NodeChecks::source).anyMatch(x -> x.op() instanceof Op.Constant(Literal value) && any(value, such));
        return operand || switch (n.op()) {
            case Op.Pad pad -> such.test(pad.fill());
            case Op.Constant(Literal value) -> any(value, such);
            case Op.Reduce _, Op.Cumulate _ -> n.input(0).shape().size() == 0 || n.op() instanceof Op.Cumulate(Monoid _, int _, boolean _, boolean exclusive) && exclusive;
            case Op.Scan scan -> given(scan.body(), such);
            case Op.Cond cond -> given(cond.then(), such) || given(cond.otherwise(), such);
            case Op.While loop -> given(loop.body(), such);
            case Op.Custom custom -> given(custom.body(), such);
            case Op.Input _, Op.Iota _, Op.Map _, Op.Cast _, Op.ArgReduce _, Op.Contract _, Op.Gather _, Op.Scatter _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _,
                    Op.Concat _, Op.Reshape _, Op.Transpose _, Op.Broadcast _, Op.Slice _, Op.Window _, Op.Flip _ -> false;
        };
    }

    private static boolean given(Graph body, DoublePredicate such) {
        return body.nodes().stream().anyMatch(n -> given(n, such));
    }

    /** What a view looks at. */
    private static Node source(Node n) {
        Node x = n;
        while (x.op() instanceof Op.View && !(x.op() instanceof Op.Pad)) {
            x = x.input(0);
        }
        return x;
    }

    private static boolean any(Literal value, DoublePredicate such) {
        for (int k = 0; k < value.type().size(); k++) {
            if (such.test(value.doubleAt(k))) {
                return true;
            }
        }
        return false;
    }
}
