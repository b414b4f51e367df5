package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.nn.RandomDraws;
import java.util.ArrayList;
import java.util.List;

/** Input, Constant, Iota. */
final class SourceSamples {
    private SourceSamples() {}

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (DType t : DType.values()) {
            Draft d = new Draft();
            out.add(d.done("input " + t.text(), d.input("x", t, 3, 5)));
            for (int n : List.of(0, 1, 17)) {
                out.add(constant("constant " + t.text() + "[" + n + "]", literal(t, n)));
            }
            out.add(constant("constant scalar " + t.text(), Literal.ofLong(t, 1)));
        }
        out.add(constant("constant special f32", Literal.of(Shape.of(7), Float.NaN, -0f, 0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, 0.1f)));
        out.add(constant("constant special f64", Literal.of(Shape.of(6), Double.NaN, -0.0, Double.POSITIVE_INFINITY, Double.MIN_VALUE, Double.MAX_VALUE, 0.1)));
        out.add(constant("constant special i32", Literal.of(Shape.of(3), Integer.MIN_VALUE, Integer.MAX_VALUE, -1)));
        out.add(constant("constant special i64", Literal.of(Shape.of(3), Long.MIN_VALUE, Long.MAX_VALUE, 1L << 53 | 1)));
        for (DType t : Draft.NUMBERS) {
            out.add(iota(TensorType.of(t, 17), 0));
            out.add(iota(TensorType.of(t, 3, 7), 0));
            out.add(iota(TensorType.of(t, 2, 5, 3), 1));
            out.add(iota(TensorType.of(t, 4, 0), 1));
        }
        for (DType t : List.of(DType.I32, DType.I64)) {
            for (Shape shape : List.of(Shape.SCALAR, Shape.of(0), Shape.of(1), Shape.of(17), Shape.of(5, 33), Shape.of(3, 1, 64))) {
                Draft r = new Draft();
                Node key = r.input("key", DType.I64);
                r.b.random(key, t, 2);
                out.add(r.done("random " + t.text() + shape, r.b.random(key, t, shape.toArray())));
            }
        }
        for (DType t : Draft.FLOATS) {
            Draft r = new Draft();
            Node key = RandomDraws.key(r.b, r.input("seed", DType.I32), r.input("step", DType.I64));
            out.add(r.done("uniform " + t.text(), RandomDraws.uniform(r.b, key, t, 7, 19)));
            Draft n = new Draft();
            out.add(n.done("normal " + t.text(), RandomDraws.normal(n.b, n.input("key", DType.I64), t, 35)));
        }
        Draft r = new Draft();
        Node kept = RandomDraws.dropout(r.b, RandomDraws.fold(r.b, r.input("key", DType.I64), r.input("step", DType.I32)), r.input("x", DType.F64, 9, 17), 0.25);
        out.add(r.done("dropout", r.b.mul(kept, kept)));
        Draft d = new Draft();
        Node x = d.input("x", DType.F32, 5, 16);
        out.add(d.done("iota added to an input", d.b.add(x, d.b.iota(x.type(), 1))));
        return out;
    }

    private static Sample iota(TensorType type, int axis) {
        Draft d = new Draft();
        return d.done("iota " + type + " axis " + axis, d.b.iota(type, axis));
    }

    private static Sample constant(String name, Literal literal) {
        Draft d = new Draft();
        return d.done(name, d.b.constant(literal));
    }

    private static Literal literal(DType t, int n) {
        long[] bits = new long[n];
        for (int i = 0; i < n; i++) {
            bits[i] = switch (t) {
                case F32 -> Float.floatToRawIntBits(i * 0.37f - 3);
                case F64 -> Double.doubleToRawLongBits(i * 0.37 - 3);
                case I32, I64, I8, I16 -> i - 5;
                case U8 -> 250 - i;
                case BF16 -> Literal.of(t, i * 0.37 - 3).bitsAt(0);
                case BOOL -> i % 3 == 0 ? 1 : 0;
            };
        }
        return Literal.ofBits(TensorType.of(t, n), bits);
    }
}
