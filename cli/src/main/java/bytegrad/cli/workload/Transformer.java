package bytegrad.cli.workload;

import bytegrad.autodiff.optim.Optimizer;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Attention;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Normalizations;
import java.util.Optional;

/** The causal transformer of workload E: 2 layers of width 256 with 4 heads over 64 characters of 96, normalised before each part. */
final class Transformer {
    private static final int LENGTH = 64;
    private static final int WIDTH = 256;
    private static final int HEADS = 4;
    private static final int INNER = 1024;
    private static final int CHARACTERS = 96;
    private static final int LAYERS = 2;
    private static final double EPSILON = 1e-5;
    private static final float SMALL = 0.1f;
    private static final float EMBEDDING = 0.2f;

    private final Network net;
    private final GraphBuilder b;
    private final int batch;

    private Transformer(DType dtype, int batch) {
        this.net = new Network(dtype);
        this.b = net.b;
        this.batch = batch;
    }

    private Node logits() {
        Node token = net.parameter("tok", new Fill.Uniform(1, EMBEDDING), CHARACTERS, WIDTH);
        Node position = net.parameter("pos", new Fill.Uniform(2, EMBEDDING), LENGTH, WIDTH);
        Node h = Layers.embedding(b, token, net.indices("id", new Fill.Index(101, CHARACTERS), batch, LENGTH));
        h = b.add(h, position);
        for (int layer = 0; layer < LAYERS; layer++) {
            String name = "l" + layer + ".";
            int seed = 10 + 20 * layer;
            h = b.label(b.add(h, attention(name, seed, norm(name + "ln1", seed, h))), name + "attention");
            h = b.label(b.add(h, perceptron(name, seed, norm(name + "ln2", seed + 6, h))), name + "mlp");
        }
        Node head = net.parameter("Whead", new Fill.Uniform(52, SpecNumbers.kaiming(WIDTH)), WIDTH, CHARACTERS);
        return b.label(Layers.linear(b, norm("lnf", 50, h), head), "logits");
    }

    private Node norm(String name, int seed, Node x) {
        Node g = net.parameter(name + "g", new Fill.Uniform(seed, SMALL, 1), WIDTH);
        Node shift = net.parameter(name + "b", new Fill.Uniform(seed + 1, SMALL), WIDTH);
        return Normalizations.layer(b, x, g, shift, EPSILON);
    }

    private Node attention(String name, int seed, Node x) {
        return Attention.self(b, x, net.weight(name + "Wqkv", seed + 2, WIDTH, 3 * WIDTH), net.bias(name + "bqkv", seed + 3, 3 * WIDTH),
                net.weight(name + "Wo", seed + 4, WIDTH, WIDTH), net.bias(name + "bo", seed + 5, WIDTH), HEADS,
                Optional.of(Attention.causal(b, LENGTH, LENGTH)));
    }

    private Node perceptron(String name, int seed, Node x) {
        Node h = Layers.dense(b, x, net.weight(name + "Wfc", seed + 8, WIDTH, INNER), net.bias(name + "bfc", seed + 9, INNER));
        return Layers.dense(b, Activations.gelu(b, h), net.weight(name + "Wpr", seed + 10, INNER, WIDTH), net.bias(name + "bpr", seed + 11, WIDTH));
    }

    static Task inference(DType dtype, int batch) {
        Transformer t = new Transformer(dtype, batch);
        return t.net.inference(t.logits());
    }

    static Task training(DType dtype, int batch, Optimizer optimizer, Detail detail) {
        Transformer t = new Transformer(dtype, batch);
        Node logits = t.logits();
        Node target = t.net.indices("target", new Fill.Index(102, CHARACTERS), batch, LENGTH);
        return t.net.training(Losses.softmaxCrossEntropy(t.b, logits, target), optimizer, detail);
    }
}
