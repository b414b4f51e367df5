package bytegrad.benchmarks.check;

import bytegrad.benchmarks.results.Comparison;
import bytegrad.benchmarks.results.Contender;
import bytegrad.benchmarks.results.Journal;
import bytegrad.benchmarks.results.Turns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fastest library's time by ours, of processes in turn. A file of {@code results.sh} named by the environment variable {@code BYTEGRAD_RESULTS} is
 * judged instead of measuring again.
 */
final class Ratios {
    private static final int ROUNDS = 3;
    private static final double WARM = 10;
    private static final double MEASURE = 1;
    private static final int MOST_THREADS = 2;
    private static final double ON_TWO = 1.0;
    private static final double ON_TWO_FOR_LARGE = 0.95;
    private static final List<String> LARGE = List.of("H1024", "D32");

    /** On one thread, by workload. */
    private static final Map<String, Double> FLOORS = floors();

    private Ratios() {}

    private static Map<String, Double> floors() {
        Map<String, Double> floors = new LinkedHashMap<>();
        floors.put("A", 1.3);
        floors.put("B", 1.25);
        floors.put("C1", 1.4);
        floors.put("C64", 0.97);
        floors.put("D", 1.3);
        floors.put("D1", 1.05);
        floors.put("D32", 1.0);
        floors.put("E", 1.2);
        floors.put("E1", 1.3);
        floors.put("E8", 1.15);
        floors.put("F", 1.1);
        floors.put("Fg", 1.5);
        floors.put("H512", 1.0);
        floors.put("H1024", 0.97);
        return floors;
    }

    static void report(Report report) {
        List<String> workloads = FLOORS.keySet().stream().filter(w -> report.wants(row(w, 1)) || report.wants(row(w, MOST_THREADS))).toList();
        String recorded = System.getenv("BYTEGRAD_RESULTS");
        if (recorded != null && !recorded.isEmpty()) {
            judge(report, new Journal(Path.of(recorded)).read().figures(), workloads, List.of(1, MOST_THREADS));
            return;
        }
        List<Contender> peers = Contender.peers(Places.root());
        if (peers.isEmpty()) {
            report.absent("ratio", Contender.profile(Places.root()));
            return;
        }
        List<Contender> all = new ArrayList<>(List.of(Contender.ours(Places.root())));
        all.addAll(peers);
        List<Integer> threads = List.of(1, MOST_THREADS).stream().filter(t -> t <= Runtime.getRuntime().availableProcessors()).toList();
        for (String w : workloads) {
            judge(report, new Turns(all).all(w, threads, ROUNDS, WARM, MEASURE, System.err::println), List.of(w), threads);
        }
    }

    private static String row(String workload, int threads) {
        return "ratio-" + workload + (threads == 1 ? "" : "-on-" + threads);
    }

    private static void judge(Report report, Comparison figures, List<String> workloads, List<Integer> threads) {
        for (String w : workloads) {
            for (int t : threads) {
                double bound = t > 1 ? LARGE.contains(w) ? ON_TWO_FOR_LARGE : ON_TWO : FLOORS.getOrDefault(w, Double.NaN);
                int rounds = figures.rounds(w, t);
                report.figure(row(w, t) + "-ours-us", figures.micros(w, t, Contender.OURS));
                figures.bestPeer(w, t).ifPresent(p -> report.figure(row(w, t) + "-" + p + "-us", figures.micros(w, t, p)));
                if (rounds < ROUNDS) {
                    report.fact(row(w, t), "measured in " + rounds + " rounds", bound + " at least, in " + ROUNDS + " rounds or more", false);
                } else {
                    report.atLeast(row(w, t), figures.ratio(w, t), bound);
                }
            }
        }
    }
}
