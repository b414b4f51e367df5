package bytegrad.benchmarks.results;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Figures of some rounds, and what follows from them: of each contender the middle of its processes. */
public record Comparison(List<Measured> all) {
    public Comparison {
        all = List.copyOf(all);
    }

    /** The names, ours first, the others in the order of their first figures. */
    public List<String> contenders() {
        return Stream.concat(Stream.of(Contender.OURS), all.stream().map(Measured::contender)).distinct().toList();
    }

    /** The workloads, in the order of their first figures. */
    public List<String> workloads() {
        return all.stream().map(Measured::workload).distinct().toList();
    }

    public List<Integer> threads() {
        return all.stream().map(Measured::threads).distinct().sorted().toList();
    }

    /** What a contender calls itself. */
    public String version(String contender) {
        return all.stream().filter(m -> m.contender().equals(contender)).map(Measured::version).findFirst().orElse("not measured");
    }

    /** The processes of a contender. */
    private Stream<Measured> of(String workload, int threads, String contender) {
        return all.stream().filter(m -> m.workload().equals(workload) && m.threads() == threads && m.contender().equals(contender));
    }

    /** A figure's values in all processes, ascending. */
    private double[] values(String workload, int threads, String contender, ToDoubleFunction<Measured> figure) {
        return of(workload, threads, contender).mapToDouble(figure).sorted().toArray();
    }

    /** The middle process's figure; NaN where there is none. */
    public double middle(String workload, int threads, String contender, ToDoubleFunction<Measured> figure) {
        return median(values(workload, threads, contender, figure));
    }

    /** Microseconds of a call. */
    public double micros(String workload, int threads, String contender) {
        return middle(workload, threads, contender, Measured::medianMicros);
    }

    /** The greatest less the least of the processes' medians, in percent of the middle. */
    public double spreadPercent(String workload, int threads, String contender) {
        double[] v = values(workload, threads, contender, Measured::medianMicros);
        return v.length == 0 ? Double.NaN : 100 * (v[v.length - 1] - v[0]) / median(v);
    }

    /** How many processes a figure comes from. */
    public int forks(String workload, int threads, String contender) {
        return values(workload, threads, contender, Measured::medianMicros).length;
    }

    /** Rounds that a contender and ours were both in. */
    private Set<Integer> shared(String workload, int threads, String contender) {
        Set<Integer> rounds = of(workload, threads, contender).map(Measured::round).collect(Collectors.toSet());
        rounds.retainAll(of(workload, threads, Contender.OURS).map(Measured::round).collect(Collectors.toSet()));
        return rounds;
    }

    /** The other contender with the least median, of those that were in the most rounds: who was slow in the first is not in the others. */
    public Optional<String> bestPeer(String workload, int threads) {
        List<String> others = contenders().stream().filter(c -> !c.equals(Contender.OURS) && forks(workload, threads, c) > 0).toList();
        int most = others.stream().mapToInt(c -> shared(workload, threads, c).size()).max().orElse(0);
        return others.stream()
                .filter(c -> shared(workload, threads, c).size() == most)
                .min(Comparator.comparingDouble(c -> micros(workload, threads, c)));
    }

    /** How many rounds the best peer and ours were both in. */
    public int rounds(String workload, int threads) {
        return bestPeer(workload, threads).map(p -> shared(workload, threads, p).size()).orElse(0);
    }

    /** The best peer's median by ours, both of the rounds that both were in: above 1 we are faster. NaN where there is none. */
    public double ratio(String workload, int threads) {
        Optional<String> peer = bestPeer(workload, threads);
        if (peer.isEmpty()) {
            return Double.NaN;
        }
        Set<Integer> rounds = shared(workload, threads, peer.get());
        return medianOf(workload, threads, peer.get(), rounds) / medianOf(workload, threads, Contender.OURS, rounds);
    }

    private double medianOf(String workload, int threads, String contender, Set<Integer> rounds) {
        return median(of(workload, threads, contender).filter(m -> rounds.contains(m.round())).mapToDouble(Measured::medianMicros).sorted().toArray());
    }

    /** The ratio within each round, ascending. */
    public double[] ratios(String workload, int threads) {
        Optional<String> peer = bestPeer(workload, threads);
        if (peer.isEmpty()) {
            return new double[0];
        }
        return shared(workload, threads, peer.get()).stream()
                .mapToDouble(r -> medianOf(workload, threads, peer.get(), Set.of(r)) / medianOf(workload, threads, Contender.OURS, Set.of(r)))
                .sorted()
                .toArray();
    }

    /** Of an even number of values the mean of both in the middle. */
    static double median(double[] ascending) {
        int n = ascending.length;
        if (n == 0) {
            return Double.NaN;
        }
        return Arrays.stream(ascending, (n - 1) / 2, n / 2 + 1).average().orElseThrow();
    }
}
