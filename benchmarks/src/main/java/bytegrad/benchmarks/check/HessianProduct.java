package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.Hessian;
import bytegrad.benchmarks.Interleaved;
import bytegrad.benchmarks.Sessions;
import bytegrad.cli.workload.Fill;
import bytegrad.cli.workload.Task;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The product of a Hessian and a vector: its time in gradients for the loss of workload A, and its values for a net small enough for the dense matrix. */
final class HessianProduct {
    private static final List<Integer> WIDTHS = List.of(784, 256, 128, 10);
    private static final int BATCH = 64;
    private static final List<Integer> SMALL = List.of(7, 6, 5, 3);
    private static final int SMALL_BATCH = 9;
    private static final double MOST = 4;
    private static final double MOST_ERROR = 1e-12;
    private static final double WARM = 5;
    private static final double MEASURE = 6;

    private HessianProduct() {}

    static void report(Report report) {
        Session product = Sessions.of(new Net(DType.F32, WIDTHS, BATCH).products(false), Options.DEFAULT);
        Session gradient = Sessions.of(new Net(DType.F32, WIDTHS, BATCH).gradients(), Options.DEFAULT);
        report.atMost("hessian-product-in-gradients", Interleaved.ratio(product::run, gradient::run, WARM, MEASURE), MOST);
        report.atMost("hessian-product-against-dense", error(), MOST_ERROR);
    }

    /** The greatest difference between H·v and Σ of the blocks times v, over the greatest element. */
    private static double error() {
        Session s = Sessions.of(new Net(DType.F64, SMALL, SMALL_BATCH).products(true), Options.DEFAULT);
        s.run();
        double difference = 0;
        double scale = 0;
        for (int k = 0; k < 2 * (SMALL.size() - 1); k++) {
            double[] fast = s.get("product" + k).doubles();
            double[] dense = s.get("dense" + k).doubles();
            for (int i = 0; i < fast.length; i++) {
                difference = Math.max(difference, Math.abs(fast[i] - dense[i]));
                scale = Math.max(scale, Math.abs(dense[i]));
            }
        }
        return scale == 0 ? Double.NaN : difference / scale;
    }

    /** A perceptron with relu and the loss of workload A. */
    private static final class Net {
        private final GraphBuilder b = new GraphBuilder();
        private final Map<String, Fill> fills = new LinkedHashMap<>();
        private final List<Node> parameters = new ArrayList<>();
        private final Node loss;

        Net(DType dtype, List<Integer> widths, int batch) {
            Node h = input("x", new Fill.Uniform(101, 2), dtype, batch, widths.getFirst());
            for (int layer = 1; layer < widths.size(); layer++) {
                int in = widths.get(layer - 1);
                Node w = input("W" + layer, new Fill.Uniform(2 * layer - 1, (float) (2 * Math.sqrt(6.0 / in))), dtype, in, widths.get(layer));
                Node bias = input("b" + layer, new Fill.Uniform(2 * layer, 0.1f), dtype, widths.get(layer));
                parameters.add(w);
                parameters.add(bias);
                Node z = Layers.dense(b, h, w, bias);
                h = layer < widths.size() - 1 ? Activations.relu(b, z) : z;
            }
            loss = Losses.softmaxCrossEntropy(b, h, input("label", new Fill.Index(102, widths.getLast()), DType.I32, batch));
        }

        private Node input(String name, Fill fill, DType dtype, int... dims) {
            fills.put(name, fill);
            return b.input(name, dtype, dims);
        }

        Task gradients() {
            List<Node> d = Gradient.of(b, loss, parameters);
            for (int k = 0; k < d.size(); k++) {
                b.output("gradient" + k, d.get(k));
            }
            return new Task(b.build(), fills);
        }

        Task products(boolean dense) {
            List<Node> vs = new ArrayList<>();
            for (Node p : parameters) {
                vs.add(input("v" + vs.size(), new Fill.Uniform(200 + vs.size(), 1), p.dtype(), p.shape().toArray()));
            }
            List<Node> products = Hessian.times(b, loss, parameters, vs);
            for (int k = 0; k < products.size(); k++) {
                b.output("product" + k, products.get(k));
            }
            if (dense) {
                List<List<Node>> blocks = Hessian.of(b, loss, parameters);
                for (int i = 0; i < blocks.size(); i++) {
                    b.output("dense" + i, row(blocks.get(i), vs));
                }
            }
            return new Task(b.build(), fills);
        }

        /** Σₖ Hᵢₖ·vₖ, by flattened blocks. */
        private Node row(List<Node> blocks, List<Node> vs) {
            Node sum = null;
            for (int k = 0; k < vs.size(); k++) {
                int columns = vs.get(k).type().size();
                int rows = blocks.get(k).type().size() / columns;
                Node y = b.matmul(b.reshape(blocks.get(k), rows, columns), b.reshape(vs.get(k), columns, 1));
                sum = sum == null ? y : b.add(sum, y);
            }
            return java.util.Objects.requireNonNull(sum);
        }
    }
}
