package bytegrad.cli.workload;

import bytegrad.autodiff.optim.Optimizer;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import java.util.List;

/** The perceptron 784-256-128-10 with relu of workloads A, B and C. */
final class Mlp {
    private static final List<Integer> WIDTHS = List.of(784, 256, 128, 10);
    private static final int CLASSES = 10;

    private Mlp() {}

    private static Node logits(Network net, int batch) {
        Node h = net.data("x", new Fill.Uniform(101, 2), batch, WIDTHS.get(0));
        for (int layer = 1; layer < WIDTHS.size(); layer++) {
            int in = WIDTHS.get(layer - 1);
            int out = WIDTHS.get(layer);
            Node z = Layers.dense(net.b, h, net.weight("W" + layer, 2 * layer - 1, in, out), net.bias("b" + layer, 2 * layer, out));
            h = layer < WIDTHS.size() - 1 ? Activations.relu(net.b, z) : z;
        }
        return net.b.label(h, "logits");
    }

    static Task inference(DType dtype, int batch) {
        Network net = new Network(dtype);
        return net.inference(logits(net, batch));
    }

    static Task training(DType dtype, int batch, Optimizer optimizer, Detail detail) {
        Network net = new Network(dtype);
        Node logits = logits(net, batch);
        return net.training(Losses.softmaxCrossEntropy(net.b, logits, net.indices("label", new Fill.Index(102, CLASSES), batch)), optimizer, detail);
    }
}
