package bytegrad.benchmarks.check;

import bytegrad.benchmarks.results.Comparison;
import bytegrad.benchmarks.results.Contender;
import bytegrad.benchmarks.results.Measured;
import bytegrad.benchmarks.results.Turn;
import bytegrad.benchmarks.results.Turns;
import java.util.ArrayList;
import java.util.List;

/** From the start of a process to its first result, and to its steady speed: the middle of some processes. */
final class Beginning {
    private static final int FORKS = 5;
    private static final double FIRST_MILLIS = 300;
    private static final double STEADY_MILLIS = 1500;

    private Beginning() {}

    static void first(Report report) {
        Comparison c = ours("C1", 0, 0);
        report.atMost("first-result-C1-ms", c.middle("C1", 1, Contender.OURS, Measured::firstMillis), FIRST_MILLIS);
    }

    static void steady(Report report) {
        Comparison c = ours("A", 4, 2);
        report.figure("steady-A-us", c.micros("A", 1, Contender.OURS));
        report.figure("steady-A-spread-percent", c.spreadPercent("A", 1, Contender.OURS));
        report.atMost("steady-A-ms", c.middle("A", 1, Contender.OURS, Measured::steadyMillis), STEADY_MILLIS);
    }

    private static Comparison ours(String workload, double warm, double measure) {
        Turns ours = new Turns(List.of(Contender.ours(Places.root())));
        List<Measured> figures = new ArrayList<>();
        for (int fork = 0; fork < FORKS; fork++) {
            Turns.Outcome o = ours.take(new Turn(workload, 1, Contender.OURS, fork), warm, measure);
            System.err.println(o.words());
            o.figure().ifPresent(figures::add);
        }
        return new Comparison(figures);
    }
}
