package bytegrad.benchmarks.planner;

import bytegrad.codegen.plan.remat.KernelGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Graphs of kernels for tests of the planner. */
public final class SyntheticGraphs {
    private static final int LINE = 64;

    private SyntheticGraphs() {}

    private static KernelGraph graph(long[] bytes, long[] costs, List<List<Integer>> reads) {
        List<KernelGraph.Value> values = new ArrayList<>();
        List<KernelGraph.Kernel> kernels = new ArrayList<>();
        for (int k = 0; k < bytes.length; k++) {
            values.add(new KernelGraph.Value("v" + k, bytes[k], 0, false));
            kernels.add(new KernelGraph.Kernel("k" + k, costs[k], reads.get(k), List.of(k)));
        }
        return new KernelGraph(values, kernels);
    }

    /**
     * So many steps forward, a loss, and as many gradients, each of which reads the state after its step and the gradient before it;
     * all of one byte and cost 1.
     */
    public static KernelGraph unitChain(int steps) {
        int n = 2 * steps + 1;
        long[] ones = new long[n];
        java.util.Arrays.fill(ones, 1);
        List<List<Integer>> reads = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            reads.add(k == 0 ? List.of() : k <= steps ? List.of(k - 1) : List.of(2 * steps - k, k - 1));
        }
        return graph(ones, ones, reads);
    }

    /** From 4 to 14 kernels, each of which reads two values on average. */
    public static KernelGraph small(SplittableRandom random) {
        int n = 4 + random.nextInt(11);
        List<List<Integer>> reads = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            List<Integer> of = new ArrayList<>();
            for (int i = 0; i < k; i++) {
                if (random.nextInt(k) < 2) {
                    of.add(i);
                }
            }
            reads.add(of);
        }
        return graph(random.longs(n, 1, 10).toArray(), random.longs(n, 1, 21).toArray(), reads);
    }

    /** A training step of a deep net with skips: about so many kernels; costs and sizes vary from layer to layer. */
    public static KernelGraph training(int kernels, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int layers = kernels / 2;
        int n = 2 * layers + 1;
        long[] bytes = new long[n];
        long[] costs = new long[n];
        List<List<Integer>> reads = new ArrayList<>();
        for (int k = 0; k < layers; k++) {
            bytes[k] = LINE * (1L + random.nextInt(64));
            costs[k] = 1 + random.nextInt(200);
            List<Integer> of = new ArrayList<>();
            if (k > 0) {
                of.add(k - 1);
            }
            if (k > 4 && random.nextInt(4) == 0) {
                of.add(k - 2 - random.nextInt(3));
            }
            reads.add(of);
        }
        bytes[layers] = LINE;
        costs[layers] = 1;
        reads.add(List.of(layers - 1));
        for (int k = layers + 1; k < n; k++) {
            int forward = 2 * layers - k;
            bytes[k] = bytes[forward];
            costs[k] = 2 * costs[forward];
            List<Integer> of = new ArrayList<>(List.of(k - 1, forward));
            of.addAll(reads.get(forward));
            reads.add(of.stream().distinct().sorted().toList());
        }
        return graph(bytes, costs, reads);
    }
}
