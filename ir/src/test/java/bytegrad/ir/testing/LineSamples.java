package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cumulate and ArgSort: what works along one axis. */
final class LineSamples {
    private static final List<TensorType> SHAPES = List.of(
            type(5, 17), type(17, 5), type(3, 7, 16), type(1, 1), type(33), type(4, 0), type(0, 4), type(3, 1, 5), type(2, 5, 3), type(16, 33), type(64, 2), type(2, 9));

    private LineSamples() {}

    private static TensorType type(int... dims) {
        return TensorType.of(DType.F32, dims);
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (Monoid m : Monoid.values()) {
            for (DType t : Arrays.stream(DType.values()).filter(m::accepts).toList()) {
                for (int form = 0; form < 4; form++) {
                    for (TensorType s : t == DType.F32 && form == 0 ? SHAPES : SHAPES.subList(0, 2)) {
                        for (int axis = 0; axis < s.rank(); axis++) {
                            out.add(cumulate(m, s.with(t), axis, (form & 1) != 0, (form & 2) != 0));
                        }
                    }
                }
            }
        }
        for (boolean reverse : List.of(false, true)) {
            Draft d = new Draft();
            Node x = d.input("x", DType.F64, new Fill.Integers(0, 2), 4, 6);
            out.add(d.done("cumulate_product of zeros" + (reverse ? " from the end" : ""), d.b.cumulate(Monoid.PRODUCT, x, 1, reverse, false)));
            d = new Draft();
            x = d.rough("x", DType.F64, Fill.TIES, 4, 9);
            out.add(d.done("cumulate_max of ties" + (reverse ? " from the end" : ""), d.b.cumulate(Monoid.MAX, x, 1, reverse, false)));
        }
        for (DType t : DType.values()) {
            for (boolean descending : List.of(false, true)) {
                for (TensorType s : t == DType.F32 ? SHAPES : SHAPES.subList(0, 2)) {
                    for (int axis = 0; axis < s.rank(); axis++) {
                        out.add(argSort(s.with(t), axis, descending, s.shape().dim(axis), Fill.usual(t)));
                    }
                }
                out.add(argSort(TensorType.of(t, 3, 100), 1, descending, 5, Fill.usual(t)));
                out.add(argSort(TensorType.of(t, 3, 100), 1, descending, 40, t.isNumeric() ? Fill.TIES : Fill.usual(t)));
                out.add(argSort(TensorType.of(t, 100, 2), 0, descending, 1, t.isNumeric() ? Fill.TIES : Fill.usual(t)));
            }
        }
        out.add(argSort(TensorType.of(DType.F32, 2, 5), 1, false, 0, Fill.UNIFORM));
        out.add(argSort(TensorType.of(DType.F32, 1500), 0, false, 1500, Fill.UNIFORM));
        for (DType t : Draft.FLOATS) {
            Draft d = new Draft();
            out.add(d.done("sort " + t.text(), d.b.sort(d.input("x", t, Fill.DISTINCT, 3, 20), 1, false)));
            d = new Draft();
            out.add(d.done("sort columns, descending " + t.text(), d.b.sort(d.input("x", t, Fill.DISTINCT, 7, 3), 0, true)));
            d = new Draft();
            out.add(d.done("top 3 " + t.text(), d.b.topK(d.input("x", t, Fill.DISTINCT, 5, 50), 3, 1).values()));
        }
        return out;
    }

    private static Sample cumulate(Monoid m, TensorType type, int axis, boolean reverse, boolean exclusive) {
        Draft d = new Draft();
        DType t = type.dtype();
        Fill fill = !t.isFloat() ? Fill.usual(t)
                : switch (m) {
                    case SUM, LOG_SUM_EXP, AND, OR -> Fill.UNIFORM;
                    case PRODUCT -> new Fill.AwayFromZero(0.7, 1.4);
                    case MAX, MIN -> Fill.DISTINCT;
                };
        Node x = d.input("x", t, fill, type.shape().toArray());
        return d.done("cumulate_" + m.text() + " " + type + " axis " + axis + (reverse ? " reverse" : "") + (exclusive ? " exclusive" : ""),
                d.b.cumulate(m, x, axis, reverse, exclusive));
    }

    private static Sample argSort(TensorType type, int axis, boolean descending, int count, Fill fill) {
        Draft d = new Draft();
        Node x = d.rough("x", type.dtype(), fill, type.shape().toArray());
        return d.done("argsort " + type + " axis " + axis + (descending ? " descending " : " ") + count + (fill.equals(Fill.TIES) ? " of ties" : ""),
                d.b.apply(new Op.ArgSort(axis, descending, count), List.of(x)));
    }
}
