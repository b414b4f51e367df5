package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.picture.MemoryChart;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.MemoryBudgetException;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What {@code explain --memory-chart} draws: memory by launch, and what a run is estimated to take by budget. */
final class MemoryReport {
    /** Budgets between the least and the memory without one. */
    private static final int POINTS = 8;

    private MemoryReport() {}

    /** Refuses a file of a kind that cannot be drawn, before anything is compiled. */
    static void check(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new InputError("--memory-chart " + file + ": charts are drawn as PNG, so the name must end in .png");
        }
    }

    /** Bytes of the arrays that a session has; none where they would take most of the heap. */
    static OptionalLong measured(Graph graph, Options options, Explanation explanation) {
        if (explanation.memory().arenaBytes() > Runtime.getRuntime().maxMemory() / 2) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Compiler.compile(graph, options).newSession().bytes());
    }

    static String text(Explanation explanation, OptionalLong measured) {
        return measured.isEmpty() ? "" : String.format(Locale.ROOT, "%nmemory: planned %,d B, measured %,d B (the arrays of a session)%n",
                explanation.memory().arenaBytes(), measured.getAsLong()).replace("\r", "");
    }

    /** The explanation, with what was measured. */
    static String json(Explanation explanation, OptionalLong measured) {
        if (measured.isEmpty()) {
            return explanation.json();
        }
        Map<String, Json> all = new LinkedHashMap<>(((Json.Obj) Json.parse("explanation", explanation.json().getBytes(StandardCharsets.UTF_8))).members());
        all.put("measured_bytes", Json.of(measured.getAsLong()));
        return new Json.Obj(all).indented();
    }

    /** Draws the chart of a graph's plan. */
    static void draw(Path file, String name, Graph graph, Options options, Explanation shown) {
        Options free = options.withoutMemoryBudget();
        Explanation without = options.memoryBudget().isEmpty() ? shown : Compiler.explain(graph, free);
        Explanation.Memory m = shown.memory();
        long[] live = shown.launches().stream().mapToLong(Explanation.Launch::liveBytes).toArray();
        boolean[] again = new boolean[live.length];
        shown.launches().forEach(l -> again[l.number()] = l.again() != l.number());
        var timeline = new MemoryChart.Timeline(live, again, m.pinnedBytes(), m.arenaBytes(), m.budget());
        byte[] png = MemoryChart.png(name, timeline, curve(graph, free, without.memory()),
                new MemoryChart.Point(m.budget().orElse(m.arenaBytes()), extra(m, without.memory())));
        AtomicFile.write(file, stream -> stream.write(png));
    }

    /** From the least budget to the memory without one. */
    private static List<MemoryChart.Point> curve(Graph graph, Options options, Explanation.Memory free) {
        List<MemoryChart.Point> points = new ArrayList<>();
        long least = least(graph, options, free);
        for (int i = 0; i < POINTS; i++) {
            long budget = least + (free.arenaBytes() - least) * i / POINTS;
            memory(graph, options.withMemoryBudget(budget)).ifPresent(m -> points.add(new MemoryChart.Point(budget, extra(m, free))));
        }
        points.add(new MemoryChart.Point(free.arenaBytes(), 0));
        return points;
    }

    private static long least(Graph graph, Options options, Explanation.Memory free) {
        try {
            // A byte is no budget for anything; the refusal says what is.
            Explanation.Memory m = Compiler.explain(graph, options.withMemoryBudget(1)).memory();
            return m.arenaBytes();
        } catch (MemoryBudgetException e) {
            return Math.min(e.least(), free.arenaBytes());
        }
    }

    private static Optional<Explanation.Memory> memory(Graph graph, Options options) {
        try {
            return Optional.of(Compiler.explain(graph, options).memory());
        } catch (MemoryBudgetException e) {
            return Optional.empty();
        }
    }

    /** Percent that a run takes longer than without a budget, as is estimated. */
    private static double extra(Explanation.Memory m, Explanation.Memory free) {
        return free.nanos() == 0 ? 0 : 100.0 * (m.nanos() - free.nanos()) / free.nanos();
    }
}
