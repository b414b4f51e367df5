package bytegrad.benchmarks.peers;

import bytegrad.cli.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Constant;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TType;

/** The networks of SPEC.md as a TensorFlow graph. Layouts are ours: channels last, dense weights [in, out]. */
final class TensorFlowNet {
    private static final int WIDTH = 256;
    private static final int LENGTH = 64;
    private static final int HEADS = 4;
    private static final int LAYERS = 2;

    /** A placeholder with what it is fed at every call. */
    record Feed(Operand<?> place, TType value) {}

    /** A piece of state: its handle, its value in a step, and how it begins. */
    record Variable(VarHandleOp handle, Operand<TFloat32> value, Placeholder<TFloat32> start, TFloat32 initial, Op assign, long[] shape) {}

    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final Inputs inputs;
    private final List<Variable> variables = new ArrayList<>();
    private final List<Feed> feeds = new ArrayList<>();
    private int products;

    TensorFlowNet(Workload workload) {
        inputs = new Inputs(workload);
    }

    Graph graph() {
        return graph;
    }

    List<Variable> variables() {
        return variables;
    }

    List<Feed> feeds() {
        return feeds;
    }

    private static TFloat32 tensor(float[] values, long... shape) {
        return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(values, false, true));
    }

    private Constant<TFloat32> number(double v) {
        return tf.constant((float) v);
    }

    private Constant<TInt32> axes(int... v) {
        return tf.constant(v);
    }

    private Variable variable(float[] initial, long... shape) {
        VarHandleOp handle = tf.varHandleOp(TFloat32.class, Shape.of(shape), VarHandleOp.sharedName("v" + variables.size()));
        Placeholder<TFloat32> start = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
        Variable v = new Variable(handle, tf.readVariableOp(handle, TFloat32.class), start, tensor(initial, shape), tf.assignVariableOp(handle, start), shape);
        variables.add(v);
        return v;
    }

    private Operand<TFloat32> parameter(String name) {
        return variable(inputs.floats(name), inputs.shape(name)).value();
    }

    private Operand<TFloat32> data(String name) {
        return fed(inputs.floats(name), inputs.shape(name));
    }

    private Operand<TFloat32> fed(float[] values, long... shape) {
        Placeholder<TFloat32> p = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
        feeds.add(new Feed(p, tensor(values, shape)));
        return p;
    }

    Operand<TFloat32> logits(Workload workload) {
        return switch (workload) {
            case A, B, C1, C64 -> perceptron();
            case D, D1, D32 -> convolutional();
            case E, E1, E8 -> transformer();
            case F, FG, H512, H1024 -> throw new IllegalArgumentException(workload + " has no logits");
        };
    }

    private Operand<TFloat32> dense(Operand<TFloat32> x, String w, String b) {
        return tf.nn.biasAdd(tf.linalg.matMul(x, parameter(w)), parameter(b));
    }

    private Operand<TFloat32> perceptron() {
        Operand<TFloat32> h = tf.nn.relu(dense(data("x"), "W1", "b1"));
        return dense(tf.nn.relu(dense(h, "W2", "b2")), "W3", "b3");
    }

    private Operand<TFloat32> convolutional() {
        Operand<TFloat32> h = convolved(convolved(data("x"), "K1", "c1"), "K2", "c2");
        h = tf.nn.maxPool(h, axes(1, 2, 2, 1), axes(1, 2, 2, 1), "VALID");
        h = tf.reshape(h, axes(inputs.batch(), -1));
        return dense(tf.nn.relu(dense(h, "W1", "b1")), "W2", "b2");
    }

    private Operand<TFloat32> convolved(Operand<TFloat32> x, String k, String b) {
        return tf.nn.relu(tf.nn.biasAdd(tf.nn.conv2d(x, parameter(k), List.of(1L, 1L, 1L, 1L), "VALID"), parameter(b)));
    }

    private Operand<TFloat32> norm(Operand<TFloat32> x, String name) {
        Operand<TFloat32> centred = tf.math.sub(x, tf.math.mean(x, axes(-1), Mean.keepDims(true)));
        Operand<TFloat32> variance = tf.math.mean(tf.math.square(centred), axes(-1), Mean.keepDims(true));
        Operand<TFloat32> standard = tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, number(1e-5))));
        return tf.math.add(tf.math.mul(standard, parameter(name + "g")), parameter(name + "b"));
    }

    private Operand<TFloat32> gelu(Operand<TFloat32> x) {
        return tf.math.mul(tf.math.mul(x, number(0.5)), tf.math.add(number(1), tf.math.erf(tf.math.mul(x, number(Math.sqrt(0.5))))));
    }

    /** Rows are positions of all texts: [batch · 64, 256]. */
    private Operand<TFloat32> transformer() {
        int n = inputs.batch();
        Placeholder<TInt32> ids = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of((long) n * LENGTH, 1)));
        feeds.add(new Feed(ids, TInt32.tensorOf(Shape.of((long) n * LENGTH, 1), DataBuffers.of(inputs.ints("id"), false, true))));
        Operand<TFloat32> token = tf.reshape(tf.gatherNd(parameter("tok"), ids), axes(n, LENGTH, WIDTH));
        Operand<TFloat32> h = tf.reshape(tf.math.add(token, parameter("pos")), axes(n * LENGTH, WIDTH));
        Operand<TFloat32> mask = tf.constantOf(tensor(Inputs.causalMask(), LENGTH, LENGTH));
        for (int layer = 0; layer < LAYERS; layer++) {
            String l = "l" + layer + ".";
            h = tf.math.add(h, dense(attention(dense(norm(h, l + "ln1"), l + "Wqkv", l + "bqkv"), mask, n), l + "Wo", l + "bo"));
            h = tf.math.add(h, dense(gelu(dense(norm(h, l + "ln2"), l + "Wfc", l + "bfc")), l + "Wpr", l + "bpr"));
        }
        return tf.linalg.matMul(norm(h, "lnf"), parameter("Whead"));
    }

    private Operand<TFloat32> attention(Operand<TFloat32> qkv, Operand<TFloat32> mask, int n) {
        int head = WIDTH / HEADS;
        List<Output<TFloat32>> parts = tf.unstack(tf.linalg.transpose(tf.reshape(qkv, axes(n, LENGTH, 3, HEADS, head)), axes(2, 0, 3, 1, 4)), 3L).output();
        Operand<TFloat32> scores = tf.math.mul(batched(parts.get(0), parts.get(1), true), number(1 / Math.sqrt(head)));
        Operand<TFloat32> seen = batched(tf.nn.softmax(tf.math.add(scores, mask)), parts.get(2), false);
        return tf.reshape(tf.linalg.transpose(seen, axes(0, 2, 1, 3)), axes(n * LENGTH, WIDTH));
    }

    /** Written by its name, for the Java API has another version of the op, whose gradient is missing. */
    private Operand<TFloat32> batched(Operand<TFloat32> a, Operand<TFloat32> b, boolean transposed) {
        return graph.opBuilder("BatchMatMulV2", "product" + products++, tf.scope())
                .addInput(a.asOutput())
                .addInput(b.asOutput())
                .setAttr("adj_y", transposed)
                .build()
                .output(0);
    }

    Operand<TFloat32> loss(Workload workload) {
        Operand<TFloat32> logits = logits(workload);
        int[] right = inputs.ints(workload == Workload.E ? "target" : "label");
        int classes = (int) logits.asOutput().shape().get(1);
        float[] hot = new float[right.length * classes];
        for (int i = 0; i < right.length; i++) {
            hot[i * classes + right[i]] = 1;
        }
        return tf.math.mean(tf.nn.softmaxCrossEntropyWithLogits(logits, fed(hot, right.length, classes)).loss(), axes(0));
    }

    /** SGD, or Adam in TensorFlow's form: ε is added before the bias is corrected. */
    @SuppressWarnings("unchecked")
    Op update(Operand<TFloat32> loss, float rate, boolean adam) {
        List<Variable> parameters = List.copyOf(variables);
        Output<?>[] of = parameters.stream().map(v -> v.value().asOutput()).toArray(Output<?>[]::new);
        Output<?>[] gradients = graph.addGradients(loss.asOutput(), of);
        List<Op> updates = new ArrayList<>();
        if (!adam) {
            for (int i = 0; i < of.length; i++) {
                updates.add(tf.train.resourceApplyGradientDescent(parameters.get(i).handle(), number(rate), (Operand<TFloat32>) (Operand<?>) gradients[i]));
            }
            return tf.withControlDependencies(updates).noOp();
        }
        Variable beta1 = variable(new float[] {0.9f});
        Variable beta2 = variable(new float[] {0.999f});
        for (int i = 0; i < of.length; i++) {
            Variable p = parameters.get(i);
            int size = (int) p.initial().size();
            Variable m = variable(new float[size], p.shape());
            Variable v = variable(new float[size], p.shape());
            updates.add(tf.train.resourceApplyAdam(p.handle(), m.handle(), v.handle(), beta1.value(), beta2.value(), number(rate), number(0.9), number(0.999), number(1e-8),
                    (Operand<TFloat32>) (Operand<?>) gradients[i]));
        }
        Ops after = tf.withControlDependencies(updates);
        List<Op> all = new ArrayList<>(updates);
        all.add(after.assignVariableOp(beta1.handle(), after.math.mul(beta1.value(), number(0.9))));
        all.add(after.assignVariableOp(beta2.handle(), after.math.mul(beta2.value(), number(0.999))));
        return tf.withControlDependencies(all).noOp();
    }

    /** F, and with the gradients of its sum by a, b and c. */
    @SuppressWarnings("unchecked")
    List<Operand<TFloat32>> chain(boolean gradients) {
        Operand<TFloat32> a = data("a");
        Operand<TFloat32> b = data("b");
        Operand<TFloat32> c = data("c");
        Operand<TFloat32> x = data("x");
        Operand<TFloat32> y = tf.math.add(tf.math.tanh(tf.math.mul(gelu(tf.math.add(tf.math.mul(a, x), b)), c)), x);
        List<Operand<TFloat32>> all = new ArrayList<>(List.of(y));
        if (gradients) {
            for (Output<?> d : graph.addGradients(y.asOutput(), new Output<?>[] {a.asOutput(), b.asOutput(), c.asOutput()})) {
                all.add((Operand<TFloat32>) (Operand<?>) d);
            }
        }
        return all;
    }

    Operand<TFloat32> product() {
        return tf.linalg.matMul(data("A"), data("B"));
    }
}
