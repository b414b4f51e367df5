package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** Gather, ScatterAdd and Concat. More indices than places make duplicates certain. */
final class IndexSamples {
    private record Case(Shape data, int axis, Shape index) {
        @Override
        public String toString() {
            return data + " axis " + axis + " by " + index;
        }
    }

    private static final List<Case> CASES = List.of(
            at(Shape.of(5, 3), 0, Shape.of(7)), at(Shape.of(4, 7), 1, Shape.of(2, 3)), at(Shape.of(13), 0, Shape.of(17)), at(Shape.of(3, 5, 4), 1, Shape.of(9)),
            at(Shape.of(5, 16), 0, Shape.of(33)), at(Shape.of(7, 2), 0, Shape.of(2, 2, 2)), at(Shape.of(6, 3), 0, Shape.SCALAR), at(Shape.of(4), 0, Shape.of(0)),
            at(Shape.of(0, 3), 0, Shape.of(0)), at(Shape.of(3, 0), 0, Shape.of(4)), at(Shape.of(1, 17), 0, Shape.of(3)), at(Shape.of(2, 3, 1), 2, Shape.of(5)));

    private IndexSamples() {}

    private static Case at(Shape data, int axis, Shape index) {
        return new Case(data, axis, index);
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (DType t : DType.values()) {
            for (Case c : t == DType.F32 ? CASES : CASES.subList(0, 2)) {
                out.add(gather(t, DType.I32, c));
                if (t.isNumeric()) {
                    out.add(scatterAdd(t, DType.I32, c));
                }
            }
            out.add(gather(t, DType.I64, CASES.get(0)));
            if (t.isNumeric()) {
                out.add(scatterAdd(t, DType.I64, CASES.get(0)));
            }
            out.add(concat(t, 0, Shape.of(3, 4), Shape.of(0, 4), Shape.of(5, 4)));
            out.add(concat(t, 1, Shape.of(3, 4), Shape.of(3, 1), Shape.of(3, 13)));
        }
        out.add(concat(DType.F32, 0, Shape.of(17)));
        out.add(concat(DType.F32, 1, Shape.of(2, 3, 5), Shape.of(2, 1, 5)));
        out.add(concat(DType.F32, 2, Shape.of(2, 3, 5), Shape.of(2, 3, 16)));
        out.add(concat(DType.F32, 0, Shape.of(0), Shape.of(0)));
        Draft d = new Draft();
        Node x = d.input("x", DType.F32, 3, 7);
        out.add(d.done("concat with itself", d.b.concat(1, x, x)));
        return out;
    }

    private static Sample gather(DType t, DType index, Case c) {
        Draft d = new Draft();
        Node x = d.input("x", t, c.data().toArray());
        Node i = d.index("i", index, c.data().dim(c.axis()), c.index().toArray());
        return d.done("gather " + t.text() + c + " " + index.text(), d.b.gather(x, i, c.axis()));
    }

    private static Sample scatterAdd(DType t, DType index, Case c) {
        Draft d = new Draft();
        List<Integer> dims = new ArrayList<>(c.data().dims());
        dims.remove(c.axis());
        dims.addAll(c.axis(), c.index().dims());
        Node u = d.input("u", t, Shape.of(dims).toArray());
        Node i = d.index("i", index, c.data().dim(c.axis()), c.index().toArray());
        return d.done("scatter_add " + t.text() + c + " " + index.text(), d.b.scatterAdd(u, i, c.axis(), c.data().dim(c.axis())));
    }

    private static Sample concat(DType t, int axis, Shape... shapes) {
        Draft d = new Draft();
        Node[] parts = new Node[shapes.length];
        for (int k = 0; k < parts.length; k++) {
            parts[k] = d.input("p" + k, t, shapes[k].toArray());
        }
        return d.done("concat " + t.text() + List.of(shapes) + " axis " + axis, d.b.concat(axis, parts));
    }
}
