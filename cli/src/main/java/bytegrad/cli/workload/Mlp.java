package bytegrad.cli.workload;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.Slot;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The perceptron 784-256-128-10 with relu of workloads A, B and C. */
final class Mlp {
    private static final List<Integer> WIDTHS = List.of(784, 256, 128, 10);
    private static final int CLASSES = 10;
    private static final float BIAS_SCALE = 0.1f;

    private final GraphBuilder b = new GraphBuilder();
    private final Map<String, Fill> fills = new LinkedHashMap<>();
    private final List<Node> parameters = new ArrayList<>();
    private final DType dtype;
    private final int batch;
    private final Node logits;

    private Mlp(DType dtype, int batch) {
        this.dtype = dtype;
        this.batch = batch;
        Node h = input("x", new Fill.Uniform(101, 2), dtype, batch, WIDTHS.get(0));
        for (int layer = 1; layer < WIDTHS.size(); layer++) {
            int in = WIDTHS.get(layer - 1);
            int out = WIDTHS.get(layer);
            Node w = input("W" + layer, new Fill.Uniform(2 * layer - 1, SpecNumbers.kaiming(in)), dtype, in, out);
            Node bias = input("b" + layer, new Fill.Uniform(2 * layer, BIAS_SCALE), dtype, out);
            parameters.add(w);
            parameters.add(bias);
            Node z = Layers.dense(b, h, w, bias);
            h = layer < WIDTHS.size() - 1 ? Activations.relu(b, z) : z;
        }
        logits = b.label(h, "logits");
    }

    private Node input(String name, Fill fill, DType type, int... dims) {
        fills.put(name, fill);
        return b.input(name, type, dims);
    }

    /** Output "logits". */
    static Task inference(DType dtype, int batch) {
        Mlp net = new Mlp(dtype, batch);
        net.b.output("logits", net.logits);
        return new Task(net.b.build(), net.fills);
    }

    /** Output "loss" of before the update, and with {@link Detail#GRADIENTS} each gradient as "grad/NAME". */
    static Task training(DType dtype, int batch, Optimizer optimizer, Detail detail) {
        Mlp net = new Mlp(dtype, batch);
        return net.train(optimizer, detail);
    }

    private Task train(Optimizer optimizer, Detail detail) {
        Node label = input("label", new Fill.Index(102, CLASSES), DType.I32, batch);
        Node loss = b.label(Losses.softmaxCrossEntropy(b, logits, label), "loss");
        List<Node> gradients = Gradient.of(b, loss, parameters);
        for (Slot slot : optimizer.apply(b, parameters, gradients)) {
            fills.put(name(slot.input()), new Fill.Same(slot.initial()));
        }
        b.output("loss", loss);
        if (detail == Detail.GRADIENTS) {
            for (int i = 0; i < parameters.size(); i++) {
                b.output("grad/" + name(parameters.get(i)), gradients.get(i));
            }
        }
        return new Task(b.build(), fills);
    }

    private static String name(Node input) {
        return ((Op.Input) input.op()).name();
    }
}
