package bytegrad.runtime.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one epoch came to.
 *
 * @param number counted from 1
 * @param figures by name, such as the mean loss of its steps, in the order they are shown
 */
public record Epoch(int number, Map<String, Double> figures) {
    /** Copies the figures, in their order. */
    public Epoch {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    }

    /** A figure; NaN if there is none of that name. */
    public double figure(String name) {
        return figures.getOrDefault(name, Double.NaN);
    }
}
