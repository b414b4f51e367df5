package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Attention;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.CrossEntropy;
import bytegrad.ir.nn.Einsum;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Normalizations;
import bytegrad.ir.nn.Padding;
import bytegrad.ir.nn.Pools;
import bytegrad.ir.nn.Recurrent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            s.morePooling();
            s.transposedConvolutions();
            s.moreActivations();
            s.normalizations();
            s.attention();
            s.recurrent();
            s.moreLosses();
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

    private interface Unary {
        Node of(GraphBuilder b, Node x);
    }

    private void moreActivations() {
        Map<String, Unary> all = new LinkedHashMap<>();
        all.put("geluTanh", Activations::geluTanh);
        all.put("leakyRelu", (b, x) -> Activations.leakyRelu(b, x, 0.1));
        all.put("elu", (b, x) -> Activations.elu(b, x, 1.5));
        all.put("selu", Activations::selu);
        all.put("celu", (b, x) -> Activations.celu(b, x, 0.7));
        all.put("silu", Activations::silu);
        all.put("softplus", Activations::softplus);
        all.put("logSigmoid", Activations::logSigmoid);
        all.put("mish", Activations::mish);
        all.put("softsign", Activations::softsign);
        all.put("hardSwish", Activations::hardSwish);
        all.forEach((name, f) -> {
            Draft d = new Draft();
            done(d, name, f.of(d.b, d.input("x", t, Fill.AWAY_FROM_ZERO, 19)));
        });
        Draft d = new Draft();
        done(d, "prelu", Activations.prelu(d.b, d.input("x", t, Fill.AWAY_FROM_ZERO, 4, 5), d.input("slope", t, 5)));
        d = new Draft();
        done(d, "glu", Activations.glu(d.b, d.input("x", t, 3, 10), 1));
        d = new Draft();
        done(d, "swiglu", Activations.swiglu(d.b, d.input("x", t, 4, 3, 17), 0));
    }

    private void normalizations() {
        Draft d = new Draft();
        done(d, "layer normalisation", Normalizations.layer(d.b, d.input("x", t, 3, 4, 17), d.input("gain", t, 17), d.input("shift", t, 17), 1e-5));
        d = new Draft();
        done(d, "layer normalisation over two axes", Normalizations.layer(d.b, d.input("x", t, 3, 4, 5), d.input("gain", t, 4, 5), d.input("shift", t, 4, 5), 1e-5));
        d = new Draft();
        done(d, "RMS normalisation", Normalizations.rms(d.b, d.input("x", t, 5, 33), d.input("gain", t, 33), 1e-6));
        d = new Draft();
        done(d, "group normalisation", Normalizations.group(d.b, d.input("x", t, 2, 3, 2, 6), 3, d.input("gain", t, 6), d.input("shift", t, 6), 1e-5));
        d = new Draft();
        done(d, "instance normalisation", Normalizations.instance(d.b, d.input("x", t, 2, 5, 3), d.input("gain", t, 3), d.input("shift", t, 3), 1e-5));
        d = new Draft();
        Node v = d.b.add(d.b.square(d.input("variance", t, 5)), 0.1);
        done(d, "batch normalisation", Normalizations.batch(d.b, d.input("x", t, 2, 3, 5), d.input("gain", t, 5), d.input("shift", t, 5), d.input("mean", t, 5), v, 1e-5));
        d = new Draft();
        Normalizations.Batch n = Normalizations.batchTraining(d.b, d.input("x", t, 7, 3, 5), d.input("gain", t, 5), d.input("shift", t, 5), d.rough("mean", t, Fill.UNIFORM, 5),
                d.rough("variance", t, Fill.UNIFORM, 5), 0.1, 1e-5);
        done(d, "batch normalisation in training", n.y());
        d = new Draft();
        n = Normalizations.batchTraining(d.b, d.rough("x", t, Fill.UNIFORM, 7, 5), d.rough("gain", t, Fill.UNIFORM, 5), d.rough("shift", t, Fill.UNIFORM, 5),
                d.input("mean", t, 5), d.input("variance", t, 5), 0.1, 1e-5);
        done(d, "running statistics", d.b.concat(0, n.mean(), n.variance()));
    }

    private void attention() {
        Draft d = new Draft();
        done(d, "attention of heads", Attention.scaledDotProduct(d.b, d.input("q", t, 2, 2, 5, 4), d.input("k", t, 2, 2, 3, 4), d.input("v", t, 2, 2, 3, 6), Optional.empty()));
        d = new Draft();
        done(d, "causal attention of grouped queries", Attention.scaledDotProduct(d.b, d.input("q", t, 1, 4, 5, 3), d.input("k", t, 1, 2, 7, 3), d.input("v", t, 1, 2, 7, 3),
                Optional.of(Attention.causal(d.b, 5, 7))));
        d = new Draft();
        done(d, "self attention", Attention.self(d.b, d.input("x", t, 2, 5, 6), d.input("w", t, 6, 18), d.input("bias", t, 18), d.input("out", t, 6, 6), d.input("ob", t, 6), 2,
                Optional.of(Attention.causal(d.b, 5, 5))));
        d = new Draft();
        done(d, "rotary positions", Attention.rotary(d.b, d.input("x", t, 2, 5, 6), 3, 100));
        d = new Draft();
        done(d, "einsum", Einsum.of(d.b, "nij,njk,k->in", d.input("x", t, 2, 3, 4), d.input("y", t, 2, 4, 5), d.input("z", t, 5)));
        d = new Draft();
        done(d, "embedding", Layers.embedding(d.b, d.input("table", t, 7, 5), d.index("ids", DType.I32, 7, 2, 3)));
    }

    private void recurrent() {
        for (boolean reverse : new boolean[] {false, true}) {
            String way = reverse ? ", reversed" : "";
            Draft d = new Draft();
            Recurrent.Outputs o = Recurrent.simple(d.b, d.input("x", t, 2, 4, 3), d.input("wx", t, 3, 5), d.input("wh", t, 5, 5), d.input("bias", t, 5), d.input("h", t, 2, 5), reverse);
            done(d, "rnn" + way, o.outputs());
            d = new Draft();
            o = Recurrent.lstm(d.b, d.input("x", t, 2, 3, 3), d.input("wx", t, 3, 20), d.input("wh", t, 5, 20), d.input("bias", t, 20), d.input("h", t, 2, 5), d.input("c", t, 2, 5), reverse);
            done(d, "lstm" + way, d.b.add(d.b.sum(o.outputs(), 1), d.b.mul(o.states().getFirst(), o.states().getLast())));
            d = new Draft();
            o = Recurrent.gru(d.b, d.input("x", t, 2, 3, 3), d.input("wx", t, 3, 15), d.input("wh", t, 5, 15), d.input("bias", t, 15), d.input("recurrent", t, 15), d.input("h", t, 2, 5), reverse);
            done(d, "gru" + way, o.outputs());
        }
    }

    private void moreLosses() {
        Draft d = new Draft();
        CrossEntropy c = CrossEntropy.PLAIN.weighted(d.input("w", t, Fill.POSITIVE, 5)).ignoring(2).smoothed(0.1);
        done(d, "cross-entropy with weights, ignored labels and smoothing", c.mean(d.b, d.input("x", t, 11, 5), d.index("labels", DType.I32, 5, 11)));
        d = new Draft();
        done(d, "cross-entropy of soft labels", Losses.softCrossEntropy(d.b, d.input("x", t, 3, 5), d.input("p", t, 3, 5)));
        d = new Draft();
        done(d, "binary cross-entropy", Losses.binaryCrossEntropy(d.b, d.input("x", t, 7, 3), d.input("targets", t, 7, 3), 2.5));
        d = new Draft();
        done(d, "negative log likelihood", Losses.negativeLogLikelihood(d.b, d.input("x", t, 4, 5), d.index("labels", DType.I64, 5, 4)));
        d = new Draft();
        done(d, "KL divergence", Losses.klDivergence(d.b, d.input("q", t, 4, 5), d.input("p", t, Fill.POSITIVE, 4, 5)));
        d = new Draft();
        done(d, "huber", Losses.huber(d.b, d.input("x", t, 13), d.b.add(d.input("target", t, 13), 3), 0.5));
        d = new Draft();
        done(d, "smooth L1", Losses.smoothL1(d.b, d.input("x", t, 13), d.input("target", t, 13), 9));
        d = new Draft();
        done(d, "l1", Losses.l1(d.b, d.input("x", t, 13), d.b.add(d.input("target", t, 13), 3)));
        d = new Draft();
        done(d, "hinge", Losses.hinge(d.b, d.b.mul(d.input("x", t, 13), 0.3), d.input("targets", t, 13)));
        d = new Draft();
        done(d, "cosine distance", Losses.cosine(d.b, d.input("u", t, 4, 5), d.input("v", t, 4, 5)));
    }

    private void morePooling() {
        Draft d = new Draft();
        done(d, "L2 pooling, strided", Pools.lp(d.b, d.input("x", t, Fill.AWAY_FROM_ZERO, 2, 5, 6, 3), 2, List.of(2, 3), List.of(2, 1), Padding.Rule.SAME));
        d = new Draft();
        done(d, "L3 pooling in 1-d", Pools.lp(d.b, d.input("x", t, Fill.AWAY_FROM_ZERO, 2, 7, 3), 3, List.of(3), List.of(2), Padding.Rule.VALID));
        d = new Draft();
        done(d, "global pooling", d.b.add(Pools.globalAverage(d.b, d.input("x", t, 2, 3, 5, 4)), Pools.globalMax(d.b, d.input("z", t, Fill.DISTINCT, 2, 7, 4))));
        d = new Draft();
        done(d, "adaptive average pooling", Pools.adaptiveAverage(d.b, d.input("x", t, 2, 5, 7, 3), List.of(3, 2)));
        d = new Draft();
        done(d, "adaptive max pooling", Pools.adaptiveMax(d.b, d.input("x", t, Fill.DISTINCT, 2, 5, 7, 3), List.of(3, 2)));
    }

    private void transposedConvolutions() {
        Draft d = new Draft();
        done(d, "transposed convolution", Convolutions.transposed(d.b, d.input("x", t, 2, 3, 4, 3), d.input("w", t, 3, 2, 3, 5), 2, Padding.Rule.VALID));
        d = new Draft();
        done(d, "transposed convolution, same", Convolutions.transposed(d.b, d.input("x", t, 2, 5, 3), d.input("w", t, 3, 3, 4), 2, Padding.Rule.SAME));
        d = new Draft();
        done(d, "transposed convolution, groups, dilated",
                Convolutions.transposed(d.b, d.input("x", t, 1, 4, 3, 4), d.input("w", t, 2, 3, 2, 6), List.of(2, 1), List.of(1, 2),
                        new Padding.Explicit(List.of(1, 0), List.of(0, 1)), List.of(1, 0), 2));
    }
}
