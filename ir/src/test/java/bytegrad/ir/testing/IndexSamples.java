package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** Gather, Scatter and Concat. More indices than places make duplicates certain. */
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

    /**
     * A gather or scatter of any form.
     *
     * @param index the shape of each of the {@code count} index tensors
     */
    private record General(Shape data, int axis, int batch, int count, Shape index) {
        @Override
        public String toString() {
            return data + " axis " + axis + " batch " + batch + " by " + count + " of " + index;
        }

        int[] updates() {
            List<Integer> dims = new ArrayList<>(data.dims());
            dims.subList(axis, axis + count).clear();
            dims.addAll(axis, index.dims().subList(batch, index.rank()));
            return Shape.of(dims).toArray();
        }

        List<Node> indices(Draft d, DType t) {
            List<Node> all = new ArrayList<>();
            for (int k = 0; k < count; k++) {
                all.add(d.index("i" + k, t, data.dim(axis + k), index.toArray()));
            }
            return all;
        }
    }

    /** The first two are run for every dtype and combination. */
    private static final List<General> GENERAL = List.of(
            new General(Shape.of(2, 3, 4, 17), 1, 1, 2, Shape.of(2, 7)), new General(Shape.of(3, 5, 4), 2, 1, 1, Shape.of(3, 2, 3)),
            new General(Shape.of(3, 5), 1, 1, 1, Shape.of(3, 9)), new General(Shape.of(3, 5), 0, 0, 2, Shape.of(20)), new General(Shape.of(4, 5, 16), 0, 0, 2, Shape.of(33)),
            new General(Shape.of(2, 3, 4, 5), 2, 2, 1, Shape.of(2, 3, 6)), new General(Shape.of(2, 3, 4), 2, 1, 1, Shape.of(2)),
            new General(Shape.of(2, 3, 4), 0, 0, 3, Shape.SCALAR), new General(Shape.of(0, 3, 4), 1, 1, 1, Shape.of(0, 5)),
            new General(Shape.of(3, 4), 1, 1, 1, Shape.of(3, 0)), new General(Shape.of(3, 4, 0), 0, 0, 2, Shape.of(5)), new General(Shape.of(13, 1), 0, 0, 1, Shape.of(40)));

    private static void general(List<Sample> out) {
        for (DType t : DType.values()) {
            for (General g : t == DType.F32 ? GENERAL : GENERAL.subList(0, 2)) {
                Draft d = new Draft();
                Node x = d.input("x", t, g.data().toArray());
                out.add(d.done("gather " + t.text() + g, d.b.gather(x, g.indices(d, DType.I32), g.axis(), g.batch())));
                for (Op.Combine c : Op.Combine.values()) {
                    if (t.isNumeric() || c == Op.Combine.SET) {
                        out.add(scatter(t, c, g));
                    }
                }
            }
        }
        for (Op.Combine c : List.of(Op.Combine.MUL, Op.Combine.MIN)) {
            Draft d = new Draft();
            General g = GENERAL.get(3);
            Fill ties = c == Op.Combine.MUL ? new Fill.Integers(0, 3) : Fill.TIES;
            Node x = c == Op.Combine.MUL ? d.input("x", DType.F64, ties, 3, 5) : d.rough("x", DType.F64, ties, 3, 5);
            Node u = c == Op.Combine.MUL ? d.input("u", DType.F64, ties, 20) : d.rough("u", DType.F64, ties, 20);
            out.add(d.done("scatter_" + c.text() + " of ties and zeros", d.b.scatter(c, x, u, g.indices(d, DType.I64), 0, 0)));
        }
        Draft d = new Draft();
        Node computed = d.b.tanh(d.input("x", DType.F32, 5, 19));
        out.add(d.done("scatter_max onto a computed base",
                d.b.scatter(Op.Combine.MAX, computed, d.b.sin(d.input("u", DType.F32, Fill.DISTINCT, 9, 19)), List.of(d.index("i", DType.I32, 5, 9)), 0, 0)));
        d = new Draft();
        out.add(d.done("scatter_set onto a broadcast row", d.b.scatter(Op.Combine.SET, d.b.broadcastTo(d.input("x", DType.F32, 7), Shape.of(5, 7)),
                d.input("u", DType.F32, 5, 3), List.of(d.index("i", DType.I32, 7, 3)), 1, 0)));
        d = new Draft();
        Node pairs = d.index("i", DType.I32, 3, 2, 4, 2);
        out.add(d.done("gather_nd", d.b.gatherNd(d.input("x", DType.F32, 2, 3, 4, 5), pairs, 1)));
        d = new Draft();
        out.add(d.done("scatter_nd", d.b.scatterNd(Op.Combine.ADD, d.input("x", DType.F32, 3, 4, 5), d.index("i", DType.I64, 3, 7, 2), d.input("u", DType.F32, 7, 5))));
        for (int axis = 0; axis < 3; axis++) {
            d = new Draft();
            Shape index = Shape.of(3, 4, 5).with(axis, 6);
            Node i = d.index("i", DType.I32, 3, index.toArray());
            Node x = d.input("x", DType.F32, 3, 4, 5);
            out.add(d.done("take_along_axis " + axis, d.b.takeAlongAxis(x, i, axis)));
            d = new Draft();
            i = d.index("i", DType.I32, 3, index.toArray());
            x = d.input("x", DType.F32, 3, 4, 5);
            out.add(d.done("put_along_axis " + axis, d.b.putAlongAxis(Op.Combine.SET, x, i, d.input("u", DType.F32, index.toArray()), axis)));
        }
    }

    private static Sample scatter(DType t, Op.Combine c, General g) {
        Draft d = new Draft();
        boolean extreme = (c == Op.Combine.MIN || c == Op.Combine.MAX) && t.isFloat();
        Node x;
        Node u;
        if (extreme) {
            // Cut from one tensor of distinct elements, so that a small step changes no extreme.
            Shape shape = Shape.of(g.updates());
            Node all = d.input("x", t, Fill.DISTINCT, g.data().size() + shape.size());
            x = d.b.reshape(d.b.slice(all, 0, 0, g.data().size()), g.data());
            u = d.b.reshape(d.b.slice(all, 0, g.data().size(), g.data().size() + shape.size()), shape);
        } else {
            x = d.input("x", t, g.data().toArray());
            u = d.input("u", t, g.updates());
        }
        return d.done("scatter_" + c.text() + " " + t.text() + g, d.b.scatter(c, x, u, g.indices(d, DType.I32), g.axis(), g.batch()));
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        general(out);
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
