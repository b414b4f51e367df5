package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import java.util.ArrayList;
import java.util.List;

/** Graphs of several nodes where it matters which of them live in a buffer. */
final class FusionSamples {
    /** Writes the graph: declares inputs on the draft and returns y. */
    private interface Recipe {
        Node write(Draft d, GraphBuilder b, DType t);
    }

    private final List<Sample> out = new ArrayList<>();

    private FusionSamples() {}

    static List<Sample> all() {
        FusionSamples s = new FusionSamples();
        s.reductions();
        s.views();
        s.products();
        s.indexing();
        s.lines();
        s.mixed();
        return s.out;
    }

    private void add(String name, Recipe recipe) {
        for (DType t : Draft.FLOATS) {
            Draft d = new Draft();
            out.add(d.done(name + " " + t.text(), recipe.write(d, d.b, t)));
        }
    }

    private static Node rows(GraphBuilder b, Node reduced, Node x) {
        return b.broadcast(reduced, x.shape(), 0);
    }

    private void reductions() {
        add("layer norm", (d, b, t) -> {
            Node x = d.input("x", t, 5, 33);
            Node centred = b.sub(x, rows(b, b.mul(b.sum(x, 1), 1.0 / 33), x));
            Node variance = b.mul(b.sum(b.square(centred), 1), 1.0 / 33);
            Node normal = b.div(centred, rows(b, b.sqrt(b.add(variance, 1e-5)), x));
            return b.add(b.mul(normal, d.input("gain", t, 33)), d.input("shift", t, 33));
        });
        add("batch norm over columns", (d, b, t) -> {
            Node x = d.input("x", t, 17, 6);
            Node centred = b.sub(x, b.mul(b.sum(x, 0), 1.0 / 17));
            return b.div(centred, b.sqrt(b.add(b.sum(b.square(centred), 0), 0.1)));
        });
        add("reduction of a reduction", (d, b, t) -> b.reduce(Monoid.SUM, b.square(b.sum(d.input("x", t, 7, 5, 17), 2)), 0));
        add("rows then columns", (d, b, t) -> {
            Node x = d.input("x", t, 13, 17);
            return b.add(b.sumAll(b.tanh(b.sum(x, 1))), b.sumAll(b.tanh(b.sum(x, 0))));
        });
        add("max of sums", (d, b, t) -> b.reduce(Monoid.MAX, b.sum(d.input("x", t, Fill.DISTINCT, 5, 1), 1), 0));
        add("broadcast of a reduction used twice", (d, b, t) -> {
            Node x = d.input("x", t, 6, 20);
            Node s = rows(b, b.tanh(b.sum(x, 1)), x);
            return b.add(b.mul(x, s), b.sin(s));
        });
        add("reduction kept and used", (d, b, t) -> {
            Node x = d.input("x", t, 70);
            return b.mul(b.exp(b.mul(b.sumAll(x), 0.01)), x);
        });
        add("sum of exp minus max, whole tensor", (d, b, t) -> {
            Node x = d.input("x", t, Fill.DISTINCT, 3, 7, 5);
            Node m = b.stopGradient(b.reduceAll(Monoid.MAX, x));
            return b.add(m, b.log(b.sumAll(b.exp(b.sub(x, m)))));
        });
        add("sum over rows and columns of a broadcast product", (d, b, t) -> {
            Node p = b.mul(b.broadcast(d.input("u", t, 7), Shape.of(7, 19), 0), d.input("v", t, 19));
            return b.concat(0, b.sum(b.tanh(p), 1), b.sum(b.tanh(p), 0));
        });
        add("reduction of a broadcast scalar", (d, b, t) -> b.sum(b.broadcastTo(d.input("x", t), Shape.of(3, 17)), 1));
        add("cumulative chain of reductions", (d, b, t) -> {
            Node x = d.input("x", t, 4, 4);
            for (int k = 0; k < 4; k++) {
                x = b.tanh(b.sub(x, rows(b, b.mul(b.sum(x, 1), 0.25), x)));
            }
            return x;
        });
    }

    private void views() {
        add("views of views between elementwise ops", (d, b, t) -> {
            Node x = b.tanh(d.input("x", t, 6, 8));
            Node v = b.flip(b.slice(b.transpose(x, 1, 0), new int[] {1, 0}, new int[] {8, 6}, new int[] {2, 1}), 0);
            return b.sin(b.add(v, d.input("z", t, 4, 6)));
        });
        add("transposed access to an elementwise result", (d, b, t) -> {
            Node x = b.mul(d.input("x", t, 7, 7), 2);
            return b.add(b.sigmoid(x), b.transpose(b.sigmoid(x), 1, 0));
        });
        add("reshape between computed nodes", (d, b, t) -> b.cos(b.reshape(b.exp(d.input("x", t, 4, 15)), 5, 12)));
        add("concat of computed nodes", (d, b, t) -> {
            Node x = d.input("x", t, 3, 5);
            return b.mul(b.concat(1, b.tanh(x), b.square(x), b.sub(x, d.input("z", t, 3, 5))), 3);
        });
        add("pad of a computed node, used", (d, b, t) -> b.add(b.pad(b.exp(d.input("x", t, 3, 5)), new int[] {1, 1}, new int[] {1, 1}, 0), d.input("z", t, 5, 7)));
        add("differences of neighbours", (d, b, t) -> {
            Node x = b.tanh(d.input("x", t, 33));
            return b.square(b.sub(b.slice(x, 0, 1, 33), b.slice(x, 0, 0, 32)));
        });
        add("sum of disjoint pads", (d, b, t) -> {
            Node x = d.input("x", t, 8);
            return b.add(b.pad(b.sin(x), new int[] {0}, new int[] {8}, 0), b.pad(b.cos(x), new int[] {8}, new int[] {0}, 0));
        });
        add("reduction of a transpose", (d, b, t) -> b.sum(b.tanh(b.transpose(d.input("x", t, 17, 5), 1, 0)), 1));
        add("reduction of a flipped slice", (d, b, t) -> b.sum(b.flip(b.slice(d.input("x", t, 5, 40), 1, 3, 36), 1), 1));
        add("windowed sum by slices", (d, b, t) -> {
            Node x = b.square(d.input("x", t, 20));
            return b.add(b.add(b.slice(x, 0, 0, 18), b.slice(x, 0, 1, 19)), b.slice(x, 0, 2, 20));
        });
    }

    private void products() {
        add("relu of dense", (d, b, t) -> Activations.relu(b, b.add(Layers.dense(b, d.input("x", t, new Fill.Uniform(0, 1), 5, 7),
                d.input("w", t, new Fill.Uniform(0, 1), 7, 17), d.input("bias", t, new Fill.Uniform(0, 1), 17)), 0.5)));
        add("product of computed operands", (d, b, t) -> b.matmul(b.tanh(d.input("x", t, 5, 9)), b.transpose(b.sigmoid(d.input("w", t, 7, 9)), 1, 0)));
        add("product, residual and gelu", (d, b, t) -> {
            Node x = d.input("x", t, 6, 6);
            return b.add(x, Activations.gelu(b, b.matmul(x, d.input("w", t, 6, 6))));
        });
        add("softmax of a product", (d, b, t) -> Activations.softmax(b, b.matmul(d.input("x", t, 4, 5), d.input("w", t, 5, 17)), 1));
        add("attention", (d, b, t) -> {
            Node q = d.input("q", t, 2, 5, 4);
            Node k = d.input("k", t, 2, 5, 4);
            Node p = Activations.softmax(b, b.mul(b.matmul(q, b.transpose(k, 0, 2, 1)), 0.5), -1);
            return b.matmul(p, d.input("v", t, 2, 5, 4));
        });
        add("two-layer classifier", (d, b, t) -> {
            Node h = Activations.tanh(b, Layers.dense(b, d.input("x", t, 5, 7), d.input("w1", t, 7, 8), d.input("b1", t, 8)));
            Node logits = Layers.dense(b, h, d.input("w2", t, 8, 3), d.input("b2", t, 3));
            return b.add(Losses.softmaxCrossEntropy(b, logits, d.index("labels", DType.I32, 3, 5)), Losses.l2Penalty(b, 0.01, h));
        });
        add("chain of products", (d, b, t) -> {
            Node x = d.input("x", t, 3, 3);
            return b.matmul(b.matmul(x, x), b.matmul(d.input("z", t, 3, 3), x));
        });
        add("product of a broadcast", (d, b, t) -> b.matmul(b.broadcast(d.input("x", t, 5), Shape.of(4, 5), 1), d.input("w", t, 5, 3)));
        add("product of slices", (d, b, t) -> {
            Node x = d.input("x", t, 8, 8);
            return b.matmul(b.slice(x, 1, 0, 5), b.slice(b.flip(x, 0), 0, 2, 7));
        });
    }

    private void indexing() {
        add("gather of a computed table", (d, b, t) -> b.mul(b.gather(b.tanh(d.input("x", t, 5, 4)), d.index("i", DType.I32, 5, 7), 0), 2));
        add("mean of gathered rows", (d, b, t) -> b.mul(b.sum(b.gather(d.input("x", t, 9, 4), d.index("i", DType.I32, 9, 3, 5), 0), 1), 0.2));
        add("scatter_add of computed updates, used", (d, b, t) -> b.sin(b.scatterAdd(b.square(d.input("u", t, 11, 3)), d.index("i", DType.I32, 4, 11), 0, 4)));
        add("gather back what was scattered", (d, b, t) -> {
            Node i = d.index("i", DType.I32, 3, 8);
            return b.gather(b.scatterAdd(d.input("u", t, 8), i, 0, 3), i, 0);
        });
        add("gather by computed indices", (d, b, t) -> b.gather(d.input("x", t, 6), b.argmax(d.rough("z", t, Fill.DISTINCT, 5, 6), 1), 0));
        add("one-hot by iota", (d, b, t) -> {
            Node i = d.index("i", DType.I32, 5, 7);
            Node hot = b.eq(b.iota(TensorType.of(DType.I32, 7, 5), 1), b.broadcast(i, Shape.of(7, 5), 0));
            return b.matmul(b.cast(hot, t), d.input("w", t, 5, 3));
        });
    }

    private void lines() {
        add("softmax over gathered rows", (d, b, t) -> Activations.softmax(b, b.gather(d.input("x", t, 6, 17), d.index("i", DType.I32, 6, 9), 0), 1));
        add("cumsum of products, used", (d, b, t) -> b.tanh(b.cumsum(b.mul(d.input("x", t, 5, 19), d.input("z", t, 5, 19)), 1)));
        add("cumsum of a broadcast column", (d, b, t) -> b.mul(b.cumsum(b.broadcast(b.exp(d.input("x", t, 7)), Shape.of(7, 18), 0), 0), d.input("z", t, 7, 18)));
        add("cumsum across a reshape and a flip", (d, b, t) -> b.cumulate(Monoid.SUM, b.reshape(b.flip(d.input("x", t, 6, 10), 0), 3, 20), 0, true, true));
        add("cumulative max of a transpose", (d, b, t) -> b.square(b.cumulate(Monoid.MAX, b.transpose(d.input("x", t, Fill.DISTINCT, 17, 5), 1, 0), 1, false, false)));
        add("mean of the 5 greatest", (d, b, t) -> b.mul(b.sum(b.topK(b.tanh(d.input("x", t, Fill.DISTINCT, 4, 30)), 5, 1).values(), 1), 0.2));
        add("sorted, then cumulated", (d, b, t) -> b.cumsum(b.sort(d.input("x", t, Fill.DISTINCT, 3, 21), 1, true), 1));
        add("rank of each element", (d, b, t) -> {
            Node x = d.input("x", t, Fill.DISTINCT, 5, 18);
            Node order = b.argsort(b.stopGradient(x), 1, false);
            return b.mul(x, b.cast(b.argsort(order, 1, false), t));
        });
        add("rows normalised by what was scattered", (d, b, t) -> {
            Node i = d.index("i", DType.I32, 4, 10);
            Node e = b.exp(d.input("x", t, 10, 3));
            return b.div(e, b.gather(b.scatterAdd(e, i, 0, 4), i, 0));
        });
        add("scatter onto what it reads", (d, b, t) -> {
            Node x = b.sin(d.input("x", t, 6, 16));
            Node i = d.index("i", DType.I32, 6, 4);
            return b.scatter(Op.Combine.SET, x, b.mul(b.gather(x, i, 0), 3), List.of(i), 0, 0);
        });
        add("gather from batched rows by computed indices", (d, b, t) -> {
            Node x = d.input("x", t, Fill.DISTINCT, 3, 7, 4);
            Node best = b.argmax(b.stopGradient(x), 1);
            return b.exp(b.takeAlongAxis(x, b.reshape(best, 3, 1, 4), 1));
        });
    }

    private void mixed() {
        add("select by a comparison", (d, b, t) -> {
            Node x = d.input("x", t, Fill.AWAY_FROM_ZERO, 4, 17);
            return b.select(b.gt(x, b.constant(t, 0)), b.exp(x), b.sin(x));
        });
        add("masked sum", (d, b, t) -> {
            Node x = d.input("x", t, 5, 20);
            return b.sum(b.select(d.input("keep", DType.BOOL, 5, 20), x, b.constant(t, 0)), 1);
        });
        add("causal mask", (d, b, t) -> {
            TensorType square = TensorType.of(DType.I32, 6, 6);
            Node allowed = b.le(b.iota(square, 1), b.iota(square, 0));
            return Activations.softmax(b, b.select(allowed, d.input("x", t, 6, 6), b.constant(t, Double.NEGATIVE_INFINITY)), 1);
        });
        add("wider in the middle", (d, b, t) -> b.sum(b.mul(b.cast(d.input("x", DType.F32, 3, 17), DType.F64), b.cast(d.input("z", t, 3, 17), DType.F64)), 1));
        add("integers beside floats", (d, b, t) -> b.mul(d.input("x", t, 17), b.cast(b.mul(d.input("n", DType.I32, 17), d.input("k", DType.I32, 17)), t)));
        add("bool reduced as integers", (d, b, t) -> {
            Node count = b.sum(b.cast(b.gt(d.rough("x", t, Fill.DISTINCT, 5, 33), b.constant(t, 0)), DType.I32), 1);
            return b.mul(b.cast(count, t), d.input("z", t, 5));
        });
        add("diamond", (d, b, t) -> {
            Node x = d.input("x", t, 19);
            Node e = b.exp(x);
            return b.add(b.mul(b.add(e, 1), b.sub(e, x)), b.tanh(e));
        });
        add("rosenbrock", (d, b, t) -> {
            Node x = d.input("x", t, 10);
            Node head = b.slice(x, 0, 0, 9);
            Node tail = b.slice(x, 0, 1, 10);
            return b.sumAll(b.add(b.mul(b.square(b.sub(tail, b.square(head))), 100), b.square(b.sub(b.constant(t, 1), head))));
        });
    }
}
