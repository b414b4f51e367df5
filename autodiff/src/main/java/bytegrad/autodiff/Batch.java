package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A graph mapped over a new leading axis, as JAX's vmap: what computes y from x becomes what computes y for each of n values of x, in one
 * graph of the same size.
 *
 * <pre>{@code
 * Node y = f(b, x, w);                                              // of one example x
 * Node ys = Batch.of(b, List.of(y), List.of(x), List.of(xs)).get(0); // of n, stacked along axis 0 of xs
 * }</pre>
 *
 * <p>Every element of the batch gets the value that the graph has for it alone (sums may be added up in another order). What does not depend
 * on the mapped nodes is computed once. So a draw whose key is not mapped is the same for each element; one whose key is mapped draws for each
 * key. Of a condition that is mapped both branches run, and a loop whose condition is mapped goes on, for all elements, until it holds for
 * none: those that are done keep their carries.
 */
public final class Batch {
    private final GraphBuilder b;
    private final int size;
    private final Paths paths;
    private final @Nullable Node[] batched;
    private final IndexBatch index;
    private final NestedBatch nested;

    private Batch(GraphBuilder b, int size, Paths paths) {
        this.b = b;
        this.size = size;
        this.paths = paths;
        this.batched = new Node[paths.extent()];
        this.index = new IndexBatch(b, this);
        this.nested = new NestedBatch(b, this);
    }

    /**
     * Each y for n values of the xs: stacked along a new leading axis.
     *
     * @param xs any nodes of the graph
     * @param values for each x, what stands in its place: of its dtype, with a leading axis of n before its shape
     * @return one for each y, of its dtype, with a leading axis of n before its shape; a y that depends on no x is repeated
     * @throws GraphException if the values do not fit, or a batched tensor would have more axes or elements than a tensor can
     */
    public static List<Node> of(GraphBuilder b, List<Node> ys, List<Node> xs, List<Node> values) {
        int size = check(b, ys, xs, values);
        Batch batch = walk(b, size, ys, xs, values);
        return ys.stream().map(batch::lead).toList();
    }

    private static int check(GraphBuilder b, List<Node> ys, List<Node> xs, List<Node> values) {
        if (xs.isEmpty() || xs.size() != values.size()) {
            throw GraphException.at("batch of " + xs.size() + " nodes with " + values.size()
                    + " batches of values: there must be one for each, and one at least");
        }
        ys.forEach(y -> Gradient.owned(b, y, "the node to map"));
        for (int k = 0; k < xs.size(); k++) {
            Node x = xs.get(k);
            Node v = values.get(k);
            Gradient.owned(b, x, "the node to map over");
            Gradient.owned(b, v, "the batch of values");
            if (v.rank() == 0 || v.dtype() != x.dtype() || !v.shape().without(List.of(0)).equals(x.shape())) {
                throw GraphException.at("batch over " + Gradient.name(x) + ": its values must be of " + x.dtype().text()
                        + " and have one axis before those of " + x.shape() + ", not " + v.type());
            }
            if (v.shape().dim(0) != values.get(0).shape().dim(0)) {
                throw GraphException.at("batch: " + v.shape().dim(0) + " values for " + Gradient.name(x) + ", and "
                        + values.get(0).shape().dim(0) + " for " + Gradient.name(xs.get(0)));
            }
        }
        return values.get(0).shape().dim(0);
    }

    /** The walk, inputs before consumers. */
    static Batch walk(GraphBuilder b, int size, List<Node> ys, List<Node> xs, List<Node> values) {
        Batch batch = new Batch(b, size, Paths.ofAny(b, xs, ys));
        for (int k = 0; k < xs.size(); k++) {
            if (batch.paths.has(xs.get(k))) {
                batch.set(xs.get(k), values.get(k));
            }
        }
        for (Node y : batch.paths.ascending()) {
            // What is mapped over is not computed; what turns out to be the same for all stays as it is.
            if (!batch.isBatched(y) && y.inputs().stream().anyMatch(batch::isBatched)) {
                batch.map(y);
            }
        }
        return batch;
    }

    int size() {
        return size;
    }

    Paths paths() {
        return paths;
    }

    boolean isBatched(Node x) {
        return paths.has(x) && batched[paths.place(x)] != null;
    }

    /** The node for every element: repeated, where it is the same for all. */
    Node lead(Node x) {
        Node known = paths.has(x) ? batched[paths.place(x)] : null;
        return known != null ? known : b.broadcast(x, type(x.type()).shape(), IntStream.rangeClosed(1, x.rank()).toArray());
    }

    /** The node with the batch axis if it depends on it, else as it is. */
    Node orSame(Node x) {
        return isBatched(x) ? lead(x) : x;
    }

    void set(Node y, Node values) {
        if (!values.type().equals(type(y.type()))) {
            throw new IllegalStateException("batch " + values + " of " + y);
        }
        batched[paths.place(y)] = values;
    }

    TensorType type(TensorType element) {
        return element.with(prefixed(size, element.shape()));
    }

    private static Shape prefixed(int n, Shape shape) {
        List<Integer> dims = new ArrayList<>(shape.dims());
        dims.addFirst(n);
        try {
            return Shape.of(dims);
        } catch (GraphException e) {
            throw GraphException.at("batch of " + n + " tensors " + shape + ": " + e.getMessage());
        }
    }

    private void map(Node y) {
        switch (y.op()) {
            // Not made of anything.
            case Op.Input o -> {}
            case Op.Constant o -> {}
            case Op.Iota o -> {}
            case Op.Map o -> all(o, y);
            case Op.Cast o -> all(o, y);
            case Op.Reduce(var monoid, List<Integer> axes) -> all(new Op.Reduce(monoid, shifted(axes)), y);
            case Op.ArgReduce(var extremum, int axis) -> all(new Op.ArgReduce(extremum, axis + 1), y);
            case Op.Contract o -> set(y, contract(o, y));
            case Op.Gather o -> set(y, index.gather(o, y));
            case Op.Scatter o -> set(y, index.scatter(o, y));
            case Op.Concat(int axis) -> all(new Op.Concat(axis + 1), y);
            case Op.Cumulate(var monoid, int axis, boolean reverse, boolean exclusive) -> all(new Op.Cumulate(monoid, axis + 1, reverse, exclusive), y);
            case Op.ArgSort(int axis, boolean descending, int count) -> all(new Op.ArgSort(axis + 1, descending, count), y);
            case Op.Random o -> set(y, random(o, y));
            case Op.OverlapAdd(Op.Window w, Shape shape) -> all(new Op.OverlapAdd(window(w), prefixed(size, shape)), y);
            case Op.Nested o -> nested.map(o, y);
            case Op.Reshape(Shape shape) -> all(new Op.Reshape(prefixed(size, shape)), y);
            case Op.Transpose(List<Integer> axes) -> all(new Op.Transpose(first(0, shifted(axes))), y);
            case Op.Broadcast(Shape shape, List<Integer> axes) -> all(new Op.Broadcast(prefixed(size, shape), first(0, shifted(axes))), y);
            case Op.Slice(List<Integer> starts, List<Integer> limits, List<Integer> strides) ->
                all(new Op.Slice(first(0, starts), first(size, limits), first(1, strides)), y);
            case Op.Pad(List<Integer> low, List<Integer> high, List<Integer> interior, double fill) ->
                all(new Op.Pad(first(0, low), first(0, high), first(0, interior), fill), y);
            case Op.Window o -> all(window(o), y);
            case Op.Flip(List<Integer> axes) -> all(new Op.Flip(shifted(axes)), y);
        }
    }

    /** The op that does the same behind the batch axis, of operands that all have it. */
    private void all(Op op, Node y) {
        set(y, b.apply(op, y.inputs().stream().map(this::lead).toList()));
    }

    static List<Integer> shifted(List<Integer> axes) {
        return axes.stream().map(k -> k + 1).toList();
    }

    static List<Integer> first(int x, List<Integer> rest) {
        List<Integer> all = new ArrayList<>(rest);
        all.addFirst(x);
        return all;
    }

    private static Op.Window window(Op.Window w) {
        return new Op.Window(shifted(w.axes()), w.sizes(), w.strides(), w.dilations());
    }

    /** The batch axis is one more of the pairs, or a free axis of the operand that has it: the other is not repeated. */
    private Node contract(Op.Contract c, Node y) {
        Node l = y.input(0);
        Node r = y.input(1);
        boolean left = isBatched(l);
        boolean right = isBatched(r);
        List<Integer> leftBatch = left ? shifted(c.leftBatch()) : c.leftBatch();
        List<Integer> rightBatch = right ? shifted(c.rightBatch()) : c.rightBatch();
        List<Integer> leftContract = left ? shifted(c.leftContract()) : c.leftContract();
        List<Integer> rightContract = right ? shifted(c.rightContract()) : c.rightContract();
        if (left && right) {
            return b.contract(new Op.Contract(first(0, leftBatch), first(0, rightBatch), leftContract, rightContract), lead(l), lead(r));
        }
        Node product = b.contract(new Op.Contract(leftBatch, rightBatch, leftContract, rightContract), orSame(l), orSame(r));
        return toFront(b, product, left ? c.leftBatch().size() : l.rank() - c.leftContract().size());
    }

    /** One axis moved before all others. */
    static Node toFront(GraphBuilder b, Node x, int axis) {
        return b.transpose(x, IntStream.concat(IntStream.of(axis), IntStream.range(0, x.rank()).filter(k -> k != axis)).toArray());
    }

    /** Draws are made of one key; for several it is done by turns. */
    private Node random(Op.Random op, Node y) {
        Rolled r = new Rolled();
        r.output(r.body.apply(op, List.of(r.slice(lead(y.input(0))))));
        return r.finish(b, size, false).ys().get(0);
    }
}
