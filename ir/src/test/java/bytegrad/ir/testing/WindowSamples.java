package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** Window, OverlapAdd and interior padding. */
final class WindowSamples {
    /** {@code core}: run at every dtype, the others at f32. */
    private record Case(String name, boolean core, Shape shape, Op.Window window) {}

    private static final List<Case> CASES = List.of(
            core("of 3", Shape.of(17), axes(0), sizes(3), strides(1), dilations(1)),
            core("of 2 x 3 strided", Shape.of(2, 7, 9, 5), axes(1, 2), sizes(2, 3), strides(2, 2), dilations(1, 1)),
            more("of 2 x 2, apart", Shape.of(2, 6, 8, 17), axes(1, 2), sizes(2, 2), strides(2, 2), dilations(1, 1)),
            more("of 3 x 3", Shape.of(1, 5, 6, 16), axes(1, 2), sizes(3, 3), strides(1, 1), dilations(1, 1)),
            more("dilated", Shape.of(19, 3), axes(0), sizes(4), strides(1), dilations(3)),
            more("dilated and strided", Shape.of(3, 23), axes(1), sizes(3), strides(2), dilations(4)),
            more("with gaps", Shape.of(31), axes(0), sizes(2), strides(5), dilations(1)),
            more("of all", Shape.of(7, 5), axes(0), sizes(7), strides(1), dilations(1)),
            more("of all, strides beyond", Shape.of(7, 5), axes(0, 1), sizes(6, 5), strides(40, 2147483647), dilations(1, 1)),
            more("of one", Shape.of(9), axes(0), sizes(1), strides(1), dilations(1)),
            more("of one, strided", Shape.of(9, 17), axes(0), sizes(1), strides(3), dilations(2147483647)),
            more("long, along rows", Shape.of(3, 70), axes(1), sizes(33), strides(1), dilations(1)),
            more("of the first and last axis", Shape.of(5, 3, 18), axes(0, 2), sizes(2, 17), strides(1, 1), dilations(2, 1)),
            more("of no axis", Shape.of(3, 5), axes(), sizes(), strides(), dilations()),
            more("of an empty tensor", Shape.of(0, 7), axes(1), sizes(3), strides(2), dilations(1)));

    private WindowSamples() {}

    private static Case core(String name, Shape shape, List<Integer> axes, List<Integer> sizes, List<Integer> strides, List<Integer> dilations) {
        return new Case(name, true, shape, new Op.Window(axes, sizes, strides, dilations));
    }

    private static Case more(String name, Shape shape, List<Integer> axes, List<Integer> sizes, List<Integer> strides, List<Integer> dilations) {
        return new Case(name, false, shape, new Op.Window(axes, sizes, strides, dilations));
    }

    private static List<Integer> axes(Integer... values) {
        return List.of(values);
    }

    private static List<Integer> sizes(Integer... values) {
        return List.of(values);
    }

    private static List<Integer> strides(Integer... values) {
        return List.of(values);
    }

    private static List<Integer> dilations(Integer... values) {
        return List.of(values);
    }

    private static int[] ints(int... values) {
        return values;
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (DType t : DType.values()) {
            for (Case c : CASES) {
                if (c.core() || t == DType.F32) {
                    window(c, t, out);
                }
            }
            Draft d = new Draft();
            out.add(d.done("pad between " + t.text(), d.b.pad(d.input("x", t, 3, 5), ints(1, 0), ints(0, 2), ints(1, 2), 1)));
        }
        used(out);
        padded(out);
        return out;
    }

    private static void window(Case c, DType t, List<Sample> out) {
        Draft d = new Draft();
        Node windows = d.b.apply(c.window(), List.of(d.input("x", t, c.shape().toArray())));
        out.add(d.done("window " + c.name() + " " + t.text(), windows));
        if (t.isNumeric()) {
            d = new Draft();
            Node y = d.b.overlapAdd(d.input("x", t, windows.shape().toArray()), c.window(), c.shape());
            out.add(d.done("overlap_add " + c.name() + " " + t.text(), y));
        }
    }

    /** Windows that are computed with, or of what is computed. */
    private static void used(List<Sample> out) {
        Draft d = new Draft();
        Node x = d.input("x", DType.F32, 2, 7, 8, 17);
        out.add(d.done("sum of windows", d.b.sum(d.b.window(x, ints(1, 2), ints(3, 2), ints(2, 1), ints(1, 2)), 4, 5)));
        d = new Draft();
        x = d.input("x", DType.F32, 3, 40);
        out.add(d.done("sum of long windows of a computed node", d.b.sum(d.b.window(d.b.exp(x), ints(1), ints(20), ints(3), ints(1)), 2)));
        d = new Draft();
        x = d.rough("x", DType.F32, Fill.DISTINCT, 2, 9, 5);
        out.add(d.done("maximum of windows", d.b.reduce(Monoid.MAX, d.b.window(x, ints(1), ints(3), ints(2), ints(1)), 3)));
        d = new Draft();
        x = d.input("x", DType.F64, 11);
        out.add(d.done("reshape of a transpose of windows of a flip",
                d.b.reshape(d.b.transpose(d.b.window(d.b.flip(x, 0), ints(0), ints(4), ints(1), ints(1)), 1, 0), 16, 2)));
        d = new Draft();
        x = d.input("x", DType.F32, 4, 9);
        Node repeated = d.b.broadcast(d.b.tanh(x), Shape.of(4, 9, 3), 0, 1);
        out.add(d.done("overlap_add of a broadcast",
                d.b.overlapAdd(repeated, new Op.Window(axes(1), sizes(3), strides(2), dilations(2)), Shape.of(4, 21))));
        d = new Draft();
        Node w = d.b.window(d.input("x", DType.F32, 2, 6, 7, 3), ints(1, 2), ints(3, 3), ints(1, 2), ints(1, 1));
        out.add(d.done("contraction of windows",
                d.b.contract(new Op.Contract(axes(), axes(), axes(4, 5, 3), axes(0, 1, 2)), w, d.input("w", DType.F32, 3, 3, 3, 5))));
        d = new Draft();
        w = d.b.window(d.input("x", DType.F32, 40), ints(0), ints(5), ints(1), ints(2));
        out.add(d.done("contraction with windows at the right",
                d.b.contract(new Op.Contract(axes(), axes(), axes(1), axes(1)), d.input("w", DType.F32, 3, 5), w)));
        d = new Draft();
        x = d.input("x", DType.F32, 6, 4);
        w = d.b.window(x, ints(0), ints(2), ints(2), ints(1));
        out.add(d.done("gather of windows", d.b.gather(w, d.index("i", DType.I32, 3, 5), 0)));
    }

    private static void padded(List<Sample> out) {
        Draft d = new Draft();
        out.add(d.done("pad between, one row", d.b.pad(d.input("x", DType.F32, 1, 33), ints(2, 1), ints(0, 1), ints(2147483647, 1), 0)));
        d = new Draft();
        out.add(d.done("pad between of none", d.b.pad(d.input("x", DType.F32, 0, 3), ints(1, 0), ints(1, 1), ints(7, 1), 3)));
        d = new Draft();
        out.add(d.done("pad between rows", d.b.pad(d.b.sin(d.input("x", DType.F32, 5, 17)), ints(0, 1), ints(2, 0), ints(3, 0), -1)));
        d = new Draft();
        out.add(d.done("slice of pad between", d.b.slice(d.b.pad(d.input("x", DType.F32, 9), ints(1), ints(1), ints(1), 1), 0, 2, 14)));
        d = new Draft();
        out.add(d.done("pad of pad between", d.b.pad(d.b.pad(d.input("x", DType.F32, 9), ints(1), ints(1), ints(1), 1), ints(1), ints(0), 1)));
        d = new Draft();
        out.add(d.done("pad between of pad", d.b.pad(d.b.pad(d.input("x", DType.F32, 9), ints(1), ints(1), 1), ints(1), ints(0), ints(2), 1)));
        d = new Draft();
        out.add(d.done("pad between of a constant", d.b.pad(d.b.reshape(d.b.iota(bytegrad.ir.TensorType.of(DType.F32, 6), 0), 2, 3), ints(0, 1), ints(1, 0), ints(1, 1), 7)));
    }
}
