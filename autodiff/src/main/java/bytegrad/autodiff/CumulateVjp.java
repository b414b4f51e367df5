package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;

/** Cotangents of y[k] = x[0] ⊕ … ⊕ x[k], of a chain along one axis. */
final class CumulateVjp {
    private final GraphBuilder b;

    CumulateVjp(GraphBuilder b) {
        this.b = b;
    }

    Node pull(Op.Cumulate op, Node x, Node dy) {
        if (x.shape().size() == 0) {
            return b.zerosLike(x);
        }
        return switch (op.monoid()) {
            // x[k] is in every later sum.
            case SUM -> b.cumulate(Monoid.SUM, dy, op.axis(), !op.reverse(), op.exclusive());
            case PRODUCT -> product(op, x, dy);
            case MAX, MIN -> extreme(op, x, dy);
            case LOG_SUM_EXP -> logSumExp(op, x, dy);
            // Of integers and truths.
            case AND, OR -> b.zerosLike(x);
        };
    }

    /**
     * dx[w[k]] += dy[k], where w[k] is the least index of the extreme that y[k] is. It moves to k where x[k] beats all that came before, so that
     * w is itself cumulated. From the end, an equal x[k] of a lesser index beats too. A NaN beats all but an earlier NaN.
     */
    private Node extreme(Op.Cumulate op, Node x, Node dy) {
        int axis = op.axis();
        int n = x.shape().dim(axis);
        Node before = b.cumulate(op.monoid(), x, axis, op.reverse(), true);
        boolean max = op.monoid() == Monoid.MAX;
        Node nan = b.ne(x, x);
        Node beats = op.reverse()
                ? b.or(max ? b.ge(x, before) : b.le(x, before), nan)
                : b.or(max ? b.gt(x, before) : b.lt(x, before), b.and(nan, b.eq(before, before)));
        Node index = b.iota(x.type().with(DType.I32), axis);
        Node none = b.constant(DType.I32, op.reverse() ? n - 1 : 0);
        Node w = b.cumulate(op.reverse() ? Monoid.MIN : Monoid.MAX, b.select(beats, index, none), axis, op.reverse(), false);
        if (!op.exclusive()) {
            return b.putAlongAxis(Op.Combine.ADD, b.zerosLike(x), w, dy, axis);
        }
        // y[k] is the extreme of those before k, which is there for all k but the first.
        Node at = op.reverse() ? b.slice(w, axis, 1, n) : b.slice(w, axis, 0, n - 1);
        Node rest = op.reverse() ? b.slice(dy, axis, 0, n - 1) : b.slice(dy, axis, 1, n);
        return b.putAlongAxis(Op.Combine.ADD, b.zerosLike(x), at, rest, axis);
    }

    /**
     * dx[k] = p[k]·s[k], where p[k] is the product of all before x[k], and s[k] = dy[k] + x[k+1]·s[k+1]: without a division, so that zeros are
     * right and any order of derivative is. Exclusive results are those of one place later.
     */
    private Node product(Op.Cumulate op, Node x, Node dy) {
        Node p = b.cumulate(Monoid.PRODUCT, x, op.axis(), op.reverse(), true);
        return b.mul(p, fromLine(op, recurrence(later(line(op, x)), terms(op, dy)), x.shape()));
    }

    /**
     * dx[k] = e^(x[k] − z[k])·s[k], where z are the inclusive results, and s[k] = dy[k] + e^(z[k] − z[k+1])·s[k+1]: no exponent is above 0. An
     * element of −∞ gets 0.
     */
    private Node logSumExp(Op.Cumulate op, Node x, Node dy) {
        Node z = line(op, b.cumulate(Monoid.LOG_SUM_EXP, x, op.axis(), op.reverse(), false));
        Node s = fromLine(op, recurrence(exp(z, later(z)), terms(op, dy)), x.shape());
        return b.mul(exp(x, fromLine(op, z, x.shape())), s);
    }

    /** e^(a − c), 0 where a is −∞. */
    private Node exp(Node a, Node c) {
        Node none = b.full(a.type(), Double.NEGATIVE_INFINITY);
        Node real = b.ne(a, none);
        return b.select(real, b.exp(b.sub(b.select(real, a, b.zerosLike(a)), b.select(real, c, b.zerosLike(a)))), b.zerosLike(a));
    }

    private Node terms(Op.Cumulate op, Node dy) {
        Node terms = line(op, dy);
        return op.exclusive() ? later(terms) : terms;
    }

    /** [o, axis, i], the axis in the order in which it is cumulated. */
    private Node line(Op.Cumulate op, Node x) {
        int axis = op.axis();
        Node forward = op.reverse() ? b.flip(x, axis) : x;
        return b.reshape(forward, size(x.shape(), 0, axis), x.shape().dim(axis), size(x.shape(), axis + 1, x.rank()));
    }

    private Node fromLine(Op.Cumulate op, Node line, Shape shape) {
        Node y = b.reshape(line, shape);
        return op.reverse() ? b.flip(y, op.axis()) : y;
    }

    /** y[o,k,r] = x[o,k+1,r]; 0 at the end. */
    private Node later(Node x) {
        return b.pad(b.slice(x, 1, 1, x.shape().dim(1)), new int[3], new int[] {0, 1, 0}, 0);
    }

    /**
     * s[o,k,r] = t[o,k,r] + f[o,k,r]·s[o,k+1,r]. Pairs of steps are one step of a recurrence half as long, whose results are those of the even k;
     * the odd ones take one more step. O(n) work in O(log n) nodes.
     */
    private Node recurrence(Node f, Node t) {
        int outer = f.shape().dim(0);
        int n = f.shape().dim(1);
        int inner = f.shape().dim(2);
        if (n == 1) {
            return t;
        }
        int half = (n + 1) / 2;
        Node evenF = every(f, 0, half);
        Node evenT = every(t, 0, half);
        Node oddF = every(f, 1, half);
        Node oddT = every(t, 1, half);
        Node even = recurrence(b.mul(evenF, oddF), b.fma(evenF, oddT, evenT));
        Node odd = b.fma(oddF, later(even), oddT);
        Node both = b.concat(2, b.reshape(even, outer, half, 1, inner), b.reshape(odd, outer, half, 1, inner));
        return b.slice(b.reshape(both, outer, 2 * half, inner), 1, 0, n);
    }

    /** Every other element along the middle axis, {@code half} of them: a missing last one is 0. */
    private Node every(Node x, int start, int half) {
        Shape shape = x.shape();
        int n = shape.dim(1);
        Node taken = b.slice(x, new int[] {0, start, 0}, shape.toArray(), new int[] {1, 2, 1});
        return taken.shape().dim(1) == half ? taken : b.pad(taken, new int[3], new int[] {0, half - n / 2, 0}, 0);
    }

    private static int size(Shape shape, int from, int to) {
        int size = 1;
        for (int k = from; k < to; k++) {
            size *= shape.dim(k);
        }
        return size;
    }
}
