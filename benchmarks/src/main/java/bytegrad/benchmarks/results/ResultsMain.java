package bytegrad.benchmarks.results;

import bytegrad.benchmarks.Demand;
import bytegrad.benchmarks.results.BarChart.Bars;
import bytegrad.cli.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Behind {@code results.sh}: runs all contenders in turn, or goes on with that, and writes the page. */
public final class ResultsMain {
    private static final int BAD_ARGUMENTS = 2;
    private static final int NO_PEERS = 3;
    private static final int UNFINISHED = 5;

    private final Map<String, String> options;
    private final Set<String> switches;
    private final Path root = Path.of(System.getProperty("bytegrad.root", ".")).toAbsolutePath().normalize();

    private ResultsMain(Map<String, String> options, Set<String> switches) {
        this.options = options;
        this.switches = switches;
    }

    /** Options as of the script. */
    public static void main(String[] args) throws IOException {
        // Charts are drawn into memory.
        System.setProperty("java.awt.headless", "true");
        Map<String, String> options = new LinkedHashMap<>(Map.of("--workloads", "", "--forks", "5", "--rounds", "3", "--threads", "1,2", "--peers", "", "--warm", "10",
                "--measure", "1", "--minutes", "1000", "--out", "", "--record", ""));
        List<String> known = List.of("--write", "--new");
        Set<String> switches = new HashSet<>();
        for (int i = 0; i < args.length; i++) {
            if (known.contains(args[i])) {
                switches.add(args[i]);
            } else if (i + 1 == args.length || options.replace(args[i], args[++i]) == null) {
                throw refuse("unknown option or no value: " + args[i] + "; options are " + options.keySet().stream().sorted().toList() + " and " + known);
            }
        }
        new ResultsMain(options, switches).run();
    }

    private static Error refuse(String why) {
        System.err.println("results.sh: " + why);
        System.exit(BAD_ARGUMENTS);
        return new AssertionError("exited");
    }

    private String option(String name) {
        return options.getOrDefault(name, "");
    }

    private List<String> words(String name) {
        return Arrays.stream(option(name).split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    private double number(String name, double least) {
        return parse(name, option(name), least);
    }

    private static double parse(String name, String word, double least) {
        try {
            double v = Double.parseDouble(word);
            if (v >= least && v <= 1000) {
                return v;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw refuse(name + " takes numbers from " + least + " to 1000, not " + word);
    }

    private void run() throws IOException {
        Path file = option("--record").isEmpty() ? root.resolve("benchmarks/target/results.jsonl") : Path.of(option("--record"));
        Journal journal = new Journal(file);
        if (switches.contains("--new")) {
            journal.delete();
        }
        if (!switches.contains("--write") && !measure(journal, file)) {
            System.exit(UNFINISHED);
        }
        Recorded all = journal.read();
        if (all.figures().all().isEmpty()) {
            throw refuse("nothing is recorded in " + file);
        }
        Path out = option("--out").isEmpty() ? root.resolve("benchmarks/RESULTS.md") : Path.of(option("--out"));
        List<String> charts = charts(all.figures(), all.best(), out);
        Files.writeString(out, ResultsPage.of(all, charts));
        System.out.println("wrote " + out + " and " + String.join(", ", charts) + " beside it");
    }

    /** Measures what is not recorded yet; false where the time was over before the end. */
    private boolean measure(Journal journal, Path file) {
        long start = System.nanoTime();
        double minutes = number("--minutes", 0);
        double warm = number("--warm", 0);
        double measured = number("--measure", 0);
        int forks = (int) number("--forks", 1);
        List<Contender> peers = peers();
        List<Contender> contenders = new ArrayList<>(List.of(Contender.ours(root)));
        contenders.addAll(peers);
        Turns turns = new Turns(contenders);
        List<Integer> threads = words("--threads").stream().map(t -> (int) parse("--threads", t, 1)).toList();
        Schedule schedule = new Schedule(peers.stream().map(Contender::name).toList(), workloads(), threads, forks, Math.min(forks, (int) number("--rounds", 1)));
        begin(journal, file, schedule, warm, measured);
        Recorded done = journal.read();
        for (List<Turn> left = schedule.left(done); !left.isEmpty(); left = schedule.left(done)) {
            if (System.nanoTime() - start > minutes * 60e9) {
                System.out.println(left.size() + " processes are left, the next is " + left.getFirst().words().strip() + "; the same command goes on, --write writes the page of "
                        + done.figures().all().size() + " that are recorded");
                return false;
            }
            Turn next = left.getFirst();
            for (int t : threads) {
                if (done.limitsOn(t) <= next.round()) {
                    journal.add(Limits.measured(t).json());
                }
            }
            Turns.Outcome o = turns.take(next, Turns.warm(next, done, warm), measured);
            System.out.println(o.words());
            journal.add(o.figure().map(Measured::json).orElseGet(() -> Recorded.refusal(next, o.words())));
            done = journal.read();
        }
        return true;
    }

    /** The first line of a new record; one that is there must be of the same code, machine, flags and protocol. */
    private void begin(Journal journal, Path file, Schedule schedule, double warm, double measured) {
        Map<String, String> facts = Machine.facts();
        facts.putAll(Code.facts(root));
        facts.put("protocol", String.format(Locale.ROOT, "%d processes of ours; libraries in %d of these rounds, after the first only the fastest; warm for %.3g s at most, measured for %.3g s",
                schedule.forks(), schedule.rounds(), warm, measured));
        Map<String, String> before = journal.read().facts();
        for (Map.Entry<String, String> f : before.entrySet()) {
            if (!Code.MAY_CHANGE.contains(f.getKey()) && !f.getValue().equals(facts.get(f.getKey()))) {
                throw refuse(file + " is of another run: " + f.getKey() + " was " + f.getValue() + " and is " + facts.get(f.getKey()) + "; --new begins again");
            }
        }
        if (before.isEmpty()) {
            journal.add(Recorded.facts(facts));
        }
    }

    private List<String> workloads() {
        List<String> wanted = words("--workloads");
        for (String w : wanted) {
            if (Workload.named(w).isEmpty()) {
                throw refuse("no workload " + w);
            }
        }
        return wanted.isEmpty() ? Arrays.stream(Workload.values()).map(Workload::title).toList() : wanted;
    }

    private List<Contender> peers() {
        if (option("--peers").equals("none")) {
            return List.of();
        }
        List<Contender> built = Contender.peers(root);
        if (built.isEmpty()) {
            System.err.println("results.sh: no library is built: neither " + Contender.profile(root) + " (mvn -Ppeers package) nor any in " + Contender.harness(root)
                    + " (BENCH_PEERS); --peers none goes without");
            System.exit(NO_PEERS);
        }
        List<String> wanted = words("--peers");
        for (String name : wanted) {
            if (built.stream().noneMatch(c -> c.name().equals(name))) {
                throw refuse("no library " + name + " is built; there are " + built.stream().map(Contender::name).toList());
            }
        }
        return wanted.isEmpty() ? built : built.stream().filter(c -> wanted.contains(c.name())).toList();
    }

    private static List<String> charts(Comparison figures, List<Limits> limits, Path out) throws IOException {
        List<String> workloads = figures.workloads();
        List<String> names = new ArrayList<>();
        List<Bars> ratios = figures.threads().stream()
                .map(t -> new Bars(t + (t == 1 ? " thread" : " threads"), workloads.stream().map(w -> figures.ratio(w, t)).toList()))
                .toList();
        if (figures.contenders().size() > 1) {
            names.add(write(out, "results-ratio.png", BarChart.png("Fastest library's time by ours: above 1 we are faster", "ratio", workloads, ratios, false)));
        }
        Optional<Limits> single = limits.stream().filter(l -> l.threads() == 1).findFirst();
        List<String> counted = workloads.stream().filter(w -> flops(w) > 0).toList();
        if (single.isPresent() && !counted.isEmpty()) {
            double peak = single.get().gflops();
            names.add(write(out, "results-peak.png", BarChart.png("Contractions' operations on one thread, in percent of the FMA peak", "% of peak", counted,
                    bars(figures, counted, (w, c) -> 100 * flops(w) / (figures.micros(w, 1, c) * 1e3) / peak), false)));
        }
        if (figures.threads().contains(1)) {
            names.add(write(out, "results-first.png", BarChart.png("From the start of the process to the first result", "ms", workloads,
                    bars(figures, workloads, (w, c) -> figures.middle(w, 1, c, Measured::firstMillis)), false)));
        }
        return names;
    }

    private interface Figure {
        double of(String workload, String contender);
    }

    private static List<Bars> bars(Comparison figures, List<String> workloads, Figure figure) {
        return figures.contenders().stream().map(c -> new Bars(c, workloads.stream().map(w -> figure.of(w, c)).toList())).toList();
    }

    private static double flops(String workload) {
        return Demand.of(Workload.named(workload).orElseThrow().task().graph()).contractions();
    }

    private static String write(Path out, String name, byte[] png) throws IOException {
        Files.write(out.toAbsolutePath().resolveSibling(name), png);
        return name;
    }
}
