package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reductions, in the order that {@link SumOrder} fixes, whatever the lanes. */
final class Reductions {
    private final Definitions definitions;
    private final KeptRows kept;
    private final Buffers buffers;
    private final Lanes lanes;
    private boolean columnSums;

    Reductions(Definitions definitions, KeptRows kept, Buffers buffers, Lanes lanes) {
        this.definitions = definitions;
        this.kept = kept;
        this.buffers = buffers;
        this.lanes = lanes;
    }

    /** Writes the loops of a reduction at an index into the scope that binds it; the result is a variable there. */
    Expr reduce(Node n, Op.Reduce op, List<Index> kept, Scope s) {
        Shape shape = n.input(0).shape();
        SumOrder order = SumOrder.of(shape, op.axes());
        Literal identity = op.monoid().identity(n.dtype());
        Expr zero = new Expr.Const(n.dtype(), identity.bitsAt(0));
        if (order.width() == 1) {
            return chain(n, op, kept, zero, s);
        }
        if (s.varies(kept)) {
            throw new NotVectorizable("it reduces rows");
        }
        int width = n.dtype().bytes() == lanes.bytes() ? lanes.reduction() : 1;
        if (op.monoid().fn() == ScalarFn.LOG_ADD_EXP && n.dtype() == DType.F32) {
            return once(n, op, kept, zero, order.width(), width, s);
        }
        return width > 1 ? registers(n, op, kept, zero, order.width(), width, s) : memory(n, op, kept, zero, order.width(), s);
    }

    /** One accumulator; of columns, as many as the body handles vectors, so that the rows are passed once for all of them. */
    private Expr chain(Node n, Op.Reduce op, List<Index> kept, Expr zero, Scope s) {
        if (definitions.isOfTiles()) {
            return writtenOut(n, op, kept, zero, s);
        }
        boolean columns = s.varies(kept);
        if (columns && s.lanes() > 1) {
            columnSums = true;
        }
        int lanesHere = columns ? s.lanes() : 1;
        int vectors = columns ? s.vectors() : 1;
        List<Expr.Var> acc = new ArrayList<>();
        for (int v = 0; v < vectors; v++) {
            acc.add(s.accumulator(lanesHere == 1 ? zero : s.splat(zero, lanesHere)));
            s.values.put(new Scope.Key(n, s.ahead(kept, v)), acc.get(v));
        }
        overAxes(n, op, op.axes().size(), kept, s, (inner, index) -> {
            for (int v = 0; v < vectors; v++) {
                combine(op.monoid().fn(), acc.get(v), definitions.at(n.input(0), s.ahead(index, v), inner), inner);
            }
        });
        return acc.getFirst();
    }

    /** Whether vectors of columns were summed, which is better done several side by side. */
    boolean sumsColumns() {
        return columnSums;
    }

    private interface Element {
        void visit(Scope s, List<Index> index);
    }

    /** Loops over the first {@code count} reduced axes; later ones stay at 0 for the body to replace. */
    private void overAxes(Node n, Op.Reduce op, int count, List<Index> kept, Scope s, Element body) {
        Shape shape = n.input(0).shape();
        List<Integer> extents = op.axes().subList(0, count).stream().map(shape::dim).toList();
        s.method().eachOf(s, extents, nest -> {
            List<Index> index = new ArrayList<>(kept);
            for (int k = 0; k < op.axes().size(); k++) {
                int axis = op.axes().get(k);
                index.add(axis, k < count ? definitions.known(nest.index().get(k), shape.dim(axis)) : Index.ZERO);
            }
            body.visit(nest.scope(), index);
        });
    }

    /** Of a window of the contraction's result: its few elements one after another. A maximum begins with the first of them, which saves one that is no news. */
    private Expr writtenOut(Node n, Op.Reduce op, List<Index> kept, Expr zero, Scope s) {
        Shape shape = n.input(0).shape();
        int lanesHere = s.varies(kept) ? s.lanes() : 1;
        @Nullable Expr sum = op.monoid() == Monoid.MAX || op.monoid() == Monoid.MIN ? null : s.splat(zero, lanesHere);
        for (List<Index> element : elements(shape, op.axes())) {
            List<Index> index = new ArrayList<>(kept);
            for (int k = 0; k < op.axes().size(); k++) {
                index.add(op.axes().get(k), element.get(k));
            }
            Expr value = s.splat(definitions.at(n.input(0), index, s), lanesHere);
            sum = sum == null ? value : s.let(combined(op.monoid().fn(), value, sum, s));
        }
        return Objects.requireNonNull(sum);
    }

    /** All indices along the axes, the last of which runs fastest. */
    private static List<List<Index>> elements(Shape shape, List<Integer> axes) {
        List<List<Index>> all = List.of(List.of());
        for (int axis : axes) {
            all = all.stream().flatMap(first -> IntStream.range(0, shape.dim(axis)).mapToObj(i -> Stream.concat(first.stream(), Stream.of(Index.of(i))).toList())).toList();
        }
        return all;
    }

    private static void combine(ScalarFn fn, Expr.Var acc, Expr value, Scope s) {
        s.out.add(new Stmt.Assign(acc, combined(fn, s.splat(value, acc.lanes()), acc, s)));
    }

    /**
     * fn(a, b); only log_add_exp is more than one operation. Of an accumulator and another value, the accumulator is b: it is the first one's method that is called, and what class
     * a variable of a loop has HotSpot knows from profiles only. With that of an accumulator, it often left the vectors of a softmax objects, and the kernel a quarter as fast.
     */
    private static Expr combined(ScalarFn fn, Expr a, Expr b, Scope s) {
        return fn == ScalarFn.LOG_ADD_EXP ? Expansion.apply(fn, List.of(a, b), s) : Expr.Apply.of(fn, a, b);
    }

    private static List<Index> with(List<Index> index, int axis, Index i) {
        List<Index> copy = new ArrayList<>(index);
        copy.set(axis, i);
        return copy;
    }

    /** What is reduced along rows, and then used again, is kept for it. */
    private Optional<KeptRows.Pass> pass(Op.Reduce op, int extent, int width) {
        return op.axes().size() == 1 ? kept.pass(extent, width) : Optional.empty();
    }

    /** Partials in registers: W / lanes vectors. The last of them is halved by its own lanes, of which the first ends up with the result. */
    private Expr registers(Node n, Op.Reduce op, List<Index> kept, Expr zero, int partials, int width, Scope s) {
        ScalarFn fn = op.monoid().fn();
        Node x = n.input(0);
        int last = op.axes().getLast();
        int extent = x.shape().dim(last);
        int whole = extent - extent % width;
        Scratch scratch = Scratch.of(buffers, n.dtype(), width, s.method().cut());
        Optional<KeptRows.Pass> rows = pass(op, extent, width);
        Optional<FloatOrder> order = FloatOrder.of(op.monoid(), n.dtype());
        Expr first = order.isEmpty() ? zero : order.get().identity();
        List<Expr.Var> acc = new ArrayList<>();
        for (int c = 0; c < partials / width; c++) {
            acc.add(s.accumulator(s.splat(first, width)));
        }
        MethodWriter m = s.method();
        overAxes(n, op, op.axes().size() - 1, kept, s, (outer, index) -> {
            // Written for one vector, which is always the first's turn: then it moves to the back. What is reduced may be long.
            if (whole > 0) {
                m.loop(outer, Index.ZERO, Index.of(whole), width, width, (inner, k) -> {
                    Expr at = inner.splat(definitions.at(x, with(index, last, definitions.known(k, extent)), inner), width);
                    Expr value = order.isEmpty() ? at : order.get().key(at, inner);
                    rows.ifPresent(r -> r.keep(k, inner));
                    Expr next = inner.variable(combined(fn, value, acc.getFirst(), inner));
                    for (int c = 1; c < acc.size(); c++) {
                        inner.out.add(new Stmt.Assign(acc.get(c - 1), acc.get(c)));
                    }
                    inner.out.add(new Stmt.Assign(acc.getLast(), next));
                });
            }
            if (whole < extent) {
                m.part(outer, Index.of(whole), extent - whole, width, (inner, k) -> {
                    Expr at = inner.splat(definitions.at(x, with(index, last, definitions.known(k, extent)), inner), width);
                    Expr value = order.isEmpty() ? at : order.get().key(at, inner);
                    rows.ifPresent(r -> r.keep(k, inner));
                    DType dtype = value.dtype();
                    Expr idle = Expr.Apply.of(ScalarFn.GE, new Expr.Ramp(Index.ZERO, 1, dtype, width), new Expr.Splat(Expr.Const.of(dtype, extent - whole), width));
                    Expr next = combined(fn, value, acc.getFirst(), inner);
                    inner.out.add(new Stmt.Assign(acc.getFirst(), Expr.Apply.of(ScalarFn.SELECT, idle, acc.getFirst(), next)));
                });
            }
            int turn = whole / width % acc.size();
            if (turn != 0) {
                // Each row begins with the first.
                List<Expr> turned = acc.stream().map(v -> (Expr) outer.variable(v)).toList();
                for (int c = 0; c < acc.size(); c++) {
                    outer.out.add(new Stmt.Assign(acc.get((c + turn) % acc.size()), turned.get(c)));
                }
            }
        });
        rows.ifPresent(r -> r.done(s));
        for (int half = acc.size() / 2; half >= 1; half /= 2) {
            for (int c = 0; c < half; c++) {
                combine(fn, acc.get(c), acc.get(c + half), s);
            }
        }
        int begin = s.out.size();
        for (int half = width / 2; half >= 1; half /= 2) {
            combine(fn, acc.getFirst(), s.variable(new Expr.Rotate(acc.getFirst(), half)), s);
        }
        Expr result = order.isEmpty() ? acc.getFirst() : order.get().number(acc.getFirst(), s);
        s.out.add(new Stmt.Store(scratch.buffer(), at(scratch, Index.ZERO, s), result));
        Expr.Var number = s.variable(new Expr.Load(scratch.buffer(), at(scratch, Index.ZERO, s), n.dtype(), 1));
        int elements = op.axes().stream().mapToInt(x.shape()::dim).reduce(1, Math::multiplyExact);
        s.reductions.add(new RowsAhead.Reduced(acc.getFirst(), begin, number, s.out.size(), this.kept.depth(n), elements));
        return number;
    }

    private static void intoScratch(ScalarFn fn, Scratch scratch, Index index, int width, Expr value, Scope s) {
        Index at = at(scratch, index, s);
        Expr old = s.variable(new Expr.Load(scratch.buffer(), at, value.dtype(), width));
        s.out.add(new Stmt.Store(scratch.buffer(), at, combined(fn, old, s.splat(value, width), s)));
    }

    private static Index at(Scratch scratch, Index index, Scope s) {
        return scratch.at(index, s.method().cut());
    }

    /** Partials in scratch: what one lane can do, in loops that HotSpot may vectorise by itself. */
    private Expr memory(Node n, Op.Reduce op, List<Index> kept, Expr zero, int partials, Scope s) {
        ScalarFn fn = op.monoid().fn();
        Node x = n.input(0);
        int last = op.axes().getLast();
        int extent = x.shape().dim(last);
        int main = extent - extent % partials;
        Scratch scratch = Scratch.of(buffers, n.dtype(), partials, s.method().cut());
        Optional<KeptRows.Pass> rows = pass(op, extent, 1);
        MethodWriter m = s.method();
        m.each(s, partials, (inner, w) -> inner.out.add(new Stmt.Store(scratch.buffer(), at(scratch, w, inner), zero)));
        overAxes(n, op, op.axes().size() - 1, kept, s, (outer, index) -> {
            m.loop(outer, Index.ZERO, Index.of(main), partials, 1, (middle, k) -> {
                definitions.known(k, main - partials + 1);
                m.each(middle, partials, (inner, w) -> {
                    Index at = k.plus(definitions.known(w, partials));
                    Expr value = definitions.at(x, with(index, last, at), inner);
                    rows.ifPresent(r -> r.keep(at, inner));
                    intoScratch(fn, scratch, w, 1, value, inner);
                });
            });
            if (main < extent) {
                m.loop(outer, Index.ZERO, Index.of(extent - main), 1, 1, (inner, w) -> {
                    Index at = definitions.known(w, extent - main).plus(main);
                    Expr value = definitions.at(x, with(index, last, at), inner);
                    rows.ifPresent(r -> r.keep(at, inner));
                    intoScratch(fn, scratch, w, 1, value, inner);
                });
            }
        });
        rows.ifPresent(r -> r.done(s));
        for (int half = partials / 2; half >= 1; half /= 2) {
            int h = half;
            m.each(s, half, (inner, w) -> {
                Expr upper = inner.variable(new Expr.Load(scratch.buffer(), at(scratch, w.plus(h), inner), n.dtype(), 1));
                intoScratch(fn, scratch, w, 1, upper, inner);
            });
        }
        return s.variable(new Expr.Load(scratch.buffer(), at(scratch, Index.ZERO, s), n.dtype(), 1));
    }

    /**
     * For a function of many operations: written three times only, in loops over the partials. In the last of them pairs of partials, and of
     * what becomes of them, lie side by side, as i is put where its bits in reverse order say: then i + W/2 comes next to i.
     */
    private Expr once(Node n, Op.Reduce op, List<Index> kept, Expr zero, int partials, int width, Scope s) {
        ScalarFn fn = op.monoid().fn();
        Node x = n.input(0);
        int last = op.axes().getLast();
        int extent = x.shape().dim(last);
        int main = extent - extent % partials;
        MethodWriter m = s.method();
        Scratch scratch = Scratch.of(buffers, n.dtype(), partials, m.cut());
        m.loop(s, Index.ZERO, Index.of(partials), width, width, (inner, w) -> inner.out.add(new Stmt.Store(scratch.buffer(), at(scratch, w, inner), inner.splat(zero, width))));
        overAxes(n, op, op.axes().size() - 1, kept, s, (outer, index) -> {
            m.loop(outer, Index.ZERO, Index.of(main), partials, 1, (middle, k) -> {
                definitions.known(k, main - partials + 1);
                m.loop(middle, Index.ZERO, Index.of(partials), width, width, (inner, w) -> intoScratch(fn, scratch, w, width,
                        definitions.at(x, with(index, last, k.plus(definitions.known(w, partials))), inner), inner));
            });
            if (main < extent) {
                m.loop(outer, Index.ZERO, Index.of(extent - main), 1, 1, (inner, w) -> intoScratch(fn, scratch, w, 1,
                        definitions.at(x, with(index, last, definitions.known(w, extent - main).plus(main)), inner), inner));
            }
        });
        Scratch tree = Scratch.of(buffers, n.dtype(), 2 * partials - 1, m.cut());
        for (int w = 0; w < partials; w++) {
            int place = Integer.reverse(w) >>> 1 + Integer.numberOfLeadingZeros(partials);
            s.out.add(new Stmt.Store(tree.buffer(), at(tree, Index.of(place), s), s.variable(new Expr.Load(scratch.buffer(), at(scratch, Index.of(w), s), n.dtype(), 1))));
        }
        m.loop(s, Index.ZERO, Index.of(partials - 1), 1, 1, (inner, t) -> {
            Expr a = inner.variable(new Expr.Load(tree.buffer(), at(tree, t.times(2), inner), n.dtype(), 1));
            Expr b = inner.variable(new Expr.Load(tree.buffer(), at(tree, t.times(2).plus(1), inner), n.dtype(), 1));
            inner.out.add(new Stmt.Store(tree.buffer(), at(tree, t.plus(partials), inner), combined(fn, a, b, inner)));
        });
        return s.variable(new Expr.Load(tree.buffer(), at(tree, Index.of(2 * partials - 2), s), n.dtype(), 1));
    }
}
