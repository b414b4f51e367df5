package bytegrad.benchmarks.results;

import bytegrad.benchmarks.Demand;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Options;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The figures as a page of Markdown. */
final class ResultsPage {
    private final Comparison figures;
    private final List<Limits> limits;
    private final Map<String, Double> movedBytes = new TreeMap<>();
    private final Map<String, Demand> demands = new TreeMap<>();
    private final StringBuilder text = new StringBuilder();

    private ResultsPage(Recorded all) {
        figures = all.figures();
        limits = all.best();
        for (String name : figures.workloads()) {
            Workload w = Workload.named(name).orElseThrow(() -> new IllegalStateException("no workload " + name));
            demands.put(name, Demand.of(w.task().graph()));
            Explanation e = Compiler.explain(w.task().graph(), Options.DEFAULT.withKept(w.task().kept()));
            movedBytes.put(name, (double) e.launches().stream().filter(l -> !l.derived()).mapToLong(ResultsPage::bytes).sum());
        }
    }

    private static long bytes(Explanation.Launch l) {
        return l.bytesRead() + l.bytesWritten();
    }

    /**
     * The page.
     *
     * @param charts names of the files beside the page
     */
    static String of(Recorded all, List<String> charts) {
        ResultsPage page = new ResultsPage(all);
        page.heading(all.facts());
        for (String chart : charts) {
            page.line("![" + chart.replaceAll("\\.png$", "").replace('-', ' ') + "](" + chart + ")");
            page.line("");
        }
        page.figures.threads().forEach(page::comparison);
        page.everybody();
        page.beginnings();
        page.gains();
        return page.text.toString();
    }

    private void line(String format, Object... values) {
        text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values)).append('\n');
    }

    private void heading(Map<String, String> facts) {
        line("# Results");
        line("");
        line("Written by `benchmarks/results.sh`; workloads and timing are those of `shared/peers/SPEC.md`. Each figure is the middle of several processes, which took turns;");
        line("*spread* is the slowest less the fastest of them, in percent of the middle. *Ratio* is the time of the fastest library by ours, both of the rounds that both were in:");
        line("above 1 we are faster. Networks that only predict have their parameters kept (`Options.withKept`), as ONNX Runtime has them as initializers.");
        line("");
        line("| | |");
        line("| --- | --- |");
        facts.forEach((name, value) -> line("| %s | %s |", name, value));
        figures.contenders().forEach(c -> line("| %s | %s |", c, figures.version(c)));
        line("");
        line("## Limits, measured in the same run, in Java");
        line("| threads | f32 FMA, GFLOP/s | L1, GB/s | L2 | L3 | memory |");
        line("| --- | ---: | ---: | ---: | ---: | ---: |");
        limits.forEach(l -> line("| %d | %.1f | %.1f | %.1f | %.1f | %.1f |", l.threads(), l.gflops(), l.l1(), l.l2(), l.l3(), l.dram()));
        line("");
    }

    private Optional<Limits> limits(int threads) {
        return limits.stream().filter(l -> l.threads() == threads).findFirst();
    }

    private void comparison(int threads) {
        line("## %d %s", threads, threads == 1 ? "thread" : "threads");
        line("*MFLOP*: a multiplication and an addition for each product in a contraction. *MB at least*: inputs and outputs once, states twice. *MB moved*: what all launches");
        line("read and write, each buffer once a launch. *% of memory*: moved bytes against the bandwidth of memory; above 100 where caches hold them.");
        line("");
        line("| workload | MFLOP | MB at least | MB moved | ours, µs | spread | processes | best library | its µs | its spread | rounds | ratio | by round | % of FMA peak | its % | % of memory |");
        line("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |");
        for (String w : figures.workloads()) {
            row(w, threads);
        }
        line("");
    }

    private void row(String w, int threads) {
        Demand d = demands.getOrDefault(w, new Demand(0, 0, 0));
        double moved = movedBytes.getOrDefault(w, 0.0);
        double ours = figures.micros(w, threads, Contender.OURS);
        String peer = figures.bestPeer(w, threads).orElse("");
        double its = peer.isEmpty() ? Double.NaN : figures.micros(w, threads, peer);
        double[] ratios = figures.ratios(w, threads);
        double peak = limits(threads).map(Limits::gflops).orElse(Double.NaN);
        double dram = limits(threads).map(Limits::dram).orElse(Double.NaN);
        line("| %s | %s | %s | %s | %s | %s %% | %d | %s | %s | %s %% | %d | **%s** | %s | %s | %s | %s |", w, number(d.contractions() / 1e6), number(d.bytes() / 1e6), number(moved / 1e6),
                number(ours), number(figures.spreadPercent(w, threads, Contender.OURS)), figures.forks(w, threads, Contender.OURS), peer.isEmpty() ? "–" : peer,
                number(its), number(peer.isEmpty() ? Double.NaN : figures.spreadPercent(w, threads, peer)), figures.rounds(w, threads), fixed(figures.ratio(w, threads)),
                ratios.length == 0 ? "–" : fixed(ratios[0]) + "–" + fixed(ratios[ratios.length - 1]), share(d.contractions(), ours, peak), share(d.contractions(), its, peak),
                share(moved, ours, dram));
    }

    /** Operations or bytes in microseconds, in percent of a rate in 10⁹ a second; none of nothing. */
    private static String share(double amount, double micros, double rate) {
        return amount == 0 ? "–" : number(100 * amount / (micros * 1e3) / rate);
    }

    /** Three digits or all before the point. */
    private static String number(double v) {
        return !Double.isFinite(v) ? "–" : v == 0 ? "0" : v >= 100 ? String.format(Locale.ROOT, "%.0f", v) : v >= 10 ? String.format(Locale.ROOT, "%.1f", v)
                : String.format(Locale.ROOT, "%.3g", v);
    }

    private static String fixed(double v) {
        return Double.isFinite(v) ? String.format(Locale.ROOT, "%.2f", v) : "–";
    }

    private void everybody() {
        line("## Everybody, µs");
        line("| workload | threads | %s |", String.join(" | ", figures.contenders()));
        line("| --- | --- | %s |", figures.contenders().stream().map(_ -> "---:").collect(Collectors.joining(" | ")));
        for (String w : figures.workloads()) {
            for (int t : figures.threads()) {
                line("| %s | %d | %s |", w, t, figures.contenders().stream().map(c -> number(figures.micros(w, t, c))).collect(Collectors.joining(" | ")));
            }
        }
        line("");
    }

    private void beginnings() {
        line("## From the start of the process, on one thread, ms");
        line("*First*: until the first result is there. *Steady*: until ten calls in a row are within a tenth of the process's median.");
        line("");
        line("| workload | %s |", figures.contenders().stream().map(c -> c + ", first | steady").collect(Collectors.joining(" | ")));
        line("| --- | %s |", figures.contenders().stream().map(_ -> "---: | ---:").collect(Collectors.joining(" | ")));
        for (String w : figures.workloads()) {
            line("| %s | %s |", w, figures.contenders().stream()
                    .map(c -> number(figures.middle(w, 1, c, Measured::firstMillis)) + " | " + number(figures.middle(w, 1, c, Measured::steadyMillis)))
                    .collect(Collectors.joining(" | ")));
        }
        line("");
    }

    private void gains() {
        int most = figures.threads().getLast();
        if (most == 1 || !figures.threads().contains(1)) {
            return;
        }
        line("## Gain of %d threads over one", most);
        line("| workload | %s |", String.join(" | ", figures.contenders()));
        line("| --- | %s |", figures.contenders().stream().map(_ -> "---:").collect(Collectors.joining(" | ")));
        for (String w : figures.workloads()) {
            line("| %s | %s |", w, figures.contenders().stream().map(c -> fixed(figures.micros(w, 1, c) / figures.micros(w, most, c))).collect(Collectors.joining(" | ")));
        }
        line("");
    }
}
