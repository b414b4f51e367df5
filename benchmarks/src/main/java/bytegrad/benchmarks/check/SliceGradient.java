package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.runtime.Session;
import java.util.List;

/** A tensor cut into T slices that each go their way: its gradient is put together again in time linear in T. */
final class SliceGradient {
    private static final List<Integer> SIZES = List.of(64, 128, 256, 512, 1024);
    private static final int WIDTH = 256;
    private static final int REPETITIONS = 5;
    private static final int WARM_RUNS = 3000;
    private static final int RUNS = 200;
    private static final double STEEPEST = 1.2;

    private SliceGradient() {}

    static void report(Report report) {
        double[] compile = new double[SIZES.size()];
        double[] run = new double[SIZES.size()];
        seconds(SIZES.get(1), new double[1], new double[1], 0);
        for (int i = 0; i < compile.length; i++) {
            seconds(SIZES.get(i), compile, run, i);
            report.figure("slices-compile-seconds-" + SIZES.get(i), compile[i]);
            report.figure("slices-run-us-" + SIZES.get(i), run[i] * 1e6);
        }
        double[] size = SIZES.stream().mapToDouble(n -> n).toArray();
        report.atMost("slices-compile-slope", Linearity.slope(size, compile), STEEPEST);
        report.atMost("slices-run-slope", Linearity.slope(size, run), STEEPEST);
    }

    private static void seconds(int slices, double[] compile, double[] run, int i) {
        double[] times = new double[REPETITIONS];
        Session s = session(slices);
        for (int k = 0; k < times.length; k++) {
            long start = System.nanoTime();
            s = session(slices);
            times[k] = (System.nanoTime() - start) / 1e9;
        }
        compile[i] = Median.of(times);
        for (int k = 0; k < WARM_RUNS; k++) {
            s.run();
        }
        for (int k = 0; k < times.length; k++) {
            long start = System.nanoTime();
            for (int r = 0; r < RUNS; r++) {
                s.run();
            }
            times[k] = (System.nanoTime() - start) / 1e9 / RUNS;
        }
        run[i] = Median.of(times);
    }

    /** Σₜ Σ tanh(x[t])·(t + 1), a different formula for each slice, so that nothing joins them before their gradients meet. */
    private static Session session(int slices) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, slices, WIDTH);
        Node loss = b.constant(DType.F32, 0);
        for (int t = 0; t < slices; t++) {
            loss = b.add(loss, b.sumAll(b.mul(b.tanh(b.slice(x, 0, t, t + 1)), t + 1)));
        }
        b.output("dx", Gradient.of(b, loss, x));
        return Compiler.compile(b.build()).newSession().set("x", new float[slices * WIDTH]);
    }
}
