package bytegrad.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import bytegrad.cli.workload.Workload;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The networks of SPEC.md as ONNX models, operator set 17: kernels [out, in, height, width], dense weights [in, out], channels before places. */
final class OnnxNet {
    private static final int WIDTH = 256;
    private static final int LENGTH = 64;
    private static final int HEADS = 4;
    private static final int LAYERS = 2;
    private static final int SIDE = 28;

    /**
     * What is fed at every call.
     *
     * @param floats empty where there are integers
     */
    record Feed(String name, FloatBuffer floats, IntBuffer ints, List<Integer> shape) {
        OnnxTensor tensor(OrtEnvironment environment) throws OrtException {
            long[] dims = shape.stream().mapToLong(Integer::longValue).toArray();
            return ints.hasRemaining() ? OnnxTensor.createTensor(environment, ints, dims) : OnnxTensor.createTensor(environment, floats, dims);
        }
    }

    private final OnnxModel model = new OnnxModel();
    private final Inputs inputs;
    private final List<Feed> feeds = new ArrayList<>();

    OnnxNet(Workload workload) {
        inputs = new Inputs(workload);
        model.output(switch (workload) {
            case A, B, C1, C64 -> perceptron();
            case D, D1, D32 -> convolutional();
            case E, E1, E8 -> transformer();
            case F, FG -> chain();
            case H512, H1024 -> model.node("MatMul", data("A"), data("B"));
        });
    }

    byte[] model() {
        return model.bytes();
    }

    List<Feed> feeds() {
        return feeds;
    }

    private String data(String name) {
        return data(name, inputs.tensor(name).shape());
    }

    private String data(String name, int... shape) {
        float[] values = inputs.floats(name);
        FloatBuffer direct = direct(values.length).asFloatBuffer().put(values).rewind();
        feeds.add(new Feed(name, direct, IntBuffer.allocate(0), java.util.Arrays.stream(shape).boxed().toList()));
        return model.input(name, OnnxModel.FLOAT, shape);
    }

    private static ByteBuffer direct(int elements) {
        return ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.nativeOrder());
    }

    private String parameter(String name) {
        return model.constant(inputs.floats(name), inputs.tensor(name).shape());
    }

    private String number(double v) {
        return model.constant(new float[] {(float) v});
    }

    private String dense(String x, String w, String b) {
        return model.node("Gemm", x, w, parameter(b));
    }

    private String relu(String x) {
        return model.node("Relu", x);
    }

    private String perceptron() {
        String h = relu(dense(data("x"), parameter("W1"), "b1"));
        return dense(relu(dense(h, parameter("W2"), "b2")), parameter("W3"), "b3");
    }

    private String convolutional() {
        String h = convolved(convolved(data("x", inputs.batch(), 1, SIDE, SIDE), "K1", "c1"), "K2", "c2");
        h = model.node("MaxPool", List.of(h), Map.of("kernel_shape", List.of(2, 2), "strides", List.of(2, 2)));
        String first = model.constant(inputs.moved("W1", inputs.rowsByChannel(), List.of(2, 0, 1, 3)), 9216, 128);
        return dense(relu(dense(model.node("Flatten", h), first, "b1")), parameter("W2"), "b2");
    }

    private String convolved(String x, String k, String b) {
        int[] s = inputs.tensor(k).shape();
        String kernel = model.constant(inputs.outerKernel(k), s[3], s[2], s[0], s[1]);
        return relu(model.node("Conv", List.of(x, kernel, parameter(b)), Map.of("kernel_shape", List.of(s[0], s[1]))));
    }

    private String norm(String x, String name) {
        return model.node("LayerNormalization", x, parameter(name + "g"), parameter(name + "b"));
    }

    private String linear(String x, String w, String b) {
        return model.node("Add", model.node("MatMul", x, parameter(w)), parameter(b));
    }

    /** As exporters write it, so that it is recognised. */
    private String gelu(String x) {
        String erf = model.node("Erf", model.node("Div", x, number(Math.sqrt(2))));
        return model.node("Mul", model.node("Mul", x, model.node("Add", erf, number(1))), number(0.5));
    }

    private String transformer() {
        int n = inputs.batch();
        int[] ids = inputs.ints("id");
        IntBuffer direct = direct(ids.length).asIntBuffer().put(ids).rewind();
        feeds.add(new Feed("id", FloatBuffer.allocate(0), direct, List.of(n, LENGTH)));
        String h = model.node("Add", model.node("Gather", parameter("tok"), model.input("id", OnnxModel.INT32, n, LENGTH)), parameter("pos"));
        String mask = model.constant(Inputs.causalMask(), LENGTH, LENGTH);
        for (int layer = 0; layer < LAYERS; layer++) {
            String l = "l" + layer + ".";
            h = model.node("Add", h, linear(attention(linear(norm(h, l + "ln1"), l + "Wqkv", l + "bqkv"), mask, n), l + "Wo", l + "bo"));
            h = model.node("Add", h, linear(gelu(linear(norm(h, l + "ln2"), l + "Wfc", l + "bfc")), l + "Wpr", l + "bpr"));
        }
        return model.node("MatMul", norm(h, "lnf"), parameter("Whead"));
    }

    private String attention(String qkv, String mask, int n) {
        int head = WIDTH / HEADS;
        List<String> parts = model.nodes("Split", List.of(qkv), Map.of("axis", List.of(-1)), 3);
        String q = heads(parts.get(0), n, List.of(0, 2, 1, 3));
        String k = heads(parts.get(1), n, List.of(0, 2, 3, 1));
        String v = heads(parts.get(2), n, List.of(0, 2, 1, 3));
        String scores = model.node("Add", model.node("Mul", model.node("MatMul", q, k), number(1 / Math.sqrt(head))), mask);
        String seen = model.node("MatMul", model.node("Softmax", scores), v);
        String together = model.node("Transpose", List.of(seen), Map.of("perm", List.of(0, 2, 1, 3)));
        return model.node("Reshape", together, model.shape(n, LENGTH, WIDTH));
    }

    private String heads(String part, int n, List<Integer> order) {
        return model.node("Transpose", List.of(model.node("Reshape", part, model.shape(n, LENGTH, HEADS, WIDTH / HEADS))), Map.of("perm", order));
    }

    private String chain() {
        String a = data("a");
        String b = data("b");
        String c = data("c");
        String x = data("x");
        String inner = gelu(model.node("Add", model.node("Mul", a, x), b));
        return model.node("Add", model.node("Tanh", model.node("Mul", inner, c)), x);
    }
}
