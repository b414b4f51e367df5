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

    /** With scalar code first, which is there for that; the figure from the code that stays is reported beside it. */
    static void first(Report report) {
        report.figure("first-result-C1-cold-ms", first(Contender.ours(Places.root())));
        report.atMost("first-result-C1-ms", first(Contender.oursFromScalar(Places.root())), FIRST_MILLIS);
    }

    private static double first(Contender contender) {
        return of(contender, "C1", 0, 0).middle("C1", 1, Contender.OURS, Measured::firstMillis);
    }

    static void steady(Report report) {
        Comparison c = of(Contender.ours(Places.root()), "A", 4, 2);
        report.figure("steady-A-us", c.micros("A", 1, Contender.OURS));
        report.figure("steady-A-spread-percent", c.spreadPercent("A", 1, Contender.OURS));
        report.atMost("steady-A-ms", c.middle("A", 1, Contender.OURS, Measured::steadyMillis), STEADY_MILLIS);
    }

    private static Comparison of(Contender contender, String workload, double warm, double measure) {
        Turns ours = new Turns(List.of(contender));
        List<Measured> figures = new ArrayList<>();
        for (int fork = 0; fork < FORKS; fork++) {
            Turns.Outcome o = ours.take(new Turn(workload, 1, Contender.OURS, fork), warm, measure);
            System.err.println(o.words());
            o.figure().ifPresent(figures::add);
        }
        return new Comparison(figures);
    }
}
