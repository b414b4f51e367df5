package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Sessions;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One thread against two, call by call in turn; and the same bits on one to four threads. */
final class Threads {
    private static final int MOST = 4;
    private static final int STEPS = 30;
    private static final int SUMMED = 1 << 24;
    private static final int WARM_ROUNDS = 3;
    private static final int ROUNDS = 7;
    private static final double ROUND_NANOS = 4e8;

    private Threads() {}

    static void report(Report report) {
        // Four threads for the bits, however few processors there are; sessions of two use two.
        System.setProperty("bytegrad.threads", Integer.toString(Math.max(MOST, Runtime.getRuntime().availableProcessors())));
        for (Workload w : List.of(Workload.A, Workload.B)) {
            String difference = difference(w.task());
            report.fact("threads-same-bits-" + w.title(), difference, "identical", difference.equals("identical"));
        }
        for (Workload w : List.of(Workload.A, Workload.B, Workload.F, Workload.H1024)) {
            Task task = w.task();
            times(report, w.title(), Sessions.of(task, Options.DEFAULT, 1), Sessions.of(task, Options.DEFAULT, 2), task.state());
        }
        times(report, "sum-16M", sum(1), sum(2), Map.of());
    }

    /** States and outputs after some steps on one thread, and on more. */
    private static String difference(Task task) {
        List<Tensor> expected = after(task, 1);
        for (int threads = 2; threads <= MOST; threads++) {
            if (!expected.equals(after(task, threads))) {
                return threads + " threads differ from one";
            }
        }
        return expected.isEmpty() ? "nothing compared" : "identical";
    }

    private static List<Tensor> after(Task task, int threads) {
        return Sessions.after(STEPS, Sessions.of(task, Options.DEFAULT, threads));
    }

    private static Session sum(int threads) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.sumAll(b.input("x", DType.F32, SUMMED)));
        float[] x = new float[SUMMED];
        for (int i = 0; i < SUMMED; i++) {
            x[i] = (i % 1000) * 1e-3f;
        }
        return Compiler.compile(b.build()).newSession(threads).set("x", x);
    }

    /** Rounds of calls in turn; of each kind the middle round's middle call. */
    private static void times(Report report, String name, Session one, Session two, Map<String, Tensor> start) {
        List<Double> single = new ArrayList<>();
        List<Double> both = new ArrayList<>();
        for (int round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
            double a = round(one, start);
            double b = round(two, start);
            if (round >= WARM_ROUNDS) {
                single.add(a);
                both.add(b);
            }
        }
        double a = Median.of(single);
        double b = Median.of(both);
        report.figure(String.format(Locale.ROOT, "threads-%s-ms-on-1", name), a);
        report.figure(String.format(Locale.ROOT, "threads-%s-ms-on-2", name), b);
        report.figure(String.format(Locale.ROOT, "threads-%s-gain", name), a / b);
    }

    private static double round(Session s, Map<String, Tensor> state) {
        // Back to the start, so that no training drifts into denormals.
        state.forEach(s::set);
        List<Double> calls = new ArrayList<>();
        long began = System.nanoTime();
        long now = began;
        while (now - began < ROUND_NANOS && calls.size() < 200) {
            long before = now;
            s.run();
            now = System.nanoTime();
            calls.add((now - before) / 1e6);
        }
        return Median.of(calls);
    }
}
