package bytegrad.benchmarks.results;

import bytegrad.benchmarks.Demand;
import bytegrad.benchmarks.results.BarChart.Bars;
import bytegrad.cli.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Behind {@code results.sh}: runs all contenders in turn and writes the page. */
public final class ResultsMain {
    private static final int BAD_ARGUMENTS = 2;
    private static final int NO_PEERS = 3;

    private final Map<String, String> options;
    private final Path root = Path.of(System.getProperty("bytegrad.root", ".")).toAbsolutePath().normalize();

    private ResultsMain(Map<String, String> options) {
        this.options = options;
    }

    /** Options as of the script. */
    public static void main(String[] args) throws IOException {
        // Charts are drawn into memory.
        System.setProperty("java.awt.headless", "true");
        Map<String, String> options = new LinkedHashMap<>(Map.of("--workloads", "", "--rounds", "5", "--threads", "1,2", "--peers", "", "--warm", "2", "--measure", "2",
                "--out", "", "--record", "", "--from", ""));
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length || options.replace(args[i], args[i + 1]) == null) {
                throw refuse("unknown option or no value: " + args[i] + "; options are " + options.keySet().stream().sorted().toList());
            }
        }
        new ResultsMain(options).run();
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
        Path out = option("--out").isEmpty() ? root.resolve("benchmarks/RESULTS.md") : Path.of(option("--out"));
        List<Path> files = words("--from").stream().map(Path::of).toList();
        String how = "Read from what was recorded before, on " + LocalDate.now(java.time.ZoneId.systemDefault());
        if (files.isEmpty()) {
            files = List.of(option("--record").isEmpty() ? root.resolve("benchmarks/target/results.jsonl") : Path.of(option("--record")));
            how = measure(Journal.in(files.get(0)));
        }
        Comparison figures = Journal.comparison(files);
        List<Limits> limits = Journal.limits(files);
        if (figures.all().isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        List<String> charts = charts(figures, limits, out);
        Files.writeString(out, ResultsPage.of(figures, limits, Machine.facts(), how, charts));
        System.out.println("wrote " + out + " and " + String.join(", ", charts) + " beside it");
    }

    private String measure(Journal journal) {
        List<Contender> contenders = new ArrayList<>(List.of(Contender.ours(root)));
        contenders.addAll(peers());
        List<Integer> threads = words("--threads").stream().map(t -> (int) parse("--threads", t, 1)).toList();
        int rounds = (int) number("--rounds", 1);
        List<String> workloads = workloads();
        for (int round = 0; round < rounds; round++) {
            for (int t : threads) {
                journal.add(Limits.measured(t));
            }
            int now = round;
            new Rounds(contenders, workloads, threads, 1, number("--warm", 0), number("--measure", 0))
                    .run(m -> journal.add(m.inRound(now)), w -> System.out.println(w.replaceFirst("round \\d+", "round " + (now + 1))));
        }
        return "Measured on " + LocalDate.now(java.time.ZoneId.systemDefault()) + " in " + rounds + " rounds, each process warm for " + option("--warm") + " s and measured for "
                + option("--measure") + " s";
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
