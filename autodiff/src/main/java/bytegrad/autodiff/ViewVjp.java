package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
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
        int rank = x.rank();
        int[] low = new int[rank];
        int[] high = new int[rank];
        int[] interior = new int[rank];
        for (int k = 0; k < rank; k++) {
            int n = dy.shape().dim(k);
            low[k] = op.starts().get(k);
            // The stride of one element or none does not matter.
            interior[k] = n > 1 ? op.strides().get(k) - 1 : 0;
            high[k] = x.dim(k) - low[k] - (n + Math.max(0, n - 1) * interior[k]);
        }
        return dy.shape().equals(x) ? dy : b.pad(dy, low, high, interior, 0);
    }

    /** What was put around and between is taken out; the fill is a constant. */
    Node pad(Op.Pad op, Shape x, Node dy) {
        int[] starts = new int[x.rank()];
        int[] limits = new int[x.rank()];
        int[] strides = new int[x.rank()];
        for (int k = 0; k < x.rank(); k++) {
            strides[k] = x.dim(k) > 1 ? op.interior().get(k) + 1 : 1;
            starts[k] = op.low().get(k);
            limits[k] = starts[k] + (x.dim(k) == 0 ? 0 : (x.dim(k) - 1) * strides[k] + 1);
        }
        return dy.shape().equals(x) ? dy : b.slice(dy, starts, limits, strides);
    }
}
