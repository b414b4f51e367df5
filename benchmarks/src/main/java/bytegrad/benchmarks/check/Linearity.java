package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** How the time of graph, gradient and compilation grows with the graph. */
final class Linearity {
    private static final List<Integer> SIZES = List.of(1000, 2000, 5000, 10000, 20000);
    private static final int WARM_UPS = 4;
    private static final int REPETITIONS = 3;
    private static final double STEEPEST = 1.2;
    private static final int MOST_PER_EDGE = 4;
    private static final int LENGTH = 1024;
    private static final int WINDOW = 8;

    private enum Form {
        CHAIN,
        DAG
    }

    private double greatestRatio;

    private Linearity() {}

    static void report(Report report) {
        for (Form form : Form.values()) {
            String row = "linearity-" + form.name().toLowerCase(java.util.Locale.ROOT);
            if (report.wants(row)) {
                new Linearity().report(report, row, form);
            }
        }
    }

    private void report(Report report, String row, Form form) {
        for (int i = 0; i < WARM_UPS; i++) {
            seconds(form, SIZES.get(2));
        }
        double[] sizes = SIZES.stream().mapToDouble(n -> n).toArray();
        double[] medians = new double[sizes.length];
        for (int i = 0; i < medians.length; i++) {
            int size = SIZES.get(i);
            double[] times = new double[REPETITIONS];
            Arrays.setAll(times, k -> seconds(form, size));
            Arrays.sort(times);
            medians[i] = times[REPETITIONS / 2];
            report.figure(row + "-seconds-" + size, times[REPETITIONS / 2]);
        }
        report.atMost(row + "-backward-nodes-per-edge", greatestRatio, MOST_PER_EDGE);
        report.atMost(row + "-slope", slope(sizes, medians), STEEPEST);
    }

    private double seconds(Form form, int size) {
        System.gc();
        long start = System.nanoTime();
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, LENGTH);
        Node y = switch (form) {
            case CHAIN -> chain(b, x, size);
            case DAG -> dag(b, x, size);
        };
        Node loss = b.sumAll(y);
        int edges = b.nodes().stream().mapToInt(n -> n.inputs().size()).sum();
        int before = b.nodes().size();
        b.output("dx", Gradient.of(b, loss, x));
        greatestRatio = Math.max(greatestRatio, (double) (b.nodes().size() - before) / edges);
        b.output("loss", loss);
        Compiler.compile(b.build());
        return (System.nanoTime() - start) / 1e9;
    }

    /** y = y + x, y·x, tanh y, in turn. */
    private static Node chain(GraphBuilder b, Node x, int size) {
        Node y = x;
        for (int i = 0; i < size; i++) {
            y = next(b, i, y, x);
        }
        return y;
    }

    /** y = y·q + r with q, r drawn from the few latest: three operands a node, so that a value has three readers on average. */
    private static Node dag(GraphBuilder b, Node x, int size) {
        SplittableRandom random = new SplittableRandom(1);
        List<Node> made = new ArrayList<>(List.of(x));
        for (int i = 0; i < size; i++) {
            Node p = made.get(made.size() - 1);
            Node q = made.get(made.size() - 1 - random.nextInt(Math.min(WINDOW, made.size())));
            Node r = made.get(made.size() - 1 - random.nextInt(Math.min(WINDOW, made.size())));
            made.add(b.fma(p, q, r));
        }
        return made.get(size);
    }

    private static Node next(GraphBuilder b, int i, Node p, Node q) {
        return switch (i % 3) {
            case 0 -> b.add(p, q);
            case 1 -> b.mul(p, q);
            default -> b.tanh(p);
        };
    }

    /** The power of x that y grows with: the slope of the line through the logarithms that is nearest by least squares. */
    static double slope(double[] xs, double[] ys) {
        double[] x = Arrays.stream(xs).map(Math::log).toArray();
        double[] y = Arrays.stream(ys).map(Math::log).toArray();
        double mx = Arrays.stream(x).average().orElseThrow();
        double my = Arrays.stream(y).average().orElseThrow();
        double up = 0;
        double down = 0;
        for (int i = 0; i < x.length; i++) {
            up += (x[i] - mx) * (y[i] - my);
            down += (x[i] - mx) * (x[i] - mx);
        }
        return up / down;
    }
}
