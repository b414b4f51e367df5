package bytegrad.benchmarks.planner;

import bytegrad.codegen.plan.remat.KernelGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The memory of a sequence as the tables of the literature count it: what is stored because a later run reads it, with the inputs and
 * the output of the run.
 * It shares no code with the planner.
 */
public final class Peaks {
    private Peaks() {}

    /** Every kernel once, as given. */
    public static List<Integer> given(KernelGraph graph) {
        return IntStream.range(0, graph.kernels().size()).boxed().toList();
    }

    /** The most bytes live at one run; throws where a read finds nothing. */
    public static long peak(KernelGraph graph, List<Integer> runs) {
        Set<Integer> wanted = new HashSet<>();
        long live = 0;
        long peak = 0;
        for (int p = runs.size() - 1; p >= 0; p--) {
            KernelGraph.Kernel k = graph.kernels().get(runs.get(p));
            long now = live;
            for (int v : k.writes()) {
                long b = graph.values().get(v).bytes();
                if (wanted.remove(v)) {
                    live -= b;
                } else {
                    now += b;
                }
            }
            for (int v : k.reads()) {
                if (wanted.add(v)) {
                    live += graph.values().get(v).bytes();
                    now += graph.values().get(v).bytes();
                }
            }
            peak = Math.max(peak, now);
        }
        if (!wanted.isEmpty()) {
            throw new IllegalStateException("never written: values " + wanted);
        }
        return peak;
    }

    /** What the runs cost more than every kernel once, in percent of that. */
    public static double overhead(KernelGraph graph, List<Integer> runs) {
        long cost = runs.stream().mapToLong(k -> graph.kernels().get(k).cost()).sum();
        long once = graph.cost();
        return once == 0 ? 0 : 100.0 * (cost - once) / once;
    }
}
