package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Reduce and ArgReduce: every order of sums, rows, columns, mixed axes, empty ones. */
final class ReduceSamples {
    private record Case(Shape shape, List<Integer> axes) {
        @Override
        public String toString() {
            return shape + " over " + axes;
        }
    }

    /** Each has something the others do not; the first four are run for every monoid and dtype. */
    private static final List<Case> CASES = List.of(
            rows(3, 17), columns(17, 13), new Case(Shape.of(2, 3, 5), List.of(0, 2)), rows(2, 0),
            rows(3, 7), rows(2, 15), rows(2, 16), rows(5, 31), rows(2, 33), rows(2, 63), rows(2, 64), rows(3, 100), rows(1, 255), rows(2, 256), rows(2, 300), rows(1, 1000),
            rows(0, 20), rows(1, 1), columns(16, 33), columns(33, 16), columns(300, 1), columns(0, 5), columns(5, 0),
            new Case(Shape.of(13), List.of(0)), new Case(Shape.of(67), List.of(0)), new Case(Shape.SCALAR, List.of()), new Case(Shape.of(5, 3), List.of()),
            new Case(Shape.of(2, 3, 5), List.of(0, 1, 2)), new Case(Shape.of(3, 2, 17), List.of(0, 2)), new Case(Shape.of(2, 3, 4, 5), List.of(1, 3)),
            new Case(Shape.of(3, 4, 20), List.of(1, 2)), new Case(Shape.of(4, 3, 5), List.of(1)), new Case(Shape.of(3, 4, 5), List.of(0, 1)),
            new Case(Shape.of(2, 2, 2, 2, 2, 2, 2, 2), List.of(0, 2, 5, 7)), new Case(Shape.of(2, 70, 3), List.of(1)), new Case(Shape.of(1, 64, 1), List.of(0, 2)));

    private ReduceSamples() {}

    private static Case rows(int m, int n) {
        return new Case(Shape.of(m, n), List.of(1));
    }

    private static Case columns(int m, int n) {
        return new Case(Shape.of(m, n), List.of(0));
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (Monoid monoid : Monoid.values()) {
            for (DType t : DType.values()) {
                if (!monoid.accepts(t)) {
                    continue;
                }
                boolean full = monoid == Monoid.SUM && t.isFloat() || monoid == Monoid.MAX && t == DType.F32;
                for (Case c : full ? CASES : CASES.subList(0, 4)) {
                    out.add(reduce(monoid, t, c));
                }
            }
        }
        for (DType t : Draft.FLOATS) {
            Draft d = new Draft();
            out.add(d.done("reduce_product of zeros " + t.text(), d.b.reduce(Monoid.PRODUCT, d.input("x", t, new Fill.Integers(0, 2), 4, 5), 1)));
            d = new Draft();
            out.add(d.done("reduce_max of ties " + t.text(), d.b.reduce(Monoid.MAX, d.rough("x", t, Fill.TIES, 4, 7), 0)));
        }
        for (Case c : CASES.subList(4, CASES.size())) {
            out.add(reduce(Monoid.LOG_SUM_EXP, c.shape().size() % 2 == 0 ? DType.F32 : DType.F64, c));
            out.add(reduce(c.shape().size() % 2 == 0 ? Monoid.AND : Monoid.OR, DType.BOOL, c));
        }
        out.add(ofComparison(17));
        out.add(ofComparison(300));
        for (Op.Extremum e : Op.Extremum.values()) {
            for (DType t : Draft.NUMBERS) {
                out.add(arg(e, TensorType.of(t, 5, 17), 1, Fill.usual(t)));
                out.add(arg(e, TensorType.of(t, 17, 5), 0, Fill.usual(t)));
                out.add(arg(e, TensorType.of(t, 4, 33), 1, Fill.TIES));
            }
            out.add(arg(e, TensorType.of(DType.F32, 3, 1, 5), 1, Fill.UNIFORM));
            out.add(arg(e, TensorType.of(DType.F32, 3, 7, 5), 1, Fill.UNIFORM));
            out.add(arg(e, TensorType.of(DType.F32, 0, 4), 1, Fill.UNIFORM));
            out.add(arg(e, TensorType.of(DType.F32, 13), 0, Fill.UNIFORM));
        }
        return out;
    }

    private static Sample reduce(Monoid monoid, DType t, Case c) {
        Draft d = new Draft();
        Fill fill = !t.isFloat() ? Fill.usual(t)
                : switch (monoid) {
                    case SUM, LOG_SUM_EXP, AND, OR -> Fill.UNIFORM;
                    case PRODUCT -> new Fill.AwayFromZero(0.7, 1.4);
                    case MAX, MIN -> Fill.DISTINCT;
                };
        Node x = d.input("x", t, fill, c.shape().toArray());
        return d.done("reduce_" + monoid.text() + " " + t.text() + c, d.b.apply(new Op.Reduce(monoid, c.axes()), List.of(x)));
    }

    /** Whether all of a row, and one of a column, is above 0: lanes of masks. */
    private static Sample ofComparison(int n) {
        Draft d = new Draft();
        Node x = d.rough("x", DType.F32, Fill.UNIFORM, 5, n);
        Node above = d.b.gt(x, d.b.constant(DType.F32, -1.9));
        Node all = d.b.reduce(Monoid.AND, above, 1);
        Node one = d.b.reduce(Monoid.OR, d.b.gt(x, d.b.constant(DType.F32, 1.5)), 0);
        Node both = d.b.and(d.b.broadcast(all, above.shape(), 0), d.b.broadcast(one, above.shape(), 1));
        return d.done("all of rows and any of columns of " + n, d.b.select(both, x, d.b.neg(x)));
    }

    private static Sample arg(Op.Extremum e, TensorType type, int axis, Fill fill) {
        Draft d = new Draft();
        Node x = d.rough("x", type.dtype(), fill, type.shape().toArray());
        Node y = e == Op.Extremum.MAX ? d.b.argmax(x, axis) : d.b.argmin(x, axis);
        return d.done("arg" + e.name().toLowerCase(java.util.Locale.ROOT) + " " + type + " axis " + axis + (fill.equals(Fill.TIES) ? " of ties" : ""), y);
    }
}
