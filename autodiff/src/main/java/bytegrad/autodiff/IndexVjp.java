package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.stream.IntStream;

/**
 * Cotangents of gathers and scatters. What belongs to each update, at [β,o,j,r], is gathered from the elements of y, at [β,o,i,r], and the other
 * way round is scattered.
 */
final class IndexVjp {
    private final GraphBuilder b;

    IndexVjp(GraphBuilder b) {
        this.b = b;
    }

    /** Each element of the data gets the sum of the cotangents of its copies. */
    Node gather(Op.Gather op, Node y, Node dy) {
        return b.scatter(Op.Combine.ADD, b.zerosLike(y.input(0)), dy, IndexAxes.indices(y), op.axis(), op.batch());
    }

    /** The cotangent of what was there before. */
    Node base(Op.Scatter op, Node y, Node dy) {
        Node base = y.input(0);
        return switch (op.combine()) {
            case ADD -> dy;
            case SET -> scattered(Op.Combine.SET, y, dy, b.zerosLike(y.input(1)));
            case MUL -> b.mul(dy, new Factors(y).ofBase());
            case MIN, MAX -> b.select(same(base, y), dy, b.zerosLike(dy));
        };
    }

    /** The cotangent of the updates. */
    Node updates(Op.Scatter op, Node y, Node dy) {
        Node u = y.input(1);
        if (u.shape().size() == 0) {
            return b.zerosLike(u);
        }
        Node du = gathered(y, dy);
        return switch (op.combine()) {
            case ADD -> du;
            case SET -> b.select(last(y), du, b.zerosLike(u));
            case MUL -> b.mul(du, new Factors(y).ofUpdates());
            case MIN, MAX -> b.select(first(y), du, b.zerosLike(u));
        };
    }

    private Node scattered(Op.Combine combine, Node y, Node base, Node updates) {
        Op.Scatter op = (Op.Scatter) y.op();
        return b.scatter(combine, base, updates, IndexAxes.indices(y), op.axis(), op.batch());
    }

    private Node gathered(Node y, Node data) {
        Op.Scatter op = (Op.Scatter) y.op();
        return b.gather(data, IndexAxes.indices(y), op.axis(), op.batch());
    }

    /** p[β,o,j,r] = the row-major position of j, as i32. */
    private Node positions(Node y) {
        IndexAxes axes = IndexAxes.of(y);
        Shape u = y.input(1).shape();
        Shape j = Shape.of(u.dims().subList(axes.axis(), axes.axis() + axes.positions()));
        Node p = b.reshape(b.iota(TensorType.of(DType.I32, j.size()), 0), j);
        return b.broadcast(p, u, IntStream.range(axes.axis(), axes.axis() + axes.positions()).toArray());
    }

    /** Whether an update is the one that set its element: the last. */
    private Node last(Node y) {
        Node p = positions(y);
        Node none = b.full(y.type().with(DType.I32), -1);
        return b.eq(gathered(y, scattered(Op.Combine.SET, y, none, p)), p);
    }

    /** Whether an update is the extreme of its element and neither the base nor an update before it is. */
    private Node first(Node y) {
        Node p = positions(y);
        Node never = b.constant(DType.I32, Integer.MAX_VALUE);
        Node candidate = b.select(same(y.input(1), gathered(y, y)), p, never);
        Node base = b.select(same(y.input(0), y), b.constant(DType.I32, -1), never);
        return b.eq(gathered(y, scattered(Op.Combine.MIN, y, base, candidate)), p);
    }

    /** Equal, or both NaN. */
    private Node same(Node a, Node c) {
        return b.or(b.eq(a, c), b.and(b.ne(a, a), b.ne(c, c)));
    }

    /**
     * The product of all factors of an element of y but one, be they zero or not. With q the product of those that are not zero, z the number of
     * those that are and s their sum (a zero that has a derivative), it is q without the one if no other is zero, times s without the one if one
     * other is, and 0 if more are. So its value and its first derivative are right at zeros; a third derivative of y through two zeros is lost.
     */
    private final class Factors {
        private final Node y;
        private final Node q;
        private final Node z;
        private final Node s;

        Factors(Node y) {
            this.y = y;
            Node base = y.input(0);
            Node u = y.input(1);
            this.q = scattered(Op.Combine.MUL, y, nonzero(base), nonzero(u));
            this.z = scattered(Op.Combine.ADD, y, count(base), count(u));
            this.s = scattered(Op.Combine.ADD, y, zero(base), zero(u));
        }

        private Node isZero(Node f) {
            return b.eq(f, b.zerosLike(f));
        }

        private Node nonzero(Node f) {
            return b.select(isZero(f), b.constant(f.dtype(), 1), f);
        }

        private Node zero(Node f) {
            return b.select(isZero(f), f, b.zerosLike(f));
        }

        private Node count(Node f) {
            return b.cast(isZero(f), DType.I32);
        }

        /** Of the updates. */
        Node ofUpdates() {
            return others(y.input(1), gathered(y, q), gathered(y, z), gathered(y, s));
        }

        private Node others(Node f, Node product, Node zeros, Node sum) {
            Node rest = b.sub(zeros, count(f));
            Node one = b.select(b.eq(rest, b.constant(DType.I32, 1)), b.sub(sum, zero(f)), b.zerosLike(f));
            return b.mul(b.div(product, nonzero(f)), b.select(b.eq(rest, b.constant(DType.I32, 0)), b.constant(f.dtype(), 1), one));
        }

        /** Of the base. */
        Node ofBase() {
            return others(y.input(0), q, z, s);
        }
    }
}
