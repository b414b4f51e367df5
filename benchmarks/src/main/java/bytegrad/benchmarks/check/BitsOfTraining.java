package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Sessions;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.codegen.Options.Simd;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.List;
import java.util.Locale;

/** States and loss after some steps of every training workload: the same bits on any lanes, scalar ones included, and any number of threads. */
final class BitsOfTraining {
    private static final int MOST_THREADS = 4;
    private static final int STEPS = 20;
    private static final int STEPS_OF_LONG = 3;

    private BitsOfTraining() {}

    static void report(Report report) {
        // Four threads, however few processors there are.
        System.setProperty("bytegrad.threads", Integer.toString(Math.max(MOST_THREADS, Runtime.getRuntime().availableProcessors())));
        for (Workload w : Workload.values()) {
            if (w.kind() == Workload.Kind.TRAINING && report.wants("same-bits-" + w.title())) {
                String difference = difference(w, w == Workload.A || w == Workload.B ? STEPS : STEPS_OF_LONG);
                report.fact("same-bits-" + w.title(), difference, "identical", difference.equals("identical"));
            }
        }
    }

    private static String difference(Workload workload, int steps) {
        Task task = workload.task();
        List<Tensor> expected = List.of();
        for (Simd simd : List.of(Simd.SCALAR, Simd.BITS_128, Simd.BITS_256, Simd.BITS_512)) {
            // One class for all numbers of threads: HotSpot compiles it once, and only the first steps are slow.
            CompiledFunction f = Compiler.compile(task.graph(), Options.DEFAULT.withSimd(simd));
            for (int threads = 1; threads <= MOST_THREADS; threads++) {
                Session s = f.newSession(threads);
                task.inputs().forEach(s::set);
                task.state().forEach(s::set);
                List<Tensor> results = Sessions.after(steps, s);
                if (expected.isEmpty()) {
                    expected = results;
                }
                // A tensor equals another of the same bits.
                if (!expected.equals(results)) {
                    return simd.name().toLowerCase(Locale.ROOT) + " on " + threads + " threads differs from scalar on one";
                }
            }
        }
        return expected.isEmpty() ? "nothing compared" : "identical";
    }
}
