package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A scatter: the base is written first, then one update after another in the order of the graph. */
final class Scatters {
    /** Indices of an axis without windows whose windows are added in turn. */
    private static final int TOGETHER = 4;

    private final Definitions definitions;
    private final Buffers buffers;
    private final Lanes lanes;
    private final MethodWriter method;

    Scatters(Definitions definitions, Buffers buffers, Lanes lanes) {
        this.definitions = definitions;
        this.buffers = buffers;
        this.lanes = lanes;
        this.method = new MethodWriter("run", List.of(), lanes, new MethodWriter.Names());
    }

    /** y = base; then y[β, o, i₁[β,j], …, r] ∘= u[β,o,j,r], j ascending. */
    List<Kernel.Method> methods(Node n) {
        if (n.op() instanceof Op.OverlapAdd o) {
            overlapAdd(n, o);
            return List.of(method.finish());
        }
        base(n, n.input(0));
        Node updates = n.input(1);
        IndexAxes axes = IndexAxes.of(n);
        // Rows go on lanes; else neighbouring updates may meet in one element, so that they go one by one.
        boolean rows = updates.rank() > axes.axis() + axes.positions();
        Loops.over(definitions, method.body, updates.shape(), rows ? lanes.loop() : 1, (s, at) -> {
            List<Index> picked = definitions.positions(n, n.shape(), axes.index(at), s);
            update(n, ViewIndex.flatten(n.shape(), axes.element(at, picked)), definitions.at(updates, at, s), s);
        });
        return List.of(method.finish());
    }

    /**
     * y = 0; y[i·strides + k·dilations] += x[i,k], i ascending: the loops over i are outside those over k, and the lanes' is innermost. Neighbouring windows overlap, so that
     * the second waits until what the first has stored is in the cache: where a window has few vectors, the same one of the next few indices of an axis without windows comes between.
     * What is added to at such an index is in the cache since it was zeroed there.
     */
    private void overlapAdd(Node n, Op.OverlapAdd o) {
        Op.Window w = o.window();
        Node x = n.input(0);
        int rank = x.shape().rank();
        int last = o.shape().rank() - 1;
        // Neighbouring elements of the result are neighbouring channels, or neighbouring elements of one window.
        int lane = w.axes().contains(last) ? rank - 1 : last;
        if (rank < 2 || lane == 0 || w.axes().contains(0)) {
            zeros(method.body, n, Index.ZERO, n.shape().size());
            windows(method.body, n, o, lane, Index.ZERO, rank == 0 ? 1 : x.shape().dim(0), 0);
            return;
        }
        boolean few = x.shape().dim(lane) <= lanes.loop();
        int positions = lane > last ? last : last - 1;
        int each = n.shape().dims().subList(1, n.rank()).stream().reduce(1, Math::multiplyExact);
        method.spans(method.body, x.shape().dim(0), few ? TOGETHER : 1, Optional.empty(), (s, first, count) -> {
            zeros(s, n, first.times(each), count * each);
            windows(s, n, o, lane, definitions.known(first, x.shape().dim(0) - count + 1), count, few ? positions : 0);
        });
    }

    private void zeros(Scope outside, Node n, Index first, int count) {
        int out = buffers.write(new Place.Value(n));
        Loops.over(definitions, outside, Shape.of(count), lanes.loop(), (s, at) -> s.store(out, first.plus(at.getFirst()), Expr.Const.of(n.dtype(), 0)));
    }

    /**
     * Adds the windows at some indices of the first axis.
     *
     * @param inside how many loops the one over them is inside of
     */
    private void windows(Scope outside, Node n, Op.OverlapAdd o, int lane, Index first, int count, int inside) {
        Node x = n.input(0);
        int rank = x.shape().rank();
        List<Integer> loops = new ArrayList<>(IntStream.range(0, rank).filter(k -> k != lane).boxed().toList());
        if (inside > 0) {
            loops.add(inside, loops.removeFirst());
        }
        loops.addAll(rank == 0 ? List.of() : List.of(lane));
        Loops.over(definitions, outside, Shape.of(loops.stream().map(k -> k == 0 ? count : x.shape().dim(k)).toList()), lanes.loop(), (s, nest) -> {
            Index[] index = new Index[rank];
            for (int k = 0; k < rank; k++) {
                index[loops.get(k)] = loops.get(k) == 0 ? first.plus(nest.get(k)) : nest.get(k);
            }
            List<Index> at = ViewIndex.through(o.window(), o.shape(), List.of(index), definitions::extent).orElseThrow();
            combine(ScalarFn.ADD, n, ViewIndex.flatten(n.shape(), at), definitions.at(x, List.of(index), s), s);
        });
    }

    private void base(Node n, Node base) {
        int out = buffers.write(new Place.Value(n));
        if (definitions.isLoaded(base) || definitions.isNumber(base)) {
            // In one loop, however short the rows are.
            Loops.over(definitions, method.body, Shape.of(n.shape().size()), lanes.loop(),
                    (s, at) -> s.store(out, at.getFirst(), definitions.flatAt(base, at.getFirst(), s)));
        } else {
            Loops.over(definitions, method.body, n.shape(), lanes.loop(), (s, at) -> s.store(out, ViewIndex.flatten(n.shape(), at), definitions.at(base, at, s)));
        }
    }

    private void update(Node n, Index place, Expr value, Scope s) {
        switch (((Op.Scatter) n.op()).combine()) {
            case SET -> s.store(buffers.write(new Place.Value(n)), place, value);
            case ADD -> combine(ScalarFn.ADD, n, place, value, s);
            case MUL -> combine(ScalarFn.MUL, n, place, value, s);
            case MIN -> combine(ScalarFn.MIN, n, place, value, s);
            case MAX -> combine(ScalarFn.MAX, n, place, value, s);
        }
    }

    private void combine(ScalarFn fn, Node n, Index place, Expr value, Scope s) {
        int out = buffers.read(new Place.Value(n));
        int stride = s.laneStride(place);
        if (stride != 0 && stride != 1) {
            throw new NotVectorizable("neighbouring lanes add to places " + stride + " apart");
        }
        int width = stride == 1 ? s.lanes() : 1;
        Expr old = s.variable(new Expr.Load(out, place, n.dtype(), width, width > 1 ? s.count() : 1));
        s.store(out, place, s.let(Expr.Apply.of(fn, old, s.splat(value, width))));
    }
}
