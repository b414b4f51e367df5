package bytegrad.ir.text;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Loops;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.Collections;
import java.util.List;

/** One graph that holds every kind of op, every scalar function, every monoid and every dtype of constant. */
final class EveryKind {
    private EveryKind() {}

    static Graph graph() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4, 6);
        Node w = b.input("weights of \"layer 1\"\n\\\u2028\ud800é😀", DType.F32, 6, 5);
        Node i = b.input("i", DType.I32, 3);
        Node flag = b.input("flag", DType.BOOL, 4, 6);
        int k = 0;
        for (ScalarFn fn : ScalarFn.values()) {
            Node operand = fn.accepts(DType.F32) ? x : i;
            Node[] operands = Collections.nCopies(fn.arity(), operand).toArray(Node[]::new);
            if (fn == ScalarFn.SELECT) {
                operands[0] = flag;
            }
            b.output("map " + k++, b.map(fn, operands));
        }
        for (Monoid m : Monoid.values()) {
            Node operand = m.accepts(DType.F32) ? x : flag;
            b.output("reduce " + m, b.reduce(m, operand, 0, 1));
            b.output("rows " + m, b.reduce(m, operand, 1));
        }
        for (DType d : DType.values()) {
            b.output("cast " + d, b.apply(new Op.Cast(d), List.of(x)));
        }
        b.output("iota", b.iota(TensorType.of(DType.I64, 2, 3), 1));
        b.output("argmax", b.argmax(x, 0));
        b.output("argmin", b.argmin(x, 1));
        b.output("contract", b.label(b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(0)), x, w), "scores"));
        b.output("batch", b.matmul(b.input("p", DType.F64, 2, 3, 4), b.input("q", DType.F64, 2, 4, 5)));
        Node rows = b.gather(x, i, 0);
        b.output("gather", rows);
        b.output("scatter", b.scatterAdd(rows, i, 0, 9));
        for (Op.Combine c : Op.Combine.values()) {
            b.output("scatter " + c, b.scatter(c, x, b.gather(x, List.of(i, i), 0, 0), List.of(i, i), 0, 0));
        }
        b.output("random", b.random(b.input("key", DType.I64), DType.I32, 4));
        List<Node> scan = Loops.scan(b, 3, true, List.of(x), List.of(), (s, c, none) -> new Loops.Step(List.of(s.sin(c.get(0))), List.of(s.cos(c.get(0)))));
        b.output("last carry", scan.get(0));
        b.output("stacked", scan.get(1));
        Node positive = b.gt(b.sumAll(x), b.constant(x.dtype(), 0));
        b.output("cond", Loops.cond(b, positive, s -> List.of(s.sin(x)), s -> List.of(s.cos(x))).get(0));
        b.output("while", Loops.whileLoop(b, 9, List.of(b.constant(DType.I32, 0)), (s, c) -> s.lt(c.get(0), s.constant(DType.I32, 5)),
                (s, c) -> List.of(s.add(c.get(0), 1))).get(0));
        b.output("custom", Loops.custom(b, List.of(x), (s, in) -> List.of(s.sin(in.get(0))), (s, in, out, dy) -> dy).get(0));
        b.output("sorted", b.sort(x, 0, true));
        b.output("top", b.topK(x, 2, 1).values());
        for (Monoid m : java.util.Arrays.stream(Monoid.values()).filter(m -> m.accepts(x.dtype())).toList()) {
            b.output("cumulate " + m, b.cumulate(m, x, 1, m == Monoid.MAX, m == Monoid.SUM));
        }
        b.output("concat", b.concat(1, x, x, x));
        b.output("concat of one", b.concat(0, x));
        b.output("reshape", b.reshape(x, 2, 2, 6));
        b.output("transpose", b.transpose(x, 1, 0));
        b.output("broadcast", b.broadcast(x, Shape.of(3, 4, 6), 1, 2));
        b.output("slice", b.slice(x, new int[] {1, 0}, new int[] {4, 6}, new int[] {2, 1}));
        b.output("pad", b.pad(x, new int[] {1, 0}, new int[] {0, 2}, -0.0));
        b.output("pad with nan", b.pad(x, new int[] {1, 0}, new int[] {0, 2}, Double.NaN));
        b.output("pad with least", b.pad(x, new int[] {1, 0}, new int[] {0, 2}, Double.NEGATIVE_INFINITY));
        b.output("pad between", b.pad(x, new int[] {1, 0}, new int[] {0, 2}, new int[] {2, 0}, 1));
        b.output("flip", b.flip(x, 0, 1));
        Node windows = b.window(x, new int[] {0, 1}, new int[] {2, 3}, new int[] {1, 2}, new int[] {2, 1});
        b.output("window", windows);
        b.output("overlap add", b.overlapAdd(windows, (Op.Window) windows.op(), x.shape()));
        constants(b);
        Node state = b.input("state", DType.F32);
        b.update(state, b.add(state, 1));
        b.update(x, b.neg(x));
        return b.build();
    }

    private static void constants(GraphBuilder b) {
        float[] f = {0f, -0f, 0.1f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, Float.intBitsToFloat(0xffc12345), Float.intBitsToFloat(0x7f800001),
            Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e10f, 16777217f, 1.17549435E-38f};
        double[] d = {0, -0.0, 0.1, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN, Double.longBitsToDouble(0xfff8000000000001L),
            Double.longBitsToDouble(0x7ff0000000000001L), Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 2e-3, 1.0 / 3};
        b.output("f32s", b.constant(Literal.of(Shape.of(f.length), f)));
        b.output("f64s", b.constant(Literal.of(Shape.of(d.length), d)));
        b.output("i32s", b.constant(Literal.of(Shape.of(1, 3), Integer.MIN_VALUE, 0, Integer.MAX_VALUE)));
        b.output("i64s", b.constant(Literal.of(Shape.of(3, 1), Long.MIN_VALUE, 0L, Long.MAX_VALUE)));
        b.output("bools", b.constant(Literal.of(Shape.of(2), true, false)));
        b.output("none", b.constant(Literal.of(Shape.of(2, 0), new float[0])));
        b.output("same", b.constant(Literal.of(Shape.of(2, 2), 3f, 3f, 3f, 3f)));
        b.output("one", b.constant(Literal.of(DType.F64, -0.0)));
        b.output("odd nan", b.constant(Literal.ofBits(TensorType.of(DType.F32), 0x7fc0dead)));
        b.output("yes", b.constant(Literal.of(DType.BOOL, 1)));
    }
}
