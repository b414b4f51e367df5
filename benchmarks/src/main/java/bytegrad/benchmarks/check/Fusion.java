package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Explanation.Launch;
import bytegrad.codegen.Explanation.NodeFate;
import java.util.ArrayList;
import java.util.List;

/** How many launches a step of A takes, and what else than contractions passes over a matrix. */
final class Fusion {
    private static final int MOST_LAUNCHES = 16;

    private Fusion() {}

    static void report(Report report) {
        Explanation explanation = Compiler.explain(Workload.A.task().graph());
        report.atMost("fusion-A-launches", explanation.launchCount(), MOST_LAUNCHES);

        // A matrix must be written by the contraction that makes it, with bias, relu, mask and update in its epilogue. The
        // one exception is softmax cross-entropy: a row's greatest element and sum come before any of its gradients, so
        // loss and gradient take a pass; they must share it.
        List<String> passes = new ArrayList<>();
        int elementwise = 0;
        for (Launch launch : explanation.launches()) {
            List<NodeFate> stored = explanation.nodes().stream().filter(n -> n.fate().equals("stored") && n.launches().contains(launch.number())).toList();
            if (!launch.kind().equals("contraction") && stored.stream().anyMatch(Fusion::isMatrix)) {
                passes.add(stored.stream().map(n -> n.op() + " " + n.type()).toList().toString());
                if (stored.stream().noneMatch(n -> n.op().startsWith("reduce"))) {
                    elementwise++;
                }
            }
        }
        report.atMost("fusion-A-elementwise-passes", elementwise, 0);
        report.fact("fusion-A-passes-over-a-matrix", String.join("; ", passes), "one at most, of loss and gradient together", passes.size() <= 1);
    }

    /** Its type has a comma between extents: {@code f32[64,10]}. */
    private static boolean isMatrix(NodeFate n) {
        return n.type().contains(",");
    }
}
