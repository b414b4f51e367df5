package bytegrad.benchmarks.sweep;

import java.util.List;
import java.util.Locale;

/** Behind {@code sweep.sh}. */
public final class SweepMain {
    private SweepMain() {}

    /** {@code SEED FIRST END}: prints a line for each shape, in the order of their numbers; as they end, on the error stream. */
    public static void main(String[] args) {
        List<Integer> words;
        try {
            words = List.of(args).stream().map(Integer::valueOf).toList();
        } catch (NumberFormatException e) {
            words = List.of();
        }
        if (words.size() != 3 || words.get(1) < 0 || words.get(2) <= words.get(1)) {
            System.err.println("usage: sweep.sh SEED FIRST END, three numbers: 0 <= FIRST < END");
            System.exit(2);
        }
        Sweep sweep = Sweep.of(words.get(0), words.get(1), words.get(2), t -> System.err.println(t.text()));
        System.out.printf(Locale.ROOT, "limits: %.1f GFLOP/s, %.1f / %.1f / %.1f GB/s near, middle, far%n", sweep.limits().gflops(), sweep.limits().near(),
                sweep.limits().middle(), sweep.limits().far());
        sweep.timings().forEach(t -> System.out.println(t.text()));
        double[] p = sweep.percentages(true);
        System.out.printf(Locale.ROOT, "compute-bound: %d of %d; %% of peak: 10th percentile %.1f, median %.1f, 90th %.1f%n", p.length, sweep.timings().size(),
                Sweep.quantile(p, 0.1), Sweep.quantile(p, 0.5), Sweep.quantile(p, 0.9));
    }
}
