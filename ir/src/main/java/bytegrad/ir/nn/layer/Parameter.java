package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;

/**
 * An input that a scope made and that is kept between runs.
 *
 * @param name with the names of the scopes around it: {@code "block1.conv.weight"}
 * @param node the input
 * @param initializer what it is before the first step
 * @param trained learnt by its gradient; if not, a statistic that the graph updates itself, such as a running mean
 */
public record Parameter(String name, Node node, Initializer initializer, boolean trained) {
    /** The values before the first step, in row-major order. */
    public double[] initial(long seed) {
        return initializer.values(node.shape(), seed, name);
    }
}
