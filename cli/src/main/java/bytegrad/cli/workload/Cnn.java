package bytegrad.cli.workload;

import bytegrad.autodiff.optim.Optimizer;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Padding;
import java.util.List;

/**
 * The convolutional net of workload D: two 3×3 convolutions, a pooling and two dense layers over 28×28 pictures. Channels are last here, and
 * kernels [3,3,in,out]; the numbers, and the gradients when they are asked for, are SPEC.md's with channels first.
 */
final class Cnn {
    private static final int SIDE = 28;
    private static final int POOLED = 12;
    private static final int FIRST = 32;
    private static final int SECOND = 64;
    private static final int HIDDEN = 128;
    private static final int CLASSES = 10;

    private Cnn() {}

    private static Node logits(Network net, int batch) {
        GraphBuilder b = net.b;
        Node x = net.data("x", new Fill.Uniform(101, 2), batch, SIDE, SIDE, 1);
        Node h = conv(net, x, kernel(net, "K1", 1, 1, FIRST), net.bias("c1", 2, FIRST));
        h = conv(net, h, kernel(net, "K2", 3, FIRST, SECOND), net.bias("c2", 4, SECOND));
        h = Convolutions.maxPool(b, h, List.of(2, 2), List.of(2, 2), Padding.Rule.VALID);
        int features = POOLED * POOLED * SECOND;
        h = b.reshape(h, batch, features);
        h = Activations.relu(b, Layers.dense(b, h, flattened(net, features), net.bias("b1", 6, HIDDEN)));
        return b.label(Layers.dense(b, h, net.weight("W2", 7, HIDDEN, CLASSES), net.bias("b2", 8, CLASSES)), "logits");
    }

    private static Node conv(Network net, Node x, Node w, Node bias) {
        Node y = Convolutions.conv(net.b, x, w, 1, Padding.Rule.VALID);
        return Activations.relu(net.b, net.b.add(y, net.b.broadcast(bias, y.shape(), 3)));
    }

    private static Node kernel(Network net, String name, int seed, int in, int out) {
        Fill fill = new Fill.Moved(new Fill.Uniform(seed, SpecNumbers.kaiming(9 * in)), Shape.of(out, in, 3, 3), List.of(2, 3, 1, 0));
        return net.parameter(name, fill, d -> net.b.transpose(d, 3, 2, 0, 1), 3, 3, in, out);
    }

    /** Rows in the order of height, width, channel; SPEC.md's in that of channel, height, width. */
    private static Node flattened(Network net, int features) {
        Fill fill = new Fill.Moved(new Fill.Uniform(5, SpecNumbers.kaiming(features)), Shape.of(SECOND, POOLED, POOLED, HIDDEN), List.of(1, 2, 0, 3));
        return net.parameter("W1", fill, d -> net.b.reshape(net.b.transpose(net.b.reshape(d, POOLED, POOLED, SECOND, HIDDEN), 2, 0, 1, 3), features, HIDDEN),
                features, HIDDEN);
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
