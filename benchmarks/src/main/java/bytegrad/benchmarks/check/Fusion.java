package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Workload;
import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.pass.Pipeline;
import java.util.ArrayList;
import java.util.List;

/** How many launches a step of A takes, and what else than contractions passes over a matrix. */
final class Fusion {
    private static final int MOST_LAUNCHES = 16;

    private Fusion() {}

    static void report(Report report) {
        Partition partition = Partition.of(Pipeline.standard().run(Workload.A.task().graph()), true, Partition.WEIGHT_LIMIT);
        report.atMost("fusion-A-launches", partition.clusters().size(), MOST_LAUNCHES);

        // A matrix must be written by the contraction that makes it, with bias, relu, mask and update in its epilogue. The
        // one exception is softmax cross-entropy: a row's greatest element and sum come before any of its gradients, so
        // loss and gradient take a pass; they must share it.
        List<String> passes = new ArrayList<>();
        int withoutReduction = 0;
        for (Cluster c : partition.clusters()) {
            List<Node> matrices = c.roots().stream().map(Cluster.Root::node).filter(n -> n.rank() >= 2).toList();
            if (c.kind() != Cluster.Kind.CONTRACTION && !matrices.isEmpty()) {
                passes.add(c.roots().stream().map(r -> partition.graph().nameOf(r.node()) + " " + r.node().type()).toList().toString());
                if (c.roots().stream().noneMatch(r -> r.node().op() instanceof Op.Reduce)) {
                    withoutReduction++;
                }
            }
        }
        report.atMost("fusion-A-elementwise-passes", withoutReduction, 0);
        report.fact("fusion-A-passes-over-a-matrix", String.join("; ", passes), "one, of loss and gradient together", passes.size() <= 1);
    }
}
