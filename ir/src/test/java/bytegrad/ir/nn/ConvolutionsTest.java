package bytegrad.ir.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Convolution and pooling against plain loops over places, taps and channels. */
class ConvolutionsTest {
    private final GraphBuilder b = new GraphBuilder();

    private static Value random(long seed, int... dims) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] v = new double[Shape.of(dims).size()];
        for (int i = 0; i < v.length; i++) {
            v[i] = r.nextInt(-8, 9);
        }
        return Value.of(TensorType.of(DType.F64, dims), v);
    }

    /** One number of data with two spatial axes, 0 outside. */
    private static double at(Value x, int n, int i, int j, int c, double outside) {
        Shape s = x.shape();
        boolean inside = i >= 0 && i < s.dim(1) && j >= 0 && j < s.dim(2);
        return inside ? x.at(((n * s.dim(1) + i) * s.dim(2) + j) * s.dim(3) + c) : outside;
    }

    /** The result of a convolution with these paddings before each axis. */
    private static void checkConv(Value x, Value w, int[] strides, int[] dilations, int[] low, int groups, Value y) {
        int in = w.shape().dim(2);
        int filters = w.shape().dim(3);
        int p = 0;
        for (int n = 0; n < y.shape().dim(0); n++) {
            for (int i = 0; i < y.shape().dim(1); i++) {
                for (int j = 0; j < y.shape().dim(2); j++) {
                    for (int f = 0; f < filters; f++) {
                        double sum = 0;
                        for (int k = 0; k < w.shape().dim(0); k++) {
                            for (int l = 0; l < w.shape().dim(1); l++) {
                                for (int c = 0; c < in; c++) {
                                    int group = f / (filters / groups);
                                    sum += at(x, n, i * strides[0] + k * dilations[0] - low[0], j * strides[1] + l * dilations[1] - low[1], group * in + c, 0)
                                            * w.at(((k * w.shape().dim(1) + l) * in + c) * filters + f);
                                }
                            }
                        }
                        assertEquals(sum, y.at(p++), "n " + n + " i " + i + " j " + j + " f " + f);
                    }
                }
            }
        }
    }

    private Value conv(Value x, Value w, List<Integer> strides, List<Integer> dilations, Padding padding, int groups) {
        Node y = Convolutions.conv(b, b.input("x", DType.F64, x.shape().toArray()), b.input("w", DType.F64, w.shape().toArray()),
                strides, dilations, padding, groups);
        b.output("y", y);
        return Interpreter.run(b.build(), Map.of("x", x, "w", w)).output("y");
    }

    @Test
    void same() {
        Value x = random(1, 2, 5, 6, 3);
        Value w = random(2, 3, 2, 3, 4);
        Value y = conv(x, w, List.of(1, 1), List.of(1, 1), Padding.Rule.SAME, 1);
        assertEquals(Shape.of(2, 5, 6, 4), y.shape());
        checkConv(x, w, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 0}, 1, y);
    }

    @Test
    void validStridedAndDilated() {
        Value x = random(1, 1, 9, 8, 2);
        Value w = random(2, 3, 2, 2, 3);
        Value y = conv(x, w, List.of(2, 3), List.of(2, 3), Padding.Rule.VALID, 1);
        assertEquals(Shape.of(1, 3, 2, 3), y.shape());
        checkConv(x, w, new int[] {2, 3}, new int[] {2, 3}, new int[] {0, 0}, 1, y);
    }

    @Test
    void explicitInGroups() {
        Value x = random(1, 2, 4, 5, 6);
        Value w = random(2, 3, 3, 2, 9);
        Value y = conv(x, w, List.of(1, 2), List.of(1, 1), new Padding.Explicit(List.of(2, 1), List.of(0, 1)), 3);
        assertEquals(Shape.of(2, 4, 3, 9), y.shape());
        checkConv(x, w, new int[] {1, 2}, new int[] {1, 1}, new int[] {2, 1}, 3, y);
    }

    @Test
    void ofSingleElements() {
        Value x = random(1, 2, 5, 4, 3);
        Value w = random(2, 1, 1, 3, 2);
        Value y = conv(x, w, List.of(2, 1), List.of(1, 1), Padding.Rule.SAME, 1);
        assertEquals(Shape.of(2, 3, 4, 2), y.shape());
        checkConv(x, w, new int[] {2, 1}, new int[] {1, 1}, new int[] {0, 0}, 1, y);
    }

    @Test
    void pools() {
        Value x = random(1, 1, 5, 4, 2);
        Node in = b.input("x", DType.F64, 1, 5, 4, 2);
        b.output("max", Convolutions.maxPool(b, in, List.of(3, 2), List.of(2, 2), Padding.Rule.SAME));
        b.output("mean", Convolutions.averagePool(b, in, List.of(3, 2), List.of(2, 2), Padding.Rule.SAME));
        Interpreter.Result r = Interpreter.run(b.build(), Map.of("x", x));
        assertEquals(Shape.of(1, 3, 2, 2), r.output("max").shape());
        for (int p = 0; p < 12; p++) {
            double max = Double.NEGATIVE_INFINITY;
            double sum = 0;
            int count = 0;
            for (int k = 0; k < 6; k++) {
                double v = at(x, 0, p / 4 * 2 + k / 2 - 1, p / 2 % 2 * 2 + k % 2, p % 2, Double.NaN);
                if (!Double.isNaN(v)) {
                    max = Math.max(max, v);
                    sum += v;
                    count++;
                }
            }
            assertEquals(max, r.output("max").at(p), "max " + p);
            assertEquals(sum / count, r.output("mean").at(p), 1e-15, "mean " + p);
        }
    }

    private static void refused(Executable e, String what) {
        String message = String.valueOf(assertThrows(GraphException.class, e).getMessage());
        assertTrue(message.startsWith(what), message);
    }

    @Test
    void refusals() {
        Node x = b.input("x", DType.F32, 2, 5, 6, 4);
        Node w = b.input("w", DType.F32, 3, 3, 4, 8);
        List<Integer> one = List.of(1, 1);
        refused(() -> Convolutions.conv(b, b.reshape(x, 10, 24), w, 1, Padding.Rule.SAME), "conv of f32[10,24]: the data must be [N, spatial…, channels]");
        refused(() -> Convolutions.conv(b, x, b.reshape(w, 9, 4, 8), 1, Padding.Rule.SAME),
                "conv of f32[2,5,6,4], f32[9,4,8]: the weights must be [window…, channels in, channels out], of rank 4");
        refused(() -> Convolutions.conv(b, x, b.reshape(w, 3, 3, 8, 4), 1, Padding.Rule.SAME),
                "conv of f32[2,5,6,4], f32[3,3,8,4]: the weights are for 8 channels in, the data have 4");
        refused(() -> Convolutions.conv(b, x, w, one, one, Padding.Rule.SAME, 3), "conv of f32[2,5,6,4], f32[3,3,4,8]: 3 groups do not divide 4 channels in and 8 out");
        refused(() -> Convolutions.conv(b, x, w, one, one, Padding.Rule.SAME, 2),
                "conv of f32[2,5,6,4], f32[3,3,4,8]: the weights are for 4 channels in, the data have 4 in 2 groups of 2");
        refused(() -> Convolutions.conv(b, x, w, List.of(1), one, Padding.Rule.SAME, 1), "conv of f32[2,5,6,4]: strides [1] must have one number");
        refused(() -> Convolutions.conv(b, x, w, one, List.of(0, 1), Padding.Rule.SAME, 1), "conv of f32[2,5,6,4]: dilations [0, 1] must have one number, at least 1");
        refused(() -> Convolutions.conv(b, x, w, one, List.of(3, 1), Padding.Rule.VALID, 1),
                "conv of f32[2,5,6,4]: a window of 7 elements does not fit into the 5 of spatial axis 0; pad it");
        refused(() -> Convolutions.conv(b, x, w, one, one, new Padding.Explicit(List.of(1), one), 1), "conv of f32[2,5,6,4]: padding [1] must have one number");
        refused(() -> Convolutions.maxPool(b, x, List.of(2), List.of(2), Padding.Rule.VALID), "maxPool of f32[2,5,6,4]: sizes [2] must have one number");
        refused(() -> Convolutions.averagePool(b, x, List.of(9, 2), List.of(2, 2), Padding.Rule.VALID), "averagePool of f32[2,5,6,4]: a window of 9 elements");
    }
}
