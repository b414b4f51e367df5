package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Cotangents of the views: other views, and a sum where elements were repeated. */
final class ViewVjp {
    private final GraphBuilder b;

    ViewVjp(GraphBuilder b) {
        this.b = b;
    }

    /** y[i] = x[j], j[axes[k]] = i[k]: the inverse permutation. */
    Node transpose(List<Integer> axes, Node dy) {
        return b.transpose(dy, IntStream.range(0, axes.size()).map(axes::indexOf).toArray());
    }

    /** Summed over the axes that were added or grown. */
    Node broadcast(Op.Broadcast op, Shape x, Node dy) {
        int[] repeated = IntStream.range(0, dy.rank())
                .filter(k -> {
                    int from = op.axes().indexOf(k);
                    return from < 0 || x.dim(from) != dy.shape().dim(k);
                })
                .toArray();
        return b.reshape(b.sum(dy, repeated), x);
    }

    /** dx[starts + i·strides] = dy[i], zero elsewhere. */
    Node slice(Op.Slice op, Shape x, Node dy) {
        Node d = dy;
        for (int k = 0; k < x.rank(); k++) {
            // The stride of one element or none does not matter.
            if (op.strides().get(k) > 1 && dy.shape().dim(k) > 1) {
                d = dilate(d, k, op.strides().get(k));
            }
        }
        int[] low = op.starts().stream().mapToInt(s -> s).toArray();
        int[] high = new int[x.rank()];
        int[] fit = new int[x.rank()];
        for (int k = 0; k < x.rank(); k++) {
            // Dilation leaves stride − 1 zeros after the last element, of which some may not fit.
            fit[k] = Math.min(d.shape().dim(k), x.dim(k) - low[k]);
            high[k] = x.dim(k) - low[k] - fit[k];
        }
        d = cut(d, new int[x.rank()], fit);
        return d.shape().equals(x) ? d : b.pad(d, low, high, 0);
    }

    /** [o, n, i] → [o, n·stride, i], with stride − 1 zeros after each: a pad of an axis of one, so no kind of its own. */
    private Node dilate(Node d, int axis, int stride) {
        int[] dims = d.shape().toArray();
        int outer = Arrays.stream(dims, 0, axis + 1).reduce(1, (p, q) -> p * q);
        int inner = Arrays.stream(dims, axis + 1, dims.length).reduce(1, (p, q) -> p * q);
        Node spread = b.pad(b.reshape(d, outer, 1, inner), new int[3], new int[] {0, stride - 1, 0}, 0);
        return b.reshape(spread, d.shape().with(axis, dims[axis] * stride));
    }

    /** What was put between is taken out; the fill is a constant. */
    Node pad(Op.Pad op, Shape x, Node dy) {
        int[] low = op.low().stream().mapToInt(s -> s).toArray();
        return cut(dy, low, IntStream.range(0, x.rank()).map(k -> low[k] + x.dim(k)).toArray());
    }

    private Node cut(Node d, int[] starts, int[] limits) {
        if (Arrays.equals(limits, d.shape().toArray()) && Arrays.stream(starts).allMatch(s -> s == 0)) {
            return d;
        }
        int[] strides = new int[starts.length];
        Arrays.fill(strides, 1);
        return b.slice(d, starts, limits, strides);
    }
}
