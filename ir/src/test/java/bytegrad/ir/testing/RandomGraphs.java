package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random well-typed graphs and inputs for them; the same for the same seed. To make a failing one small, see
 * {@link Shrink}.
 */
public final class RandomGraphs {
    private RandomGraphs() {}

    /**
     * A graph of all kinds of op and all dtypes, 5 to about 80 nodes, with several outputs and sometimes updates. Values
     * stay moderate, and what jumps (comparisons, argmax, float to integer) is applied only to exact values, so that
     * executors which round differently still agree.
     */
    public static Graph graph(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return new RandomGraph(random, null).graph(random.nextInt(5, 50));
    }

    /**
     * A graph whose outputs are smooth in every float input, all of one float dtype: for finite differences. Its outputs
     * are float.
     */
    public static Graph smooth(long seed, DType dtype) {
        SplittableRandom random = new SplittableRandom(seed);
        return new RandomGraph(random, dtype).graph(random.nextInt(3, 25));
    }

    /** Values for every input of any graph: reals in ±2, integers in ±8 or, where they index something, in its range. */
    public static Map<String, Value> inputs(Graph graph, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Value> in = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Input) {
                in.put(((Op.Input) n.op()).name(), fill(graph, n).draw(n.type(), random));
            }
        }
        return in;
    }

    private static Fill fill(Graph graph, Node input) {
        int bound = Integer.MAX_VALUE;
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Gather || n.op() instanceof Op.Scatter) {
                List<Node> indices = IndexAxes.indices(n);
                for (int k = 0; k < indices.size(); k++) {
                    bound = indices.get(k) == input ? Math.min(bound, n.input(0).shape().dim(IndexAxes.of(n).axis() + k)) : bound;
                }
            }
        }
        return bound == Integer.MAX_VALUE ? Fill.usual(input.dtype()) : new Fill.Integers(0, Math.max(0, bound - 1));
    }
}
