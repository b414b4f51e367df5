package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Padding;
import java.util.ArrayList;
import java.util.List;

/** The composites. */
final class NnSamples {
    private final List<Sample> out = new ArrayList<>();
    private final DType t;

    private NnSamples(DType t) {
        this.t = t;
    }

    static List<Sample> all() {
        List<Sample> all = new ArrayList<>();
        for (DType t : Draft.FLOATS) {
            NnSamples s = new NnSamples(t);
            s.activations();
            s.layers();
            s.losses();
            s.convolutions();
            s.pooling();
            all.addAll(s.out);
        }
        return all;
    }

    private void done(Draft d, String name, Node y) {
        out.add(d.done(name + " " + t.text(), y));
    }

    private void activations() {
        Draft d = new Draft();
        done(d, "relu", Activations.relu(d.b, d.input("x", t, Fill.AWAY_FROM_ZERO, 5, 7)));
        d = new Draft();
        done(d, "gelu", Activations.gelu(d.b, d.input("x", t, 33)));
        d = new Draft();
        done(d, "tanh of sigmoid", Activations.tanh(d.b, Activations.sigmoid(d.b, d.input("x", t, 17))));
        for (int n : List.of(1, 10, 17, 64, 300)) {
            d = new Draft();
            done(d, "softmax rows of " + n, Activations.softmax(d.b, d.input("x", t, Fill.DISTINCT, 3, n), 1));
        }
        d = new Draft();
        done(d, "softmax columns", Activations.softmax(d.b, d.input("x", t, 7, 5), 0));
        d = new Draft();
        done(d, "softmax of rank 3, middle", Activations.softmax(d.b, d.input("x", t, 2, 5, 3), 1));
        d = new Draft();
        done(d, "logSoftmax rows", Activations.logSoftmax(d.b, d.input("x", t, 4, 13), -1));
        d = new Draft();
        done(d, "logSoftmax columns", Activations.logSoftmax(d.b, d.input("x", t, 13, 4), 0));
    }

    private void layers() {
        Draft d = new Draft();
        done(d, "dense", Layers.dense(d.b, d.input("x", t, 5, 7), d.input("w", t, 7, 3), d.input("bias", t, 3)));
        d = new Draft();
        done(d, "dense, wide", Layers.dense(d.b, d.input("x", t, 17, 33), d.input("w", t, 33, 31), d.input("bias", t, 31)));
        d = new Draft();
        done(d, "dense of a vector", Layers.dense(d.b, d.input("x", t, 7), d.input("w", t, 7, 3), d.input("bias", t, 3)));
        d = new Draft();
        done(d, "dense of rank 3", Layers.dense(d.b, d.input("x", t, 2, 3, 7), d.input("w", t, 7, 5), d.input("bias", t, 5)));
    }

    private Node conv(Draft d, List<Integer> x, List<Integer> w, List<Integer> strides, List<Integer> dilations, Padding padding, int groups) {
        Node data = d.input("x", t, x.stream().mapToInt(n -> n).toArray());
        return Convolutions.conv(d.b, data, d.input("w", t, w.stream().mapToInt(n -> n).toArray()), strides, dilations, padding, groups);
    }

    private void convolutions() {
        Padding.Rule same = Padding.Rule.SAME;
        Padding.Rule valid = Padding.Rule.VALID;
        List<Integer> x = List.of(2, 5, 6, 3);
        List<Integer> w = List.of(3, 3, 3, 4);
        Draft d = new Draft();
        done(d, "conv same", conv(d, x, w, List.of(1, 1), List.of(1, 1), same, 1));
        d = new Draft();
        done(d, "conv valid", conv(d, x, w, List.of(1, 1), List.of(1, 1), valid, 1));
        d = new Draft();
        done(d, "conv strided", conv(d, x, w, List.of(2, 2), List.of(1, 1), same, 1));
        d = new Draft();
        done(d, "conv strided by 3 and 1", conv(d, List.of(1, 8, 5, 2), List.of(4, 2, 2, 3), List.of(3, 1), List.of(1, 1), new Padding.Explicit(List.of(0, 2), List.of(1, 0)), 1));
        d = new Draft();
        done(d, "conv dilated", conv(d, List.of(1, 7, 8, 2), List.of(3, 2, 2, 17), List.of(1, 1), List.of(2, 3), same, 1));
        d = new Draft();
        done(d, "conv dilated and strided", conv(d, List.of(1, 11, 9, 2), List.of(3, 3, 2, 3), List.of(4, 2), List.of(2, 3), same, 1));
        d = new Draft();
        done(d, "conv of single elements", conv(d, x, List.of(1, 1, 3, 5), List.of(2, 1), List.of(1, 1), valid, 1));
        d = new Draft();
        done(d, "conv in groups", conv(d, List.of(2, 4, 5, 6), List.of(3, 2, 3, 4), List.of(1, 2), List.of(1, 1), same, 2));
        d = new Draft();
        done(d, "conv of each channel", conv(d, List.of(1, 4, 5, 3), List.of(2, 2, 1, 3), List.of(1, 1), List.of(1, 1), valid, 3));
        d = new Draft();
        done(d, "conv of rank 1", conv(d, List.of(2, 13, 3), List.of(4, 3, 5), List.of(2), List.of(1), same, 1));
        d = new Draft();
        done(d, "conv of rank 3", conv(d, List.of(1, 3, 4, 3, 2), List.of(2, 2, 2, 2, 3), List.of(1, 2, 1), List.of(1, 1, 1), same, 1));
        d = new Draft();
        Node bias = d.input("bias", t, 17);
        done(d, "conv with bias and activation", d.b.tanh(d.b.add(conv(d, x, List.of(3, 3, 3, 17), List.of(1, 1), List.of(1, 1), same, 1), bias)));
        d = new Draft();
        Node w2 = d.input("w2", t, 2, 2, 4, 3);
        Node first = Activations.tanh(d.b, conv(d, List.of(1, 5, 4, 2), List.of(3, 3, 2, 4), List.of(2, 2), List.of(1, 1), same, 1));
        done(d, "conv of conv", Convolutions.conv(d.b, first, w2, 1, same));
    }

    private void pooling() {
        Padding.Rule same = Padding.Rule.SAME;
        Padding.Rule valid = Padding.Rule.VALID;
        Draft d = new Draft();
        done(d, "maxPool", Convolutions.maxPool(d.b, d.input("x", t, Fill.DISTINCT, 1, 4, 6, 5), List.of(2, 2), List.of(2, 2), valid));
        d = new Draft();
        done(d, "maxPool, overlapping, padded", Convolutions.maxPool(d.b, d.input("x", t, Fill.DISTINCT, 1, 5, 4, 3), List.of(3, 3), List.of(2, 1), same));
        d = new Draft();
        done(d, "maxPool of many channels", Convolutions.maxPool(d.b, d.input("x", t, Fill.DISTINCT, 1, 7, 17), List.of(3), List.of(2), valid));
        d = new Draft();
        done(d, "averagePool", Convolutions.averagePool(d.b, d.input("x", t, 2, 4, 6, 5), List.of(2, 3), List.of(2, 3), valid));
        d = new Draft();
        done(d, "averagePool, overlapping, padded", Convolutions.averagePool(d.b, d.input("x", t, 1, 5, 4, 17), List.of(3, 2), List.of(2, 1), same));
    }

    private void losses() {
        for (int n : List.of(1, 10, 17)) {
            Draft d = new Draft();
            done(d, "softmaxCrossEntropy of " + n, Losses.softmaxCrossEntropy(d.b, d.input("x", t, 7, n), d.index("labels", DType.I32, n, 7)));
        }
        Draft d = new Draft();
        done(d, "softmaxCrossEntropyPerRow", Losses.softmaxCrossEntropyPerRow(d.b, d.input("x", t, 6, 10), d.index("labels", DType.I64, 10, 6)));
        d = new Draft();
        done(d, "softmaxCrossEntropyPerRow, a row out of range",
                Losses.softmaxCrossEntropyPerRow(d.b, d.rough("x", t, Fill.UNIFORM, 9, 3), d.rough("labels", DType.I32, new Fill.Integers(-1, 3), 9)));
        d = new Draft();
        done(d, "softmaxCrossEntropyPerRow of rank 3", Losses.softmaxCrossEntropyPerRow(d.b, d.input("x", t, 2, 3, 5), d.index("labels", DType.I32, 5, 2, 3)));
        d = new Draft();
        done(d, "mean", Losses.mean(d.b, d.input("x", t, 3, 17)));
        d = new Draft();
        done(d, "mse", Losses.mse(d.b, d.input("x", t, 5, 3), d.input("target", t, 5, 3)));
        d = new Draft();
        done(d, "l2Penalty", Losses.l2Penalty(d.b, 0.01, d.input("w", t, 5, 3), d.input("v", t, 17)));
        d = new Draft();
        done(d, "l1Penalty", Losses.l1Penalty(d.b, 0.1, d.input("w", t, Fill.AWAY_FROM_ZERO, 5, 3), d.input("v", t, Fill.AWAY_FROM_ZERO, 17)));
    }
}
