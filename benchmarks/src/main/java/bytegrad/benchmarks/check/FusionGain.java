package bytegrad.benchmarks.check;

import bytegrad.autodiff.optim.Adam;
import bytegrad.benchmarks.Call;
import bytegrad.benchmarks.Interleaved;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Normalizations;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import java.util.List;
import java.util.Set;

/** How many times as long a graph takes where each node has a kernel of its own and is stored: the same kernels otherwise. */
final class FusionGain {
    private static final Set<Workload> ELEMENTWISE = Set.of(Workload.F, Workload.FG);
    private static final double GAIN = 2;
    private static final double NEVER_SLOWER = 0.95;
    private static final double WARM = 2;
    private static final double MEASURE = 2;
    private static final int PARAMETERS = 1 << 22;
    /** 16 MB of them: more than the second cache. */
    private static final int NORM_ROWS = 4096;
    private static final int NORM_WIDTH = 1024;
    /** A quarter of a GB of them, and as much for the result: more than the third cache. */
    private static final int SOFTMAX_ROWS = 1 << 15;
    private static final int SOFTMAX_WIDTH = 1 << 11;

    private FusionGain() {}

    static void report(Report report) {
        for (Workload w : Workload.values()) {
            String row = "fused-by-op-by-op-" + w.title();
            if (report.wants(row)) {
                Call apart = Call.of(w, Options.DEFAULT.withFusion(false));
                Call fused = Call.of(w, Options.DEFAULT);
                report.atLeast(row, ratio(apart, fused), ELEMENTWISE.contains(w) ? GAIN : NEVER_SLOWER);
            }
        }
        formula(report, "adam", adam());
        formula(report, "layer-norm", layerNorm());
        formula(report, "softmax", softmax());
    }

    private static double ratio(Call apart, Call fused) {
        return Interleaved.ratio(() -> step(apart), () -> step(fused), WARM, MEASURE);
    }

    private static void step(Call call) {
        if (Double.isNaN(call.run())) {
            throw new IllegalStateException("a result is NaN");
        }
    }

    private static void formula(Report report, String name, Graph graph) {
        String row = "fused-by-op-by-op-" + name;
        if (report.wants(row)) {
            report.atLeast(row, ratio(new Call.Arrays(session(graph, Options.DEFAULT.withFusion(false))), new Call.Arrays(session(graph, Options.DEFAULT))), GAIN);
        }
    }

    private static Session session(Graph graph, Options options) {
        CompiledFunction f = Compiler.compile(graph, options);
        Session s = f.newSession(1);
        for (List<Slot> slots : List.of(f.signature().inputs(), f.signature().states())) {
            for (Slot slot : slots) {
                float[] x = new float[slot.size()];
                for (int i = 0; i < x.length; i++) {
                    x[i] = (i % 1009 + 1) * 1e-3f;
                }
                s.set(slot.name(), x);
            }
        }
        return s;
    }

    private static Graph adam() {
        GraphBuilder b = new GraphBuilder();
        Node p = b.input("p", DType.F32, PARAMETERS);
        new Adam(1e-3).apply(b, List.of(p), List.of(b.input("g", DType.F32, PARAMETERS)));
        return b.build();
    }

    private static Graph layerNorm() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, NORM_ROWS, NORM_WIDTH);
        b.output("y", Normalizations.layer(b, x, b.input("g", DType.F32, NORM_WIDTH), b.input("b", DType.F32, NORM_WIDTH), 1e-5));
        return b.build();
    }

    private static Graph softmax() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", Activations.softmax(b, b.input("x", DType.F32, SOFTMAX_ROWS, SOFTMAX_WIDTH), 1));
        return b.build();
    }
}
