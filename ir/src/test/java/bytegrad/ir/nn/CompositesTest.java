package bytegrad.ir.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Composites against their definitions, written with plain loops in double. */
class CompositesTest {
    private static final double EPSILON = 1e-5;

    private final GraphBuilder b = new GraphBuilder();
    private final Map<String, Value> in = new HashMap<>();
    private final SplittableRandom random = new SplittableRandom(11);

    private Node draw(String name, int... dims) {
        Node x = b.input(name, DType.F64, dims);
        in.put(name, Value.of(x.type(), random.doubles(x.type().size(), -2, 2).toArray()));
        return x;
    }

    private double[] at(String name) {
        return in.get(name).doubles();
    }

    private double[] run(Node y) {
        b.output("y", y);
        Map<String, Value> needed = new HashMap<>(in);
        var g = b.build();
        needed.keySet().retainAll(g.inputs().stream().map(n -> ((bytegrad.ir.Op.Input) n.op()).name()).toList());
        return Interpreter.run(g, needed).output("y").doubles();
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void activations() {
        Map<String, DoubleUnaryOperator> expected = Map.ofEntries(
                Map.entry("geluTanh", x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
                Map.entry("leaky", x -> x > 0 ? x : 0.1 * x), Map.entry("elu", x -> x > 0 ? x : 1.5 * (Math.exp(x) - 1)),
                Map.entry("selu", x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.exp(x) - 1))),
                Map.entry("celu", x -> x > 0 ? x : 0.7 * (Math.exp(x / 0.7) - 1)), Map.entry("silu", x -> x * sigmoid(x)),
                Map.entry("softplus", x -> Math.log(1 + Math.exp(x))), Map.entry("logSigmoid", x -> Math.log(sigmoid(x))),
                Map.entry("mish", x -> x * Math.tanh(Math.log(1 + Math.exp(x)))), Map.entry("softsign", x -> x / (1 + Math.abs(x))),
                Map.entry("hardTanh", x -> Math.max(-1, Math.min(1, x))), Map.entry("relu6", x -> Math.max(0, Math.min(6, x))),
                Map.entry("hardSigmoid", x -> Math.max(0, Math.min(6, x + 3)) / 6), Map.entry("hardSwish", x -> x * Math.max(0, Math.min(6, x + 3)) / 6));
        Node x = b.mul(draw("x", 41), 3);
        Map<String, Node> all = Map.ofEntries(Map.entry("geluTanh", Activations.geluTanh(b, x)), Map.entry("leaky", Activations.leakyRelu(b, x, 0.1)),
                Map.entry("elu", Activations.elu(b, x, 1.5)), Map.entry("selu", Activations.selu(b, x)), Map.entry("celu", Activations.celu(b, x, 0.7)),
                Map.entry("silu", Activations.silu(b, x)), Map.entry("softplus", Activations.softplus(b, x)), Map.entry("logSigmoid", Activations.logSigmoid(b, x)),
                Map.entry("mish", Activations.mish(b, x)), Map.entry("softsign", Activations.softsign(b, x)), Map.entry("hardTanh", Activations.hardTanh(b, x)),
                Map.entry("relu6", Activations.relu6(b, x)), Map.entry("hardSigmoid", Activations.hardSigmoid(b, x)), Map.entry("hardSwish", Activations.hardSwish(b, x)));
        all.forEach(b::output);
        Map<String, Value> got = Interpreter.run(b.build(), in).outputs();
        expected.forEach((name, f) -> assertArrayEquals(Arrays.stream(at("x")).map(v -> f.applyAsDouble(3 * v)).toArray(), got.get(name).doubles(), 1e-12, name));
    }

    /** Places of [rows, width], of which each row is standardised. */
    private static void standardize(double[] x, int[] places) {
        double mean = Arrays.stream(places).mapToDouble(i -> x[i]).sum() / places.length;
        double variance = Arrays.stream(places).mapToDouble(i -> (x[i] - mean) * (x[i] - mean)).sum() / places.length;
        Arrays.stream(places).forEach(i -> x[i] = (x[i] - mean) / Math.sqrt(variance + EPSILON));
    }

    @Test
    void layerAndGroupNormalisation() {
        double[] y = run(Normalizations.layer(b, draw("x", 3, 7), draw("gain", 7), draw("shift", 7), EPSILON));
        double[] x = at("x");
        for (int r = 0; r < 3; r++) {
            int row = 7 * r;
            standardize(x, java.util.stream.IntStream.range(row, row + 7).toArray());
        }
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i] * at("gain")[i % 7] + at("shift")[i % 7], y[i], 1e-12);
        }
        CompositesTest other = new CompositesTest();
        y = other.run(Normalizations.group(other.b, other.draw("x", 2, 5, 6), 3, other.draw("gain", 6), other.draw("shift", 6), EPSILON));
        x = other.at("x");
        for (int n = 0; n < 2; n++) {
            for (int g = 0; g < 3; g++) {
                int first = 30 * n;
                int group = g;
                standardize(x, java.util.stream.IntStream.range(0, 30).filter(i -> i % 6 / 2 == group).map(i -> first + i).toArray());
            }
        }
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i] * other.at("gain")[i % 6] + other.at("shift")[i % 6], y[i], 1e-12);
        }
    }

    @Test
    void batchNormalisationKeepsRunningStatistics() {
        Normalizations.Batch n = Normalizations.batchTraining(b, draw("x", 4, 2, 3), draw("gain", 3), draw("shift", 3), draw("mean", 3), draw("variance", 3), 0.1, EPSILON);
        b.output("mean", n.mean());
        b.output("variance", n.variance());
        double[] y = run(n.y());
        Map<String, Value> all = Interpreter.run(b.build(), in).outputs();
        double[] x = at("x");
        for (int c = 0; c < 3; c++) {
            int channel = c;
            int[] places = java.util.stream.IntStream.range(0, 24).filter(i -> i % 3 == channel).toArray();
            double mean = Arrays.stream(places).mapToDouble(i -> at("x")[i]).sum() / 8;
            double squares = Arrays.stream(places).mapToDouble(i -> Math.pow(at("x")[i] - mean, 2)).sum();
            assertEquals(0.9 * at("mean")[c] + 0.1 * mean, all.get("mean").at(c), 1e-12);
            assertEquals(0.9 * at("variance")[c] + 0.1 * squares / 7, all.get("variance").at(c), 1e-12);
            standardize(x, places);
        }
        for (int i = 0; i < x.length; i++) {
            assertEquals(x[i] * at("gain")[i % 3] + at("shift")[i % 3], y[i], 1e-12);
        }
    }

    @Test
    void causalAttentionOfGroupedQueries() {
        int heads = 4;
        int length = 3;
        int keys = 5;
        int d = 2;
        double[] y = run(Attention.scaledDotProduct(b, draw("q", 1, heads, length, d), draw("k", 1, 2, keys, d), draw("v", 1, 2, keys, d), Optional.of(Attention.causal(b, length, keys))));
        for (int h = 0; h < heads; h++) {
            for (int t = 0; t < length; t++) {
                double[] sum = new double[d];
                double total = 0;
                for (int s = 0; s <= t + keys - length; s++) {
                    double score = 0;
                    for (int e = 0; e < d; e++) {
                        score += at("q")[(h * length + t) * d + e] * at("k")[(h / 2 * keys + s) * d + e];
                    }
                    double weight = Math.exp(score / Math.sqrt(d));
                    total += weight;
                    for (int e = 0; e < d; e++) {
                        sum[e] += weight * at("v")[(h / 2 * keys + s) * d + e];
                    }
                }
                for (int e = 0; e < d; e++) {
                    assertEquals(sum[e] / total, y[(h * length + t) * d + e], 1e-12);
                }
            }
        }
    }

    @Test
    void lstmBothWays() {
        for (boolean reverse : new boolean[] {false, true}) {
            CompositesTest t = new CompositesTest();
            double[] y = t.run(Recurrent.lstm(t.b, t.draw("x", 1, 4, 3), t.draw("wx", 3, 8), t.draw("wh", 2, 8), t.draw("bias", 8), t.draw("h", 1, 2), t.draw("c", 1, 2), reverse).outputs());
            double[] h = t.at("h");
            double[] c = t.at("c");
            for (int step = 0; step < 4; step++) {
                int now = reverse ? 3 - step : step;
                double[] gates = t.at("bias");
                for (int g = 0; g < 8; g++) {
                    for (int i = 0; i < 3; i++) {
                        gates[g] += t.at("x")[now * 3 + i] * t.at("wx")[i * 8 + g];
                    }
                    gates[g] += h[0] * t.at("wh")[g] + h[1] * t.at("wh")[8 + g];
                }
                for (int k = 0; k < 2; k++) {
                    c[k] = sigmoid(gates[2 + k]) * c[k] + sigmoid(gates[k]) * Math.tanh(gates[4 + k]);
                }
                for (int k = 0; k < 2; k++) {
                    h[k] = sigmoid(gates[6 + k]) * Math.tanh(c[k]);
                    assertEquals(h[k], y[now * 2 + k], 1e-12);
                }
            }
        }
    }

    @Test
    void gru() {
        double[] y = run(Recurrent.gru(b, draw("x", 1, 3, 2), draw("wx", 2, 6), draw("wh", 2, 6), draw("bias", 6), draw("recurrent", 6), draw("h", 1, 2), false).outputs());
        double[] h = at("h");
        for (int t = 0; t < 3; t++) {
            double[] a = at("bias");
            double[] r = at("recurrent");
            for (int g = 0; g < 6; g++) {
                a[g] += at("x")[2 * t] * at("wx")[g] + at("x")[2 * t + 1] * at("wx")[6 + g];
                r[g] += h[0] * at("wh")[g] + h[1] * at("wh")[6 + g];
            }
            for (int k = 0; k < 2; k++) {
                double z = sigmoid(a[2 + k] + r[2 + k]);
                double n = Math.tanh(a[4 + k] + sigmoid(a[k] + r[k]) * r[4 + k]);
                h[k] = (1 - z) * n + z * h[k];
                assertEquals(h[k], y[2 * t + k], 1e-12);
            }
        }
    }

    @Test
    void crossEntropyWithEverything() {
        int classes = 4;
        int[] labels = {1, 3, 2, 0, 1};
        Node l = b.input("labels", DType.I32, 5);
        in.put("labels", Value.ofLongs(l.type(), Arrays.stream(labels).asLongStream().toArray()));
        Node w = b.input("w", DType.F64, classes);
        double[] weights = {0.5, 1, 2, 3};
        in.put("w", Value.of(w.type(), weights));
        double y = run(CrossEntropy.PLAIN.weighted(w).ignoring(2).smoothed(0.1).mean(b, draw("x", 5, classes), l))[0];
        double sum = 0;
        double total = 0;
        for (int r = 0; r < 5; r++) {
            if (labels[r] == 2) {
                continue;
            }
            double z = 0;
            for (int c = 0; c < classes; c++) {
                z += Math.exp(at("x")[r * classes + c]);
            }
            for (int c = 0; c < classes; c++) {
                double log = Math.log(z) - at("x")[r * classes + c];
                sum += weights[c] * log * (0.1 / classes + (c == labels[r] ? 0.9 : 0));
            }
            total += weights[labels[r]];
        }
        assertEquals(sum / total, y, 1e-12);
    }

    @Test
    void otherLosses() {
        Node x = draw("x", 3, 4);
        Node t = draw("t", 3, 4);
        Map<String, Node> all = Map.of("l1", Losses.l1(b, x, t), "huber", Losses.huber(b, x, t, 0.7), "smooth", Losses.smoothL1(b, x, t, 0.7),
                "bce", Losses.binaryCrossEntropy(b, x, b.sigmoid(t), 3), "hinge", Losses.hinge(b, x, t), "cosine", Losses.cosine(b, x, t),
                "kl", Losses.klDivergence(b, Activations.logSoftmax(b, x, -1), Activations.softmax(b, t, -1)));
        all.forEach(b::output);
        Map<String, Value> got = Interpreter.run(b.build(), in).outputs();
        double l1 = 0;
        double huber = 0;
        double bce = 0;
        double hinge = 0;
        for (int i = 0; i < 12; i++) {
            double d = Math.abs(at("x")[i] - at("t")[i]);
            l1 += d / 12;
            huber += (d <= 0.7 ? d * d / 2 : 0.7 * (d - 0.35)) / 12;
            double p = sigmoid(at("t")[i]);
            bce -= (3 * p * Math.log(sigmoid(at("x")[i])) + (1 - p) * Math.log(1 - sigmoid(at("x")[i]))) / 12;
            hinge += Math.max(0, 1 - at("x")[i] * at("t")[i]) / 12;
        }
        double cosine = 0;
        double kl = 0;
        for (int r = 0; r < 3; r++) {
            double uv = 0;
            double uu = 0;
            double vv = 0;
            double zx = 0;
            double zt = 0;
            for (int c = 4 * r; c < 4 * r + 4; c++) {
                uv += at("x")[c] * at("t")[c];
                uu += at("x")[c] * at("x")[c];
                vv += at("t")[c] * at("t")[c];
                zx += Math.exp(at("x")[c]);
                zt += Math.exp(at("t")[c]);
            }
            cosine += (1 - uv / Math.sqrt(uu * vv)) / 3;
            for (int c = 4 * r; c < 4 * r + 4; c++) {
                double p = Math.exp(at("t")[c]) / zt;
                kl += p * (Math.log(p) - at("x")[c] + Math.log(zx)) / 3;
            }
        }
        Map<String, Double> expected = Map.of("l1", l1, "huber", huber, "smooth", huber / 0.7, "bce", bce, "hinge", hinge, "cosine", cosine, "kl", kl);
        expected.forEach((name, e) -> assertEquals(e, got.get(name).scalar(), 1e-12, name));
    }

    @Test
    void einsumOfThree() {
        double[] y = run(Einsum.of(b, "nij, njk, k -> in", draw("x", 2, 3, 4), draw("y", 2, 4, 5), draw("z", 5)));
        for (int n = 0; n < 2; n++) {
            for (int i = 0; i < 3; i++) {
                double sum = 0;
                for (int j = 0; j < 4; j++) {
                    for (int k = 0; k < 5; k++) {
                        sum += at("x")[(n * 3 + i) * 4 + j] * at("y")[(n * 4 + j) * 5 + k] * at("z")[k];
                    }
                }
                assertEquals(sum, y[i * 2 + n], 1e-12);
            }
        }
        assertEquals(TensorType.of(DType.F64, 4, 3), Einsum.of(b, "ba", draw("t", 3, 4)).type());
        assertEquals(0, Einsum.of(b, "i,i->", draw("u", 3), draw("v", 3)).rank());
    }

    @Test
    void rotaryTurnsPairs() {
        double[] y = run(Attention.rotary(b, draw("x", 2, 4), 3, 100));
        for (int t = 0; t < 2; t++) {
            for (int i = 0; i < 2; i++) {
                double angle = (3 + t) * Math.pow(100, -i / 2.0);
                double u = at("x")[4 * t + i];
                double v = at("x")[4 * t + 2 + i];
                assertEquals(u * Math.cos(angle) - v * Math.sin(angle), y[4 * t + i], 1e-12);
                assertEquals(u * Math.sin(angle) + v * Math.cos(angle), y[4 * t + 2 + i], 1e-12);
            }
        }
    }

    private void refused(Runnable r, String... parts) {
        String message = String.valueOf(assertThrows(GraphException.class, r::run).getMessage());
        for (String p : parts) {
            assertTrue(message.contains(p), message);
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Node x = draw("x", 2, 3, 6);
        Node six = draw("six", 6);
        refused(() -> Normalizations.layer(b, x, draw("a", 5), six, 1e-5), "f64[5]", "last axes");
        refused(() -> Normalizations.layer(b, x, six, six, -1), "epsilon -1.0");
        refused(() -> Normalizations.group(b, x, 4, six, six, 1e-5), "divides C", "4");
        refused(() -> Normalizations.batchTraining(b, x, six, six, six, six, 2, 1e-5), "momentum 2.0");
        refused(() -> Attention.scaledDotProduct(b, x, x, x, Optional.empty()), "[N, H, T, D]", "f64[2,3,6]");
        refused(() -> Attention.rotary(b, draw("odd", 2, 3), 0, 100), "even D");
        refused(() -> Recurrent.lstm(b, x, six, six, six, six, six, false), "LSTM", "4·H");
        refused(() -> Einsum.of(b, "ij,jk", six, six), "'ij' has 2 axes");
        refused(() -> Einsum.of(b, "ii->", draw("m", 3, 3)), "twice", "diagonal");
        refused(() -> Einsum.of(b, "i,i", six, draw("five", 5)), "6", "5");
        refused(() -> Einsum.of(b, "i->j", six), "'j'");
        refused(() -> CrossEntropy.PLAIN.smoothed(1), "smoothing 1.0");
        refused(() -> Losses.huber(b, six, six, 0), "delta 0.0");
        refused(() -> Losses.hinge(b, six, x), "f64[6]", "f64[2,3,6]");
        refused(() -> Activations.glu(b, draw("seven", 7), 0), "even");
        assertEquals(List.of(2, 3, 6), x.shape().dims());
    }

    @Test
    void poolings() {
        int n = 2;
        int extent = 7;
        int channels = 3;
        Node x = draw("x", n, extent, channels);
        Node y = b.concat(1, Pools.lp(b, x, 3, List.of(3), List.of(2), Padding.Rule.VALID), Pools.adaptiveAverage(b, x, List.of(3)), Pools.adaptiveMax(b, x, List.of(3)),
                b.reshape(Pools.globalAverage(b, x), n, 1, channels), b.reshape(Pools.globalMax(b, x), n, 1, channels));
        double[] of = at("x");
        double[] got = run(y);
        int places = 11;
        int[][] windows = {{0, 3}, {2, 5}, {4, 7}, {0, 3}, {2, 5}, {4, 7}, {0, 3}, {2, 5}, {4, 7}, {0, 7}, {0, 7}};
        for (int i = 0; i < n; i++) {
            for (int place = 0; place < places; place++) {
                for (int c = 0; c < channels; c++) {
                    int[] w = windows[place];
                    double powers = 0;
                    double sum = 0;
                    double greatest = Double.NEGATIVE_INFINITY;
                    for (int k = w[0]; k < w[1]; k++) {
                        double v = of[(i * extent + k) * channels + c];
                        powers += Math.pow(Math.abs(v), 3);
                        sum += v;
                        greatest = Math.max(greatest, v);
                    }
                    double expected = place < 3 ? Math.cbrt(powers) : place < 6 || place == 9 ? sum / (w[1] - w[0]) : greatest;
                    assertEquals(expected, got[(i * places + place) * channels + c], 1e-12, "place " + place);
                }
            }
        }
    }

    @Test
    void transposedConvolutionScattersEachElementByTheKernel() {
        int[] in2 = {4, 3};
        int[] window = {2, 3};
        int[] strides = {2, 1};
        int[] dilations = {1, 2};
        int[] low = {1, 0};
        int[] high = {0, 1};
        int[] behind = {1, 0};
        int groups = 2;
        int c = 4;
        int f = 6;
        Node y = Convolutions.transposed(b, draw("x", 2, 4, 3, c), draw("w", 2, 3, c / groups, f), List.of(2, 1), List.of(1, 2),
                new Padding.Explicit(List.of(1, 0), List.of(0, 1)), List.of(1, 0), groups);
        int[] out = new int[2];
        for (int k = 0; k < 2; k++) {
            out[k] = (in2[k] - 1) * strides[k] + (window[k] - 1) * dilations[k] + 1 - low[k] - high[k] + behind[k];
        }
        assertEquals(List.of(2, out[0], out[1], f), y.shape().dims());
        double[] x = at("x");
        double[] w = at("w");
        double[] expected = new double[2 * out[0] * out[1] * f];
        for (int n = 0; n < 2; n++) {
            for (int i = 0; i < in2[0]; i++) {
                for (int j = 0; j < in2[1]; j++) {
                    for (int k = 0; k < window[0]; k++) {
                        for (int l = 0; l < window[1]; l++) {
                            int r = i * strides[0] + k * dilations[0] - low[0];
                            int s = j * strides[1] + l * dilations[1] - low[1];
                            if (r < 0 || r >= out[0] || s < 0 || s >= out[1]) {
                                continue;
                            }
                            for (int to = 0; to < f; to++) {
                                int group = to / (f / groups);
                                for (int from = 0; from < c / groups; from++) {
                                    expected[((n * out[0] + r) * out[1] + s) * f + to] += x[((n * in2[0] + i) * in2[1] + j) * c + group * (c / groups) + from]
                                            * w[((k * window[1] + l) * (c / groups) + from) * f + to];
                                }
                            }
                        }
                    }
                }
            }
        }
        assertArrayEquals(expected, run(y), 1e-12);
    }

    @Test
    void poolsAndTransposedConvolutionsThatDoNotFitAreRefused() {
        Node x = draw("x", 2, 5, 3);
        Node w = draw("w", 3, 3, 4);
        assertTrue(assertThrows(GraphException.class, () -> Pools.lp(b, x, 0.5, List.of(2), List.of(1), Padding.Rule.VALID)).getMessage().contains("p is 0.5"));
        assertTrue(assertThrows(GraphException.class, () -> Pools.adaptiveMax(b, x, List.of(0))).getMessage().contains("sizes [0]"));
        assertTrue(assertThrows(GraphException.class, () -> Pools.globalMax(b, draw("z", 2, 5))).getMessage().contains("global max pooling"));
        assertTrue(assertThrows(GraphException.class,
                () -> Convolutions.transposed(b, x, w, List.of(2), List.of(1), Padding.Rule.VALID, List.of(2), 1)).getMessage().contains("added behind"));
    }
}
