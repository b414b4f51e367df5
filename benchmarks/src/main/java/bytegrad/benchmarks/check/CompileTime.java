package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Normalizations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What compiling takes, once the JVM has compiled the compiler: of A, and of graphs of many nodes. HotSpot's compilation of what is emitted comes later
 * and does not count.
 */
final class CompileTime {
    private static final List<Integer> SIZES = List.of(500, 1000, 2000, 5000);
    private static final int WARM_UPS = 8;
    private static final int REPETITIONS = 5;
    private static final double A_MILLIS = 150;
    private static final double SMALL_MILLIS = 1000;
    private static final double GREAT_MILLIS = 5000;
    private static final double STEEPEST = 1.2;
    private static final int BATCH = 16;
    private static final int LENGTH = 1024;
    private static final int RECENT = 8;
    /** Layers of one size would share their kernels, and compile in less. */
    private static final List<Integer> WIDTHS = List.of(24, 32, 48, 64, 80, 96, 40);

    enum Form {
        /** Training steps of residual layers of various widths. */
        LAYERS,
        /** Elementwise functions of recent values, with the gradient. */
        ELEMENTWISE
    }

    private CompileTime() {}

    static void report(Report report) {
        if (report.wants("compile-A")) {
            Graph a = Workload.A.task().graph();
            repeat(a, 2 * WARM_UPS);
            report.atMost("compile-A-ms", repeat(a, REPETITIONS), A_MILLIS);
        }
        for (Form form : Form.values()) {
            String row = "compile-" + form.name().toLowerCase(Locale.ROOT);
            if (report.wants(row)) {
                form(report, row, form);
            }
        }
    }

    private static void form(Report report, String row, Form form) {
        repeat(graph(form, SIZES.get(1)), WARM_UPS);
        double[] nodes = new double[SIZES.size()];
        double[] millis = new double[SIZES.size()];
        for (int i = 0; i < nodes.length; i++) {
            Graph g = graph(form, SIZES.get(i));
            nodes[i] = g.nodes().size();
            millis[i] = repeat(g, REPETITIONS);
            String name = row + "-" + (int) nodes[i] + "-nodes-ms";
            if (i == 0) {
                report.atMost(name, millis[i], SMALL_MILLIS);
            } else if (i == nodes.length - 1) {
                report.atMost(name, millis[i], GREAT_MILLIS);
            } else {
                report.figure(name, millis[i]);
            }
        }
        report.atMost(row + "-slope", Linearity.slope(nodes, millis), STEEPEST);
    }

    /** The middle of some compilations, in milliseconds. */
    private static double repeat(Graph graph, int times) {
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            System.gc();
            long start = System.nanoTime();
            Compiler.compile(graph);
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        return millis[times / 2];
    }

    /** The first graph of the form that has at least so many nodes. */
    static Graph graph(Form form, int nodes) {
        int size = 1;
        while (true) {
            Graph g = switch (form) {
                case LAYERS -> layers(size);
                case ELEMENTWISE -> elementwise(size);
            };
            if (g.nodes().size() >= nodes) {
                return g;
            }
            size += Math.max(1, (int) (0.9 * size * (nodes - g.nodes().size()) / g.nodes().size()));
        }
    }

    private static Graph layers(int count) {
        GraphBuilder b = new GraphBuilder();
        List<Node> parameters = new ArrayList<>();
        int width = WIDTHS.get(0);
        Node h = b.input("x", DType.F32, BATCH, width);
        for (int i = 0; i < count; i++) {
            int next = WIDTHS.get((i + 1) % WIDTHS.size());
            Node in = Normalizations.layer(b, h, parameter(b, parameters, "g" + i, width), parameter(b, parameters, "s" + i, width), 1e-5);
            Node z = Activations.gelu(b, Layers.dense(b, in, parameter(b, parameters, "w" + i, width, next), parameter(b, parameters, "b" + i, next)));
            h = next == width ? b.add(h, z) : z;
            width = next;
        }
        Node loss = Losses.mse(b, h, b.input("t", DType.F32, BATCH, width));
        new Adam(1e-3).apply(b, parameters, Gradient.of(b, loss, parameters));
        b.output("loss", loss);
        return b.build();
    }

    private static Node parameter(GraphBuilder b, List<Node> parameters, String name, int... dims) {
        Node p = b.input(name, DType.F32, dims);
        parameters.add(p);
        return p;
    }

    private static Graph elementwise(int count) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, LENGTH);
        SplittableRandom random = new SplittableRandom(1);
        List<Node> made = new ArrayList<>(List.of(x));
        for (int i = 0; i < count; i++) {
            Node p = made.getLast();
            Node q = made.get(made.size() - 1 - random.nextInt(Math.min(RECENT, made.size())));
            made.add(switch (i % 3) {
                case 0 -> b.add(p, q);
                case 1 -> b.mul(p, q);
                default -> b.tanh(p);
            });
        }
        Node loss = b.sumAll(made.getLast());
        b.output("loss", loss);
        b.output("dx", Gradient.of(b, loss, x));
        return b.build();
    }
}
