package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.layer.Dense;
import bytegrad.ir.nn.layer.Embedding;
import bytegrad.ir.nn.layer.Initializer;
import bytegrad.ir.nn.layer.Layer;
import bytegrad.ir.nn.layer.Norm;
import bytegrad.ir.nn.layer.Recurrence;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.nn.layer.TransformerBlock;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A training step of many layers, whose activations are most of its memory. */
record DeepNetwork(String name, Graph graph, int classes) {
    private static final int TOKENS = 64;

    /** A perceptron of so many layers of one width, with gelu. */
    static DeepNetwork perceptron(int layers, int width, int batch) {
        return perceptron(layers, width, batch, 0);
    }

    /** A causal transformer of so many layers over 64 characters. */
    static DeepNetwork transformer(int layers, int width, int batch) {
        return transformer(layers, width, batch, 0);
    }

    /** @param together so many layers at a time are a subgraph whose inside is computed again for the gradient; 0 for none */
    static DeepNetwork perceptron(int layers, int width, int batch, int together) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b);
        Node h = b.input("x", DType.F32, batch, width);
        h = layers(b, layers - 1, together, h, (k, x) -> Activations.gelu(b, scope.call("layer" + k, new Dense(width), x)));
        return trained("mlp-" + layers, b, scope, scope.call("head", new Dense(10), h), b.input("target", DType.I32, batch), 10);
    }

    /** @param together as for a perceptron */
    static DeepNetwork transformer(int layers, int width, int batch, int together) {
        int characters = 96;
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b);
        Node h = scope.call("tok", new Embedding(characters, width), b.input("id", DType.I32, batch, TOKENS));
        Layer block = new TransformerBlock(4, 4 * width, true, 0);
        h = layers(b, layers, together, h, (k, x) -> scope.call("layer" + k, block, x));
        Node logits = scope.call("head", new Dense(characters), scope.call("norm", new Norm.LayerNorm(), h));
        return trained("transformer-" + layers, b, scope, logits, b.input("target", DType.I32, batch, TOKENS), characters);
    }

    /** An LSTM over so many steps, of 16 numbers each, whose steps compute all of their gates, and a head over its last state. */
    static DeepNetwork lstm(int steps, int width, int batch) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b);
        Node x = b.input("x", DType.F32, steps, batch, 16);
        Node wx = scope.parameter("input", Initializer.GLOROT_UNIFORM, 16, 4 * width);
        Node wh = scope.parameter("recurrent", Initializer.GLOROT_UNIFORM, width, 4 * width);
        Node zeros = b.full(new TensorType(DType.F32, Shape.of(batch, width)), 0);
        Node last = Loops.scan(b, steps, false, List.of(zeros, zeros), List.of(x), (s, state, xs) -> {
            Node gates = s.add(s.matmul(xs.getFirst(), wx), s.matmul(state.getFirst(), wh));
            Node i = s.sigmoid(s.slice(gates, 1, 0, width));
            Node f = s.sigmoid(s.slice(gates, 1, width, 2 * width));
            Node g = s.tanh(s.slice(gates, 1, 2 * width, 3 * width));
            Node o = s.sigmoid(s.slice(gates, 1, 3 * width, 4 * width));
            Node c = s.add(s.mul(f, state.getLast()), s.mul(i, g));
            return new Loops.Step(List.of(s.mul(o, s.tanh(c)), c), List.of());
        }).getFirst();
        return trained("lstm-" + steps, b, scope, scope.call("head", new Dense(10), last), b.input("target", DType.I32, batch), 10);
    }

    /**
     * The layer over sequences of [batch, steps, 16], whose products with x are one contraction in front of the loop, and a head over its
     * last state.
     */
    static DeepNetwork lstmLayer(int steps, int width, int batch) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b);
        Node all = scope.call("lstm", new Recurrence(Recurrence.Kind.LSTM, width), b.input("x", DType.F32, batch, steps, 16));
        Node last = b.reshape(b.slice(all, 1, steps - 1, steps), batch, width);
        return trained("lstm-layer-" + steps, b, scope, scope.call("head", new Dense(10), last), b.input("target", DType.I32, batch), 10);
    }

    private static Node layers(GraphBuilder b, int layers, int together, Node x, BiFunction<Integer, Node, Node> layer) {
        Node h = x;
        for (int k = 0; k < layers; k += Math.max(1, together)) {
            int from = k;
            int end = Math.min(layers, k + Math.max(1, together));
            Node in = h;
            Supplier<Node> some = () -> {
                Node y = in;
                for (int i = from; i < end; i++) {
                    y = layer.apply(i, y);
                }
                return y;
            };
            h = together == 0 ? some.get() : b.recompute(some);
        }
        return h;
    }

    private static DeepNetwork trained(String name, GraphBuilder b, Scope scope, Node logits, Node target, int classes) {
        Node loss = Losses.softmaxCrossEntropy(b, logits, target);
        b.output("loss", loss);
        List<Node> parameters = scope.trained();
        new Sgd(0.01).apply(b, parameters, Gradient.of(b, loss, parameters));
        return new DeepNetwork(name, b.build(), classes);
    }

    Explanation explain(Options options) {
        return Compiler.explain(graph, options);
    }

    /** A session with small random parameters and data, the same ones for the same graph. */
    Session session(Options options, int threads) {
        var f = Compiler.compile(graph, options);
        Session s = f.newSession(threads);
        SplittableRandom random = new SplittableRandom(7);
        for (Slot slot : f.signature().states()) {
            s.set(slot.name(), random(slot, random, 0.1));
        }
        for (Slot slot : f.signature().inputs()) {
            s.set(slot.name(), slot.type() == ElementType.I32 ? indices(slot, random) : random(slot, random, 1));
        }
        return s;
    }

    private static Tensor random(Slot slot, SplittableRandom random, double scale) {
        float[] a = new float[slot.size()];
        for (int i = 0; i < a.length; i++) {
            a[i] = (float) (scale * (2 * random.nextDouble() - 1));
        }
        return Tensor.of(a, slot.dims());
    }

    private Tensor indices(Slot slot, SplittableRandom random) {
        int[] a = new int[slot.size()];
        for (int i = 0; i < a.length; i++) {
            a[i] = random.nextInt(classes);
        }
        return Tensor.of(a, slot.dims());
    }

    /** The losses of so many steps from where a session is. */
    static List<Double> losses(Session s, int steps) {
        return Stream.generate(() -> {
            s.run();
            return s.scalar("loss");
        }).limit(steps).toList();
    }
}
