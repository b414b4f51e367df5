package bytegrad.benchmarks.check;

import java.util.Arrays;
import java.util.List;

/** The middle of some figures, which few that were disturbed do not move; of an even number the greater of both in the middle. */
final class Median {
    private Median() {}

    static double of(double[] values) {
        return Arrays.stream(values).sorted().skip(values.length / 2).findFirst().orElseThrow();
    }

    static double of(List<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
