package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What is computed of bf16 by way of f32, and integers narrower than i32 on their way to numbers and back; every kind that only
 * moves elements has these dtypes among its own samples.
 */
final class StorageSamples {
    private static final List<DType> STORAGE = Arrays.stream(DType.values()).filter(DType::isStorage).toList();
    private static final List<Shape> SHAPES = List.of(Shape.of(17), Shape.of(3, 5), Shape.of(0), Shape.SCALAR, Shape.of(2, 16));

    private StorageSamples() {}

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (DType t : STORAGE) {
            for (TensorType type : List.of(TensorType.of(t, 17), TensorType.of(t, 3, 7), TensorType.of(t, 2, 5, 3), TensorType.of(t, 4, 0))) {
                Draft d = new Draft();
                out.add(d.done("iota " + type, d.b.iota(type, type.rank() / 2)));
            }
            Draft d = new Draft();
            int most = t == DType.I8 ? 128 : 256;
            out.add(d.done("iota of every " + t.text() + " there is", d.b.iota(TensorType.of(t, most), 0)));
        }
        int turn = 0;
        for (ScalarFn fn : ScalarFn.values()) {
            if (fn.accepts(DType.F32) && !fn.accepts(DType.BF16)) {
                out.add(map(fn, SHAPES.get(turn++ % SHAPES.size())));
            }
        }
        for (Monoid m : Monoid.values()) {
            for (Shape shape : m.accepts(DType.F32) ? List.of(Shape.of(5, 7), Shape.of(3, 300), Shape.of(4, 0)) : List.<Shape>of()) {
                out.add(of("reduce_" + m.text(), shape, (b, x) -> b.reduce(m, x, 1)));
            }
        }
        out.add(of("argmax", Shape.of(5, 17), (b, x) -> b.argmax(x, 1)));
        out.add(of("argmin", Shape.of(7, 3), (b, x) -> b.argmin(x, 0)));
        for (int[] mkn : new int[][] {{5, 7, 3}, {17, 33, 19}, {2, 0, 4}, {0, 3, 2}, {1, 64, 16}}) {
            Draft d = new Draft();
            Node l = d.input("l", DType.BF16, mkn[0], mkn[1]);
            Node r = d.input("r", DType.BF16, mkn[1], mkn[2]);
            out.add(d.done("matmul bf16" + Arrays.toString(mkn), d.b.matmul(l, r)));
        }
        out.add(of("scatter_add", Shape.of(9, 3), (b, x) -> b.scatterAdd(x, b.cast(b.iota(TensorType.of(DType.U8, 9), 0), DType.I32), 0, 11)));
        out.add(of("softmax", Shape.of(4, 17), (b, x) -> Activations.softmax(b, x, 1)));
        out.addAll(composites());
        return out;
    }

    private static Sample of(String name, Shape shape, BiFunction<GraphBuilder, Node, Node> f) {
        Draft d = new Draft();
        return d.done(name + " bf16" + shape, f.apply(d.b, d.input("x", DType.BF16, Fill.DISTINCT, shape.toArray())));
    }

    private static Sample map(ScalarFn fn, Shape shape) {
        Draft d = new Draft();
        Node[] in = new Node[fn.arity()];
        for (int k = 0; k < in.length; k++) {
            in[k] = d.input(String.valueOf((char) ('a' + k)), DType.BF16, Fill.POSITIVE, shape.toArray());
        }
        return d.done(fn.text() + " bf16" + shape, d.b.map(fn, in));
    }

    private static List<Sample> composites() {
        List<Sample> out = new ArrayList<>();
        Draft dense = new Draft();
        Node h = Layers.dense(dense.b, dense.input("x", DType.BF16, 5, 33), dense.input("w", DType.BF16, 33, 17), dense.input("bias", DType.BF16, 17));
        out.add(dense.done("dense bf16 and relu", Activations.relu(dense.b, h)));

        Draft error = new Draft();
        Node x = error.rough("x", DType.F32, Fill.UNIFORM, 3, 17);
        Node rounded = error.b.cast(error.b.cast(x, DType.BF16), DType.F32);
        out.add(error.done("what rounding to bf16 takes away", error.b.sub(x, rounded)));

        Draft image = new Draft();
        Node pixels = image.input("pixels", DType.U8, new Fill.AnyBits(), 5, 33);
        Node weights = image.input("w", DType.F32, 33, 16);
        out.add(image.done("dense f32 of u8 pixels", image.b.matmul(image.b.mul(image.b.cast(pixels, DType.F32), 1.0 / 255), weights)));

        Draft half = new Draft();
        Node activations = half.input("x", DType.F32, 5, 33);
        Node stored = half.input("w", DType.BF16, 33, 16);
        out.add(half.done("dense f32 of bf16 weights", half.b.tanh(half.b.matmul(activations, half.b.cast(stored, DType.F32)))));

        Draft sound = new Draft();
        Node samples = sound.b.cast(sound.input("x", DType.I16, new Fill.AnyBits(), 3, 100), DType.F32);
        out.add(sound.done("energy of i16 sound", sound.b.sum(sound.b.square(sound.b.mul(samples, 1.0 / 32768)), 1)));

        Draft wrapped = new Draft();
        Node y = wrapped.input("x", DType.I64, new Fill.AnyBits(), 37);
        for (DType t : List.of(DType.I32, DType.I16, DType.I8, DType.U8, DType.I8, DType.U8, DType.I16)) {
            y = wrapped.b.cast(y, t);
        }
        out.add(wrapped.done("i64 to i16, narrower and narrower", y));

        for (DType from : List.of(DType.U8, DType.I16, DType.I32, DType.I64)) {
            for (DType by : List.of(DType.F32, DType.F64, DType.BF16, DType.I64)) {
                Draft d = new Draft();
                Node n = d.input("x", from, new Fill.AnyBits(), 31);
                out.add(d.done(from.text() + " to i8 by way of " + by.text(), d.b.cast(d.b.cast(n, by), DType.I8)));
            }
        }
        for (DType t : STORAGE) {
            Draft d = new Draft();
            Node a = d.b.reshape(d.b.transpose(d.input("a", t, 3, 5), 1, 0), 15);
            Node padded = d.b.pad(d.b.flip(a, 0), new int[] {1}, new int[] {2}, 7);
            Node chosen = d.b.select(d.input("c", DType.BOOL, 18), padded, d.b.gather(a, d.index("i", DType.I32, 15, 18), 0));
            out.add(d.done("views, select, gather and concat of " + t.text(), d.b.concat(0, chosen, a, d.b.slice(chosen, 0, 3, 8))));
        }
        return out;
    }
}
