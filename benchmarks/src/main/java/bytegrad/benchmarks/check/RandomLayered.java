package bytegrad.benchmarks.check;

import bytegrad.benchmarks.planner.Peaks;
import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlan;
import bytegrad.codegen.plan.remat.StepPlanner;
import java.nio.file.Files;
import java.util.Optional;

/** Random layered graphs, where reordering pays; percent of recomputation and milliseconds of planning, live bytes. */
final class RandomLayered {
    private static final double MILLIS = 1000;

    private RandomLayered() {}

    static void report(Report report) {
        if (!Files.exists(RematGraphs.folder())) {
            report.absent("rlg", RematGraphs.folder());
            return;
        }
        MemoryGoldens.overhead(RematGraphs.read("rlg500"), 227551);
        one(report, "rlg250", 0.8, 2.1);
        one(report, "rlg1000", 0.9, 0.3);
        one(report, "rlg1000", 0.8, 2.0);
    }

    private static void one(Report report, String name, double fraction, double bound) {
        KernelGraph graph = RematGraphs.read(name);
        long budget = (long) (Peaks.peak(graph, Peaks.given(graph)) * fraction);
        long start = System.nanoTime();
        double overhead = MemoryGoldens.overhead(graph, budget);
        double millis = (System.nanoTime() - start) / 1e6;
        String row = "rlg-" + name.substring(3) + "-" + fraction;
        report.atMost(row, overhead, bound);
        report.atMost(row + "-ms", millis, MILLIS);
        Optional<StepPlan> placed = StepPlanner.planWithin(graph, budget, Effort.STANDARD);
        report.figure(row + "-with-offsets", placed.map(p -> Peaks.overhead(graph, p.runs())).orElse(Double.NaN));
    }
}
