package bytegrad.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import bytegrad.cli.workload.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The networks of SPEC.md in PyTorch's layouts: channels before places, kernels [out, in, height, width], dense weights [out, in]. */
final class PyTorchNet {
    private static final int WIDTH = 256;
    private static final int LENGTH = 64;
    private static final int HEADS = 4;
    private static final int LAYERS = 2;
    private static final int SIDE = 28;
    private static final Shape ONE = new Shape(1, 1);
    private static final Shape TWO = new Shape(2, 2);
    private static final Shape NONE = new Shape(0, 0);
    private static final Shape NORMALISED = new Shape(WIDTH);

    /** A parameter and how it begins. */
    record Parameter(NDArray array, float[] initial) {}

    private final Inputs inputs;
    private final NDManager root;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, NDArray> others = new LinkedHashMap<>();
    private final Workload workload;

    PyTorchNet(Workload workload, NDManager root) {
        this.workload = workload;
        this.inputs = new Inputs(workload);
        this.root = root;
    }

    Map<String, Parameter> parameters() {
        return parameters;
    }

    private NDArray parameter(String name, float[] values, long... shape) {
        return parameters.computeIfAbsent(name, _ -> new Parameter(root.create(values, new Shape(shape)), values)).array();
    }

    /** A bias, a scale or a table: as it is. */
    private NDArray plain(String name) {
        Parameter known = parameters.get(name);
        return known != null ? known.array() : parameter(name, inputs.floats(name), inputs.shape(name));
    }

    private NDArray weight(String name) {
        Parameter known = parameters.get(name);
        if (known != null) {
            return known.array();
        }
        long[] shape = inputs.shape(name);
        return parameter(name, inputs.transposed(name), shape[1], shape[0]);
    }

    private NDArray kernel(String name) {
        Parameter known = parameters.get(name);
        if (known != null) {
            return known.array();
        }
        long[] s = inputs.shape(name);
        return parameter(name, inputs.outerKernel(name), s[3], s[2], s[0], s[1]);
    }

    /** The first dense layer behind the convolutions: [out, channel · height · width]. */
    private NDArray flattened(String name) {
        Parameter known = parameters.get(name);
        return known != null ? known.array() : parameter(name, inputs.moved(name, inputs.rowsByChannel(), List.of(3, 2, 0, 1)), 128, 9216);
    }

    /** What goes in. One channel lies first as well as last. */
    NDArray data() {
        NDArray known = others.get("data");
        if (known != null) {
            return known;
        }
        NDArray made = switch (workload) {
            case E, E1, E8 -> root.create(Inputs.longs(inputs.ints("id")), new Shape(inputs.batch(), LENGTH));
            case D, D1, D32 -> root.create(inputs.floats("x"), new Shape(inputs.batch(), 1, SIDE, SIDE));
            case A, B, C1, C64 -> array("x");
            case F, FG, H512, H1024 -> throw new IllegalArgumentException(workload + " is no network");
        };
        others.put("data", made);
        return made;
    }

    NDArray targets() {
        return others.computeIfAbsent("targets", _ -> {
            int[] right = inputs.ints(workload == Workload.E ? "target" : "label");
            return root.create(Inputs.longs(right), new Shape(right.length));
        });
    }

    NDArray array(String name) {
        return root.create(inputs.floats(name), new Shape(inputs.shape(name)));
    }

    List<NDArray> chainInputs() {
        return List.of(array("a"), array("b"), array("c"), array("x"));
    }

    /** Rows are cases; a transformer's are positions of all texts. */
    NDArray logits(Workload w) {
        return switch (w) {
            case A, B, C1, C64 -> perceptron();
            case D, D1, D32 -> convolutional();
            case E, E1, E8 -> transformer();
            case F, FG, H512, H1024 -> throw new IllegalArgumentException(w + " has no logits");
        };
    }

    private NDArray dense(NDArray x, NDArray w, String b) {
        return Linear.linear(x, w, plain(b)).singletonOrThrow();
    }

    private NDArray perceptron() {
        NDArray h = Activation.relu(dense(data(), weight("W1"), "b1"));
        return dense(Activation.relu(dense(h, weight("W2"), "b2")), weight("W3"), "b3");
    }

    private NDArray convolutional() {
        NDArray h = convolved(convolved(data(), "K1", "c1"), "K2", "c2");
        h = Pool.maxPool2d(h, TWO, TWO, NONE, false);
        h = h.reshape(inputs.batch(), -1);
        return dense(Activation.relu(dense(h, flattened("W1"), "b1")), weight("W2"), "b2");
    }

    private NDArray convolved(NDArray x, String k, String b) {
        return Activation.relu(Conv2d.conv2d(x, kernel(k), plain(b), ONE, NONE, ONE, 1).singletonOrThrow());
    }

    private NDArray norm(NDArray x, String name) {
        return LayerNorm.layerNorm(x, NORMALISED, plain(name + "g"), plain(name + "b"), 1e-5f).singletonOrThrow();
    }

    private NDArray transformer() {
        NDArray h = Embedding.embedding(data(), plain("tok"), SparseFormat.DENSE).singletonOrThrow().add(plain("pos"));
        for (int layer = 0; layer < LAYERS; layer++) {
            String l = "l" + layer + ".";
            h = h.add(dense(attention(dense(norm(h, l + "ln1"), weight(l + "Wqkv"), l + "bqkv")), weight(l + "Wo"), l + "bo"));
            NDArray inner = Activation.gelu(dense(norm(h, l + "ln2"), weight(l + "Wfc"), l + "bfc"));
            h = h.add(dense(inner, weight(l + "Wpr"), l + "bpr"));
        }
        return Linear.linear(norm(h, "lnf"), weight("Whead")).singletonOrThrow().reshape((long) inputs.batch() * LENGTH, 96);
    }

    private NDArray attention(NDArray qkv) {
        int head = WIDTH / HEADS;
        NDArray parts = qkv.reshape(inputs.batch(), LENGTH, 3, HEADS, head).transpose(2, 0, 3, 1, 4);
        NDArray mask = others.computeIfAbsent("mask", _ -> root.create(Inputs.causalMask(), new Shape(LENGTH, LENGTH)));
        NDArray scores = parts.get(0).matMul(parts.get(1).swapAxes(2, 3)).mul(1 / Math.sqrt(head)).add(Objects.requireNonNull(mask)).softmax(-1);
        return scores.matMul(parts.get(2)).transpose(0, 2, 1, 3).reshape(inputs.batch(), LENGTH, WIDTH);
    }
}
