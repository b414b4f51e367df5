package bytegrad.benchmarks.planner;

import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlan;
import bytegrad.codegen.plan.remat.StepPlanner;
import bytegrad.codegen.plan.remat.StepVerifier;
import bytegrad.runtime.BytegradException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Behind {@code planner.sh}. */
public final class PlannerMain {
    private static final int BAD_ARGUMENTS = 2;
    private static final int ABSENT = 3;
    private static final List<String> FRACTIONS = List.of("0.9", "0.8", "0.7", "0.6", "0.5", "0.4", "0.3");

    private PlannerMain() {}

    /** {@code [DIR]}: prints a row for each graph and fraction. */
    public static void main(String[] args) {
        if (args.length > 1) {
            System.err.println("usage: planner.sh [DIR]");
            System.exit(BAD_ARGUMENTS);
        }
        String shared = System.getenv("BYTEGRAD_SHARED");
        Path root = Path.of(System.getProperty("bytegrad.root", ".")).toAbsolutePath().normalize();
        Path data = shared != null && !shared.isEmpty() ? Path.of(shared) : root.resolveSibling("shared");
        Path folder = args.length == 1 ? Path.of(args[0]) : data.resolve("data/remat/moccasin");
        if (!Files.isDirectory(folder)) {
            System.err.println("planner.sh: no folder " + folder);
            System.exit(ABSENT);
        }
        List<Path> files;
        try (Stream<Path> in = Files.list(folder)) {
            files = in.filter(f -> f.getFileName().toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (files.isEmpty()) {
            System.err.println("planner.sh: no *.json in " + folder);
            System.exit(ABSENT);
        }
        boolean failed = false;
        System.out.println("graph,frac,budget_bytes,status,overhead_pct,plan_ms");
        for (Path file : files) {
            try {
                rows(file);
            } catch (BytegradException e) {
                System.err.println("planner.sh: " + e.getMessage());
                failed = true;
            }
        }
        System.exit(failed ? 1 : 0);
    }

    private static void rows(Path file) {
        KernelGraph graph = GraphFile.read(file);
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        String quoted = name.contains(",") || name.contains("\"") ? "\"" + name.replace("\"", "\"\"") + "\"" : name;
        long peak = Peaks.peak(graph, Peaks.given(graph));
        long bound = StepPlanner.lowerBound(graph);
        for (String frac : FRACTIONS) {
            long budget = new BigDecimal(frac).multiply(BigDecimal.valueOf(peak)).setScale(0, RoundingMode.FLOOR).longValueExact();
            long start = System.nanoTime();
            Optional<StepPlan> plan = budget <= 0 ? Optional.empty() : StepPlanner.planWithin(graph, budget, Effort.STANDARD);
            double ms = (System.nanoTime() - start) / 1e6;
            plan.ifPresent(p -> StepVerifier.verify(graph, p, budget));
            String status = plan.isPresent() ? "ok" : budget < bound ? "below-bound" : "infeasible";
            String overhead = plan.map(p -> String.format(Locale.ROOT, "%.4f", Peaks.overhead(graph, p.runs()))).orElse("");
            System.out.println(String.format(Locale.ROOT, "%s,%s,%d,%s,%s,%.1f", quoted, frac, budget, status, overhead, ms));
        }
    }
}
