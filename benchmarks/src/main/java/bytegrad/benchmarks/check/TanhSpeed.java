package bytegrad.benchmarks.check;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Session;
import java.util.Arrays;
import java.util.List;

/** What an element of tanh costs on 16 lanes, where operand and result stay in the first cache: the middle of several runs. */
final class TanhSpeed {
    private static final int LENGTH = 2048;
    private static final int CALLS = 20_000;
    private static final int RUNS = 9;
    private static final int WARM_RUNS = 5;
    private static final double NANOSECONDS = 0.4;

    private TanhSpeed() {}

    static void report(Report report) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.apply(new Op.Map(ScalarFn.TANH), List.of(b.input("x", DType.F32, LENGTH))));
        Session session = Compiler.compile(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512)).newSession();
        float[] x = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            x[i] = (i - LENGTH / 2) * (8f / LENGTH);
        }
        session.set("x", x);
        double[] took = new double[RUNS];
        for (int run = -WARM_RUNS; run < RUNS; run++) {
            long start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                session.run();
            }
            took[Math.max(run, 0)] = (System.nanoTime() - start) / ((double) CALLS * LENGTH);
        }
        Arrays.sort(took);
        report.atMost("tanh-ns-per-element", took[RUNS / 2], NANOSECONDS);
    }
}
