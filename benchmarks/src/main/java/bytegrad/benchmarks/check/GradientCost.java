package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.benchmarks.Interleaved;
import bytegrad.benchmarks.Sessions;
import bytegrad.cli.workload.Fill;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The time of a workload's value and its gradient, by that of its value alone. Griewank's bound for reverse mode (<i>Evaluating Derivatives</i>,
 * chapter 4) is 4 for counted operations; here it is held against the clock.
 */
final class GradientCost {
    private static final double MOST = 4;
    private static final double WARM = 3;
    private static final double MEASURE = 3;
    private static final List<Workload> WORKLOADS =
            List.of(Workload.A, Workload.B, Workload.C1, Workload.C64, Workload.D, Workload.E, Workload.F, Workload.H512, Workload.H1024);

    private GradientCost() {}

    static void report(Report report) {
        for (Workload w : WORKLOADS) {
            String row = "gradient-cost-" + w.title();
            if (report.wants(row)) {
                Session value = Sessions.of(only(w, false), Options.DEFAULT);
                Session gradient = Sessions.of(only(w, true), Options.DEFAULT);
                report.atMost(row, Interleaved.ratio(gradient::run, value::run, WARM, MEASURE), MOST);
            }
        }
    }

    /** The workload's first output without its updates, and the gradients of all float inputs but the data. */
    private static Task only(Workload workload, boolean gradients) {
        Task task = workload.task();
        GraphBuilder b = new GraphBuilder();
        Map<String, Node> inputs = new LinkedHashMap<>();
        task.graph().inputs().forEach(n -> inputs.put(((Op.Input) n.op()).name(), b.apply(n.op(), List.of())));
        Map.Entry<String, Node> first = b.inline(task.graph(), inputs).outputs().entrySet().iterator().next();
        Node y = first.getValue();
        b.output(first.getKey(), y);
        Map<String, Fill> fills = new LinkedHashMap<>(task.fills());
        if (gradients) {
            fills.put("dy", new Fill.Uniform(900, 2));
            Node loss = y.rank() == 0 ? y : b.sumAll(b.mul(y, b.apply(new Op.Input("dy", y.type()), List.of())));
            // Optimiser slots and the data are of no interest.
            List<String> names = inputs.entrySet().stream().filter(e -> e.getValue().dtype().isFloat()).map(Map.Entry::getKey)
                    .filter(n -> !n.equals("x") && !n.startsWith("adam.")).toList();
            List<Node> d = Gradient.of(b, loss, names.stream().map(n -> java.util.Objects.requireNonNull(inputs.get(n))).toList());
            for (int k = 0; k < d.size(); k++) {
                b.output("d" + names.get(k), d.get(k));
            }
        }
        return new Task(b.build(), fills);
    }
}
