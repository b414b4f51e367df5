package bytegrad.runtime.data;

import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Examples in batches, in another order in each epoch. What does not fill a last batch is left out of that epoch, and is other examples in another.
 *
 * <p>A batch is a function of seed, epoch and number: nothing depends on which were asked for before. Safe for use by several threads.
 */
public final class Batches {
    private final Examples examples;
    private final int size;
    private final long seed;
    /** The order of the epoch asked for last. */
    private Order order = new Order(-1, new int[0]);

    private record Order(int epoch, int[] examples) {}

    /**
     * Batches of a size.
     *
     * @param seed of the orders
     * @throws DataException if the size is below 1 or there are fewer examples
     */
    public Batches(Examples examples, int size, long seed) {
        if (size < 1 || size > examples.count()) {
            throw new DataException("a batch of " + size + ": must be at least 1 and at most the number of examples, " + examples.count());
        }
        this.examples = examples;
        this.size = size;
        this.seed = seed;
    }

    /** How many examples a batch has. */
    public int size() {
        return size;
    }

    /** How many batches an epoch has. */
    public int perEpoch() {
        return examples.count() / size;
    }

    /**
     * A batch.
     *
     * @param epoch from 0
     * @param number from 0 to below {@link #perEpoch}
     */
    public Map<String, Tensor> at(int epoch, int number) {
        if (number < 0 || number >= perEpoch()) {
            throw new IndexOutOfBoundsException("batch " + number + " of " + perEpoch());
        }
        return examples.rows(Arrays.copyOfRange(orderOf(epoch), number * size, (number + 1) * size));
    }

    private synchronized int[] orderOf(int epoch) {
        if (order.epoch != epoch) {
            order = new Order(epoch, Shuffle.of(examples.count(), seed, epoch));
        }
        return order.examples;
    }
}
