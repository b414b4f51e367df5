package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.benchmarks.Interleaved;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Padding;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import java.util.List;

/** The gradient of a convolution by its data: contractions alone, no buffer for each tap, and as fast as a matrix product of its size. */
final class ConvolutionGradient {
    private static final int BATCH = 8;
    private static final int SIZE = 28;
    private static final int IN = 32;
    private static final int OUT = 64;
    private static final int TAPS = 3;
    private static final double WARM = 2;
    private static final double MEASURE = 2;

    private ConvolutionGradient() {}

    static void report(Report report) {
        for (int stride = 1; stride <= 2; stride++) {
            String row = "convolution-dx-stride-" + stride;
            Graph g = dx(stride);
            Explanation e = Compiler.explain(g);
            List<Explanation.Launch> computing = e.launches().stream().filter(ConvolutionGradient::computes).toList();
            boolean contractions = !computing.isEmpty() && computing.stream().allMatch(l -> l.kind().equals("contraction"));
            report.fact(row + "-kernels", e.launches().stream().map(Explanation.Launch::kind).toList().toString(), "contractions, and what only moves", contractions);
            long largest = e.launches().stream().mapToLong(l -> Math.max(l.scratchBytes(), l.bytesWritten())).max().orElseThrow();
            long input = 4L * BATCH * SIZE * SIZE * IN;
            report.figure(row + "-taps-times-input-bytes", (double) input * TAPS * TAPS);
            // What is padded for the taps that reach over the border is a little larger than what it pads.
            report.atMost(row + "-largest-buffer-in-inputs-or-outputs", (double) largest / Math.max(input, (double) input * OUT / IN / (stride * stride)), 1.5);
            int places = (SIZE + stride - 1) / stride;
            Session conv = session(g);
            Session matmul = session(matmul(BATCH * places * places, OUT, TAPS * TAPS * IN));
            report.figure(row + "-time-in-matmuls", Interleaved.ratio(conv::run, matmul::run, WARM, MEASURE));
        }
    }

    private static boolean computes(Explanation.Launch l) {
        return l.kernel().contains("fma(") || l.kernel().contains("mul(") || l.kernel().contains("add(");
    }

    /** With dy as an input, so that nothing of the forward pass is left. */
    private static Graph dx(int stride) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, BATCH, SIZE, SIZE, IN);
        Node y = Convolutions.conv(b, x, b.input("w", DType.F32, TAPS, TAPS, IN, OUT), stride, Padding.Rule.SAME);
        Node dy = b.input("dy", DType.F32, y.shape().toArray());
        b.output("dx", Gradient.of(b, b.sumAll(b.mul(y, dy)), x));
        return b.build();
    }

    private static Graph matmul(int m, int k, int n) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.matmul(b.input("a", DType.F32, m, k), b.input("b", DType.F32, k, n)));
        return b.build();
    }

    private static Session session(Graph g) {
        Session s = Compiler.compile(g).newSession(1);
        for (Slot slot : s.function().signature().inputs()) {
            float[] values = new float[slot.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (i % 101) * 0.01f - 0.5f;
            }
            s.set(slot.name(), values);
        }
        return s;
    }
}
