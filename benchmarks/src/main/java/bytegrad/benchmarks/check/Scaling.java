package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** One compiled function on one thread and on two, in turn: of the rounds' ratios the middle one. */
final class Scaling {
    private static final Set<Workload> LARGE = Set.of(Workload.B, Workload.D, Workload.D32, Workload.E, Workload.E8, Workload.H1024);
    private static final double LARGE_GAIN = 1.7;
    private static final double NEVER_SLOWER = 1.0;
    /** Of both together, after the function's own warm-up. */
    private static final double WARM_NANOS = 2.5e9;
    private static final int ROUNDS = 11;
    private static final int FEWEST = 3;
    private static final double ROUND_NANOS = 2.5e8;
    private static final int MOST_CALLS = 200;

    private Scaling() {}

    static void report(Report report) {
        for (Workload w : Workload.values()) {
            String row = "threads-" + w.title();
            if (!report.wants(row)) {
                continue;
            }
            Task task = w.task();
            CompiledFunction function = Compiler.compile(task.graph(), Options.DEFAULT.withKept(task.kept()));
            // Until HotSpot is done: with C2 at work, a second thread has no processor of its own.
            function.warmUp();
            Session one = session(function, task, 1);
            Session two = session(function, task, 2);
            Map<String, Tensor> start = task.state();
            for (long began = System.nanoTime(); System.nanoTime() - began < WARM_NANOS; ) {
                micros(one, start);
                micros(two, start);
            }
            double[] ones = new double[ROUNDS];
            double[] twos = new double[ROUNDS];
            double[] gains = new double[ROUNDS];
            for (int r = 0; r < ROUNDS; r++) {
                ones[r] = micros(one, start);
                twos[r] = micros(two, start);
                gains[r] = ones[r] / twos[r];
            }
            report.figure(row + "-us-on-1", Median.of(ones));
            report.figure(row + "-us-on-2", Median.of(twos));
            if (Compiler.explain(task.graph(), Options.DEFAULT.withKept(task.kept())).launches().stream().allMatch(l -> l.chunks() == 1)) {
                // Both run the same instructions on the same thread: which was faster is noise.
                report.figure(row + "-gain", Median.of(gains));
                report.fact(row + "-code", "no launch is cut", "the same for both, or a gain", !LARGE.contains(w));
            } else {
                report.atLeast(row + "-gain", Median.of(gains), LARGE.contains(w) ? LARGE_GAIN : NEVER_SLOWER);
            }
        }
    }

    private static Session session(CompiledFunction function, Task task, int threads) {
        Session s = function.newSession(threads);
        task.inputs().forEach(s::set);
        return s;
    }

    /** The median call of a round, which begins with the state of the first step: no training drifts into denormals. */
    private static double micros(Session s, Map<String, Tensor> start) {
        start.forEach(s::set);
        long[] took = new long[MOST_CALLS];
        int calls = 0;
        long began = System.nanoTime();
        long now = began;
        while (calls < FEWEST || calls < MOST_CALLS && now - began < ROUND_NANOS) {
            long before = System.nanoTime();
            s.run();
            now = System.nanoTime();
            took[calls++] = now - before;
        }
        Arrays.sort(took, 0, calls);
        return took[calls / 2] / 1e3;
    }
}
