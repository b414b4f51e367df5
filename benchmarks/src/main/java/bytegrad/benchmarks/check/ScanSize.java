package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import java.util.Arrays;
import java.util.List;

/** A recurrent net of 1,000 and of 10,000 steps, and its gradient: as much code, in as much time. */
final class ScanSize {
    private static final int FEW = 1_000;
    private static final int MANY = 10_000;
    private static final int BATCH = 8;
    private static final int WIDTH = 64;
    private static final int REPETITIONS = 41;
    /** Of ten times the steps; on a shared machine equal times differ by a tenth. */
    private static final double MOST_RATIO = 1.25;

    private ScanSize() {}

    static void report(Report report) {
        for (boolean gradient : new boolean[] {false, true}) {
            String name = gradient ? "scan-gradient" : "scan";
            long few = bytes(FEW, gradient);
            long many = bytes(MANY, gradient);
            report.figure(name + "-class-bytes-" + FEW, few);
            report.figure(name + "-class-bytes-" + MANY, many);
            report.fact(name + "-class-bytes-growth", Long.toString(many - few), "0 but for the digits of larger numbers, 64", Math.abs(many - few) <= 64);
            double[] ms = milliseconds(gradient);
            report.figure(name + "-compile-ms-" + FEW, ms[0]);
            report.figure(name + "-compile-ms-" + MANY, ms[1]);
            report.atMost(name + "-compile-ratio", ms[1] / ms[0], MOST_RATIO);
        }
    }

    private static long bytes(int steps, boolean gradient) {
        return Compiler.explain(graph(steps, gradient)).classBytes();
    }

    /** Medians of compilations in turn, the graph's building included. */
    private static double[] milliseconds(boolean gradient) {
        double[] few = new double[REPETITIONS];
        double[] many = new double[REPETITIONS];
        for (int warm = 0; warm < REPETITIONS; warm++) {
            seconds(FEW, gradient);
            seconds(MANY, gradient);
        }
        for (int k = 0; k < REPETITIONS; k++) {
            // Neither always comes first.
            double[] first = k % 2 == 0 ? few : many;
            double[] second = k % 2 == 0 ? many : few;
            first[k] = seconds(first == few ? FEW : MANY, gradient);
            second[k] = seconds(second == few ? FEW : MANY, gradient);
        }
        Arrays.sort(few);
        Arrays.sort(many);
        return new double[] {few[REPETITIONS / 2] * 1e3, many[REPETITIONS / 2] * 1e3};
    }

    private static double seconds(int steps, boolean gradient) {
        long start = System.nanoTime();
        Compiler.compile(graph(steps, gradient));
        return (System.nanoTime() - start) / 1e9;
    }

    /** h ← tanh(x·u + h·w). */
    private static Graph graph(int steps, boolean gradient) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, steps, BATCH, WIDTH);
        Node u = b.input("u", DType.F32, WIDTH, WIDTH);
        Node w = b.input("w", DType.F32, WIDTH, WIDTH);
        Node last = Loops.scan(b, steps, false, List.of(b.input("h", DType.F32, BATCH, WIDTH)), List.of(x), (s, h, xs) ->
                new Loops.Step(List.of(s.tanh(s.add(s.matmul(xs.getFirst(), u), s.matmul(h.getFirst(), w)))), List.of())).getFirst();
        Node loss = b.sumAll(b.square(last));
        b.output("loss", loss);
        if (gradient) {
            List<Node> d = Gradient.of(b, loss, List.of(u, w));
            b.output("du", d.getFirst());
            b.output("dw", d.getLast());
        }
        return b.build();
    }
}
