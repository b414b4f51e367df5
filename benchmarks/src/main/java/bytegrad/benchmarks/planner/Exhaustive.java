package bytegrad.benchmarks.planner;

import bytegrad.codegen.plan.remat.KernelGraph;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.PriorityQueue;

/**
 * The least cost of a small graph whose kernels write one value each, over any order and any recomputation: shortest ways between the
 * sets of values
 * stored. A result that nothing reads is not stored; its bit says that it was there.
 */
public final class Exhaustive {
    private final int n;
    private final long[] bytes;
    private final long[] cost;
    private final int[] reads;
    private final int results;

    /** Of a graph of up to 20 kernels. */
    public Exhaustive(KernelGraph graph) {
        n = graph.kernels().size();
        bytes = new long[n];
        cost = new long[n];
        reads = new int[n];
        int[] at = new int[n];
        int read = 0;
        for (int k = 0; k < n; k++) {
            at[graph.kernels().get(k).writes().getFirst()] = k;
        }
        for (int k = 0; k < n; k++) {
            cost[k] = graph.kernels().get(k).cost();
            bytes[k] = graph.values().get(graph.kernels().get(k).writes().getFirst()).bytes();
            for (int v : graph.kernels().get(k).reads()) {
                reads[k] |= 1 << at[v];
            }
            read |= reads[k];
        }
        results = (1 << n) - 1 & ~read;
    }

    private long stored(int set) {
        long sum = 0;
        for (int rest = set & ~results; rest != 0; rest &= rest - 1) {
            sum += bytes[Integer.numberOfTrailingZeros(rest)];
        }
        return sum;
    }

    /** The least cost within a budget; empty where nothing fits. */
    public OptionalLong leastCost(long budget) {
        long[] distance = new long[1 << n];
        Arrays.fill(distance, Long.MAX_VALUE);
        boolean[] done = new boolean[1 << n];
        PriorityQueue<long[]> queue = new PriorityQueue<>((x, y) -> Long.compare(x[0], y[0]));
        distance[0] = 0;
        queue.add(new long[] {0, 0});
        while (!queue.isEmpty()) {
            long[] top = queue.poll();
            int set = (int) top[1];
            if (done[set]) {
                continue;
            }
            done[set] = true;
            if ((set & results) == results) {
                return OptionalLong.of(top[0]);
            }
            long live = stored(set);
            for (int k = 0; k < n; k++) {
                int bit = 1 << k;
                boolean runs = (set & bit) == 0 && (set & reads[k]) == reads[k] && live + bytes[k] <= budget;
                boolean drops = (set & bit) != 0 && (results & bit) == 0;
                int next = set ^ bit;
                long d = top[0] + (runs ? cost[k] : 0);
                if ((runs || drops) && d < distance[next]) {
                    distance[next] = d;
                    queue.add(new long[] {d, next});
                }
            }
        }
        return OptionalLong.empty();
    }
}
