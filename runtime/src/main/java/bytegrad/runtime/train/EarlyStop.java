package bytegrad.runtime.train;

import java.util.List;
import java.util.function.Predicate;

/**
 * Ends a training when a figure has not become better for some epochs. NaN is never better.
 *
 * @param figure its name
 * @param higherIsBetter as of an accuracy; else lower, as of a loss
 * @param patience epochs without a new best, at least 1
 */
public record EarlyStop(String figure, boolean higherIsBetter, int patience) implements Predicate<List<Epoch>> {
    /** Checks the patience. */
    public EarlyStop {
        if (patience < 1) {
            throw new IllegalArgumentException("the patience is " + patience + " but must be at least 1");
        }
    }

    @Override
    public boolean test(List<Epoch> epochs) {
        double best = Double.NEGATIVE_INFINITY;
        int at = 0;
        for (int i = 0; i < epochs.size(); i++) {
            double value = higherIsBetter ? epochs.get(i).figure(figure) : -epochs.get(i).figure(figure);
            if (value > best) {
                best = value;
                at = i + 1;
            }
        }
        return epochs.size() - at >= patience;
    }
}
