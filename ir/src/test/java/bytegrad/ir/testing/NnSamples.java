package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
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
