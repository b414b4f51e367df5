package bytegrad.benchmarks.check;

import bytegrad.benchmarks.planner.Peaks;
import bytegrad.codegen.plan.remat.Effort;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlan;
import bytegrad.codegen.plan.remat.StepPlanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Plans of known graphs against proven optima, and against what other methods make of them. Memory is live bytes, as the tables count
 * it; what
 * plans with offsets cost is a figure beside it.
 */
final class MemoryGoldens {
    private static final double GEOMEAN = 1.01;
    private static final double MOST = 1.03;

    /** Percent of recomputation of Chen's checkpoints, of a score of bytes alone, and of DTR; NaN where the method fails or was not run. */
    private static final String OTHERS = """
            vgg16 .9 5.23 2.48 1.97
            vgg19 .9 11.71 22.68 0.12
            vgg19 .8 30.11 28.85 6.25
            fcn8 .9 4.49 0.14 0.14
            fcn8 .8 4.49 3.04 0.14
            fcn8 .7 4.49 3.04 3.04
            unet .9 21.1 1.81 1.61
            unet .8 23.1 2.60 3.42
            unet .7 23.1 4.16 3.92
            unet .6 23.1 5.05 6.34
            unet .5 NaN 9.60 11.11
            segnet .9 16.8 40.2 0.11
            segnet .8 16.8 40.4 0.23
            segnet .7 53.5 40.5 0.36
            segnet .6 53.5 44.2 0.44
            segnet .5 NaN 84.6 42.3
            mobilenet .9 2.46 0.44 0.18
            mobilenet .7 2.46 0.95 0.68
            mobilenet .5 3.60 2.49 1.97
            """;

    private MemoryGoldens() {}

    static void report(Report report) {
        Path table = RematGraphs.folder().resolve("golden_optima.csv");
        if (!Files.exists(table)) {
            report.absent("golden", table);
            return;
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Double> ratios = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            KernelGraph graph = RematGraphs.read(cells[0]);
            long budget = Long.parseLong(cells[2]);
            double best = Double.parseDouble(cells[5]);
            double ratio = (1 + overhead(graph, budget) / 100) / (1 + best / 100);
            boolean proven = cells[3].equals("Optimal");
            String row = "golden-" + cells[0] + "-" + (cells[1].isEmpty() ? cells[2] : cells[1]) + (proven ? "" : "-interval");
            report.figure(row, ratio);
            Optional<StepPlan> placed = StepPlanner.planWithin(graph, budget, Effort.STANDARD);
            double withOffsets = placed.map(p -> Peaks.overhead(graph, p.runs())).orElse(Double.NaN);
            report.figure(row + "-with-offsets", (1 + withOffsets / 100) / (1 + best / 100));
            if (proven) {
                ratios.add(ratio);
            }
        }
        report.figure("golden-proven-rows", ratios.size());
        report.atMost("golden-geomean", Math.exp(ratios.stream().mapToDouble(Math::log).average().orElse(Double.NaN)), GEOMEAN);
        report.atMost("golden-max", ratios.stream().mapToDouble(r -> r).max().orElse(Double.NaN), MOST);
        others(report);
    }

    /** Live overhead in percent; NaN where nothing was found or it is over budget. */
    static double overhead(KernelGraph graph, long budget) {
        Optional<List<Integer>> runs = StepPlanner.sequence(graph, budget, Effort.STANDARD);
        return runs.filter(r -> Peaks.peak(graph, r) <= budget).map(r -> Peaks.overhead(graph, r)).orElse(Double.NaN);
    }

    private static void others(Report report) {
        for (String line : OTHERS.lines().toList()) {
            String[] cells = line.split(" ", -1);
            KernelGraph graph = RematGraphs.read(cells[0]);
            long budget = (long) (Peaks.peak(graph, Peaks.given(graph)) * Double.parseDouble(cells[1]));
            double bound = Double.POSITIVE_INFINITY;
            for (String other : List.of(cells).subList(2, cells.length)) {
                double percent = Double.parseDouble(other);
                bound = Double.isNaN(percent) ? bound : Math.min(bound, percent);
            }
            report.atMost(String.format(Locale.ROOT, "golden-others-%s-0%s", cells[0], cells[1]), overhead(graph, budget), bound);
        }
    }
}
