package bytegrad.benchmarks.check;

import bytegrad.benchmarks.sweep.Sweep;
import java.util.Arrays;
import java.util.List;

/** Random perceptrons, convolutions and attentions: the distribution of the percentages of the peak. */
final class Shapes {
    private static final long SEED = 1;
    private static final int COUNT = Integer.getInteger("bytegrad.sweep", 200);
    private static final double TENTH_PERCENTILE = 55;
    private static final int WORST = 20;

    private Shapes() {}

    static void report(Report report) {
        Sweep sweep = Sweep.of(SEED, 0, COUNT, t -> System.err.println(t.text()));
        sweep.worst(WORST).forEach(t -> System.out.println("SWEEP " + t.text()));
        System.out.println("SWEEP compute-bound shapes by tenths of the peak, from 0-10 % to 90-100 %: " + Arrays.toString(sweep.histogram()));
        report.figure("sweep-peak-gflops", sweep.limits().gflops());
        report.figure("sweep-shapes", sweep.timings().size());
        double[] p = sweep.percentages(true);
        report.figure("sweep-compute-bound-shapes", p.length);
        for (String kind : List.of("mlp", "convolution", "attention")) {
            double[] of = sweep.timings().stream().filter(t -> t.computeBound() && t.kind().equals(kind)).mapToDouble(Sweep.Timed::percentOfPeak).sorted().toArray();
            report.figure("sweep-" + kind + "-median-percent-of-peak", Sweep.quantile(of, 0.5));
        }
        report.figure("sweep-least-percent-of-peak", Sweep.quantile(p, 0));
        report.figure("sweep-median-percent-of-peak", Sweep.quantile(p, 0.5));
        report.figure("sweep-90th-percentile-percent-of-peak", Sweep.quantile(p, 0.9));
        report.atLeast("sweep-10th-percentile-percent-of-peak", Sweep.quantile(p, 0.1), TENTH_PERCENTILE);
    }
}
