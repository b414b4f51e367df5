package bytegrad.benchmarks.check;

import bytegrad.benchmarks.planner.Peaks;
import bytegrad.benchmarks.planner.SyntheticGraphs;
import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlan;
import bytegrad.codegen.plan.remat.StepPlanner;
import java.util.List;
import java.util.Optional;

/** How long plans of large training steps take. */
final class PlannerSizes {
    private static final List<Double> FRACTIONS = List.of(0.9, 0.7, 0.5, 0.3);
    private static final int LARGE = 10_000;
    private static final int HUGE = 100_000;
    private static final double LARGE_MILLIS = 1000;
    private static final double HUGE_MILLIS = 10_000;

    private PlannerSizes() {}

    static void report(Report report) {
        KernelGraph large = SyntheticGraphs.training(LARGE, 1);
        FRACTIONS.forEach(f -> plan(large, f));
        for (double f : FRACTIONS) {
            one(report, "size-10000-" + f, large, f, LARGE_MILLIS);
        }
        if (report.wants("size-100000")) {
            KernelGraph huge = SyntheticGraphs.training(HUGE, 1);
            for (double f : FRACTIONS) {
                one(report, "size-100000-" + f, huge, f, HUGE_MILLIS);
            }
        }
    }

    private static Optional<StepPlan> plan(KernelGraph graph, double fraction) {
        return StepPlanner.planWithin(graph, (long) (fraction * Peaks.peak(graph, Peaks.given(graph))), Effort.STANDARD);
    }

    private static void one(Report report, String row, KernelGraph graph, double fraction, double bound) {
        long start = System.nanoTime();
        Optional<StepPlan> plan = plan(graph, fraction);
        double millis = (System.nanoTime() - start) / 1e6;
        report.figure(row + "-overhead-percent", plan.map(p -> Peaks.overhead(graph, p.runs())).orElse(Double.NaN));
        report.atMost(row + "-ms", plan.isPresent() ? millis : Double.NaN, bound);
    }
}
