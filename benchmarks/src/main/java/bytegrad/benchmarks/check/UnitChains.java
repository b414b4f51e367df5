package bytegrad.benchmarks.check;

import bytegrad.benchmarks.planner.Peaks;
import bytegrad.benchmarks.planner.SyntheticGraphs;
import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlanner;
import java.util.Arrays;

/** Chains of up to 200 equal steps at every budget, against t(l, c) = min over k of k + t(l − k, c − 1) + t(k, c). */
final class UnitChains {
    private static final int LONGEST = 200;
    private static final int LEAST_BUDGET = 3;

    private UnitChains() {}

    static void report(Report report) {
        long[][] t = table(LONGEST + 1);
        int points = 0;
        int wrong = 0;
        for (int steps = 1; steps <= LONGEST; steps++) {
            KernelGraph graph = SyntheticGraphs.unitChain(steps);
            for (int b = LEAST_BUDGET; b <= steps + LEAST_BUDGET; b++) {
                int budget = b;
                long expected = t[steps + 1][Math.min(b - 2, steps + 1)] - steps;
                long extra = StepPlanner.sequence(graph, b, Effort.STANDARD)
                        .filter(r -> Peaks.peak(graph, r) <= budget).map(r -> (long) r.size() - graph.kernels().size()).orElse(-1L);
                points++;
                wrong += extra == expected ? 0 : 1;
            }
        }
        report.figure("chain-points", points);
        report.atMost("chain-wrong", wrong, 0);
    }

    /** Rows are steps, columns states stored at a time. */
    private static long[][] table(int most) {
        long[][] t = new long[most + 1][most + 1];
        for (int c = 1; c <= most; c++) {
            for (int l = 2; l <= most; l++) {
                if (c == 1) {
                    t[l][c] = (long) l * (l - 1) / 2;
                } else {
                    long[] row = new long[l - 1];
                    for (int k = 1; k < l; k++) {
                        row[k - 1] = k + t[l - k][c - 1] + t[k][c];
                    }
                    t[l][c] = Arrays.stream(row).min().orElseThrow();
                }
            }
        }
        return t;
    }
}
