package bytegrad.cli;

import bytegrad.cli.workload.Task;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Options;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.WarmUp;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of a step goes, launch by launch, once it is warm: medians of many runs.
 *
 * @param step nanoseconds of a whole run; with a profile, so a little longer than without
 * @param outside nanoseconds of it that belong to no launch
 * @param steps how many runs counted
 * @param firstMillis from the start of the process to the end of the first run
 * @param steadyMillis from the start of the process until runs got no faster, and for as long as it took to be sure of that
 * @param lines a launch of every run each, in their order
 */
record StepProfile(int threads, double step, double outside, int steps, double firstMillis, double steadyMillis, WarmUp warmUp, int simdBits, List<Line> lines) {
    /** Training state is put back that often, so that no run drifts into denormals. */
    private static final int RESET_EVERY = 200;

    private static final int FEWEST = 5;
    private static final int MOST = 20_000;

    /** One launch and its time in nanoseconds. */
    record Line(Explanation.Launch launch, double nanos) {
        double gigaflops() {
            return 2 * launch.multiplyAdds() / Math.max(1, nanos);
        }

        double gigabytes() {
            return (launch.bytesRead() + launch.bytesWritten()) / Math.max(1, nanos);
        }
    }

    StepProfile {
        lines = List.copyOf(lines);
    }

    /** Compiles, warms up for so many seconds and measures for as many. */
    static StepProfile of(Task task, Options options, int threads, double seconds) {
        CompiledFunction function = Compiler.compile(task.graph(), options.withProfile(true));
        Session session = function.newSession(threads);
        task.inputs().forEach(session::set);
        task.state().forEach(session::set);
        session.run();
        double first = ProcessHandle.current().info().startInstant().map(t -> Duration.between(t, Instant.now()).toNanos() / 1e6).orElse(Double.NaN);
        WarmUp warmUp = function.warmUp();
        double steady = first + warmUp.nanos() / 1e6;
        Explanation explanation = Compiler.explain(task.graph(), options);
        runs(task, session, seconds);
        List<long[]> runs = runs(task, session, seconds);
        int launches = explanation.launches().size();
        List<Line> lines = new ArrayList<>();
        for (int k = 0; k < launches; k++) {
            if (!explanation.launches().get(k).derived()) {
                lines.add(new Line(explanation.launches().get(k), median(runs, k)));
            }
        }
        return new StepProfile(threads, median(runs, launches), median(runs, launches + 1), runs.size(), first, steady, warmUp, explanation.simdBits(), lines);
    }

    /** The nanoseconds of each launch, then of the whole, then of what belongs to no launch, for each run. */
    private static List<long[]> runs(Task task, Session session, double seconds) {
        List<long[]> runs = new ArrayList<>();
        long start = System.nanoTime();
        while (runs.size() < FEWEST || System.nanoTime() - start < seconds * 1e9 && runs.size() < MOST) {
            if (runs.size() % RESET_EVERY == 0) {
                task.state().forEach(session::set);
            }
            long before = System.nanoTime();
            session.run();
            long took = System.nanoTime() - before;
            long[] launches = session.launchNanos();
            long[] all = Arrays.copyOf(launches, launches.length + 2);
            all[launches.length] = took;
            all[launches.length + 1] = took - Arrays.stream(launches).sum();
            runs.add(all);
        }
        return runs;
    }

    private static double median(List<long[]> runs, int column) {
        long[] sorted = runs.stream().mapToLong(r -> r[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** A table, the dearest launch first. */
    String text() {
        StringBuilder s = new StringBuilder();
        double flops = lines.stream().mapToDouble(l -> 2.0 * l.launch().multiplyAdds()).sum();
        s.append(String.format(Locale.ROOT, "step      %.1f us, median of %d, on %d thread%s, %s, %d launches, %.2f GFLOP of contractions (%.1f GFLOP/s)%n",
                step / 1e3, steps, threads, threads == 1 ? "" : "s", simdBits == 0 ? "scalar" : simdBits + "-bit vectors", lines.size(), flops / 1e9,
                flops / Math.max(1, step)));
        s.append(String.format(Locale.ROOT, "first     result %.0f ms after the process started; steady before %.0f ms, after %d runs%n%n", firstMillis, steadyMillis,
                warmUp.runs()));
        s.append("launch code kind               us     %  GFLOP/s   GB/s  stores\n");
        for (Line l : lines.stream().sorted(Comparator.comparingDouble(Line::nanos).reversed()).toList()) {
            Explanation.Launch x = l.launch();
            s.append(String.format(Locale.ROOT, "%6d %4d %-12s %8.1f %5.1f %8s %6.1f  %s%n", x.number(), x.sameCodeAs(), x.kind(), l.nanos() / 1e3,
                    100 * l.nanos() / step, x.multiplyAdds() == 0 ? "-" : String.format(Locale.ROOT, "%.1f", l.gigaflops()), l.gigabytes(), x.label()));
        }
        s.append(String.format(Locale.ROOT, "%24s %8.1f %5.1f%n", "outside of launches", outside / 1e3, 100 * outside / step));
        return s.toString();
    }

    /** The same as one object, the launches in order. */
    Json json() {
        return new JsonFields().put("threads", threads).put("simd_bits", simdBits).put("steps", steps).put("step_us", Json.of(step / 1e3)).put("outside_us", Json.of(outside / 1e3))
                .put("first_ms", Json.of(firstMillis)).put("steady_ms", Json.of(steadyMillis)).put("launches", new Json.Arr(lines.stream().map(StepProfile::line).toList())).build();
    }

    private static Json line(Line l) {
        return new JsonFields().put("number", l.launch().number()).put("kind", l.launch().kind()).put("label", l.launch().label())
                .put("us", Json.of(l.nanos() / 1e3)).put("gflops", Json.of(l.gigaflops())).put("gbytes", Json.of(l.gigabytes())).build();
    }
}
