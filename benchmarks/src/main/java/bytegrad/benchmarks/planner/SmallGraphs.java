package bytegrad.benchmarks.planner;

import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlanner;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * What the planner makes of random small graphs at every budget between the bound and the peak, against all there is.
 *
 * @param points pairs of graph and budget
 * @param feasible points at which a plan exists
 * @param found of those, the points at which one was found
 * @param equal of those, the points at which it is the cheapest
 * @param below points at which it is cheaper than possible, or over its budget: errors
 * @param worst the greatest ratio of costs
 */
public record SmallGraphs(int points, int feasible, int found, int equal, int below, double worst) {
    /** Plans graphs that follow from a seed. */
    public static SmallGraphs measure(int graphs, long seed, Effort effort) {
        SplittableRandom random = new SplittableRandom(seed);
        int points = 0;
        int feasible = 0;
        int found = 0;
        int equal = 0;
        int below = 0;
        double worst = 1;
        for (int i = 0; i < graphs; i++) {
            KernelGraph graph = SyntheticGraphs.small(random.split());
            Exhaustive oracle = new Exhaustive(graph);
            long peak = Peaks.peak(graph, Peaks.given(graph));
            for (long budget = StepPlanner.lowerBound(graph); budget < peak; budget++) {
                points++;
                OptionalLong least = oracle.leastCost(budget);
                Optional<List<Integer>> runs = StepPlanner.sequence(graph, budget, effort);
                if (least.isPresent()) {
                    feasible++;
                }
                if (runs.isPresent()) {
                    long cost = runs.get().stream().mapToLong(k -> graph.kernels().get(k).cost()).sum();
                    long best = least.orElse(Long.MAX_VALUE);
                    found++;
                    equal += cost == best ? 1 : 0;
                    below += cost < best || Peaks.peak(graph, runs.get()) > budget ? 1 : 0;
                    worst = Math.max(worst, (double) cost / best);
                }
            }
        }
        return new SmallGraphs(points, feasible, found, equal, below, worst);
    }
}
