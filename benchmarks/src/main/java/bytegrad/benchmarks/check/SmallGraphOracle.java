package bytegrad.benchmarks.check;

import bytegrad.benchmarks.planner.SmallGraphs;
import bytegrad.codegen.plan.remat.Effort;

/** Random graphs of up to 14 kernels against an exhaustive search; and, as figures, without the planner's own exhaustive search. */
final class SmallGraphOracle {
    private static final int GRAPHS = 10_000;
    private static final int GRAPHS_BY_HEURISTICS = 2_000;
    private static final long SEED = 20260;
    private static final long FEW_STEPS = 300_000;

    private SmallGraphOracle() {}

    static void report(Report report) {
        SmallGraphs all = SmallGraphs.measure(GRAPHS, SEED, Effort.STANDARD);
        report.figure("oracle-points", all.points());
        report.atMost("oracle-below", all.below(), 0);
        report.atLeast("oracle-feasible", (double) all.found() / all.feasible(), 0.99);
        report.atLeast("oracle-equal", (double) all.equal() / all.feasible(), 0.95);
        report.atMost("oracle-ratio", all.worst(), 1.10);
        SmallGraphs some = SmallGraphs.measure(GRAPHS_BY_HEURISTICS, SEED, Effort.STANDARD.withExact(false).withSteps(FEW_STEPS));
        report.atMost("oracle-heuristics-below", some.below(), 0);
        report.figure("oracle-heuristics-feasible", (double) some.found() / some.feasible());
        report.figure("oracle-heuristics-equal", (double) some.equal() / some.feasible());
        report.figure("oracle-heuristics-ratio", some.worst());
    }
}
