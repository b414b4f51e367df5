package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Windows that do not overlap are not added to anything but zeros: they are put next to each other, with zeros in the gaps and behind the last.
 *
 * <pre>{@code
 * overlap_add(x: [12,64,2]): [25,64] strides=[2]  ->  pad(reshape(transpose(add(x, 0)): [12,2,64]): [24,64]): [25,64]
 * }</pre>
 *
 * So the gradient of a pooling is a view of what is elementwise, and can be computed where it is read.
 */
public final class PlaceWindows implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, (node, in, b) -> node.op() instanceof Op.OverlapAdd o ? placed(o, in.get(0), b) : null);
    }

    private static @Nullable Node placed(Op.OverlapAdd o, Node windows, GraphBuilder b) {
        Op.Window w = o.window();
        int rank = o.shape().rank();
        int n = w.axes().size();
        int[] spans = new int[n];
        int[] steps = new int[n];
        for (int k = 0; k < n; k++) {
            spans[k] = (w.sizes().get(k) - 1) * w.dilations().get(k) + 1;
            // Of one window the stride says nothing.
            steps[k] = windows.shape().dim(w.axes().get(k)) == 1 ? spans[k] : w.strides().get(k);
            if (spans[k] > steps[k]) {
                return null;
            }
        }
        // The sum began with +0, so that no element is −0.
        Node x = Signs.neverNegativeZero(windows) ? windows : b.add(windows, b.zerosLike(windows));
        int[] high = new int[windows.rank()];
        int[] interior = new int[windows.rank()];
        List<Integer> order = new ArrayList<>();
        Shape joined = o.shape();
        int[] behind = new int[rank];
        for (int a = 0; a < rank; a++) {
            order.add(a);
            int k = w.axes().indexOf(a);
            if (k >= 0) {
                order.add(rank + k);
                interior[rank + k] = w.dilations().get(k) - 1;
                high[rank + k] = steps[k] - spans[k];
                int extent = windows.shape().dim(a) * steps[k];
                joined = joined.with(a, extent);
                behind[a] = o.shape().dim(a) - extent;
            }
        }
        Node apart = none(high) && none(interior) ? x : b.pad(x, new int[windows.rank()], high, interior, 0);
        Node all = b.reshape(b.transpose(apart, order.stream().mapToInt(a -> a).toArray()), joined);
        // What the last window's gap has too much, then what no window reaches.
        int[] limits = IntStream.range(0, rank).map(a -> all.shape().dim(a) + Math.min(behind[a], 0)).toArray();
        Node inside = IntStream.of(behind).allMatch(m -> m >= 0) ? all : b.slice(all, new int[rank], limits, IntStream.range(0, rank).map(a -> 1).toArray());
        int[] missing = IntStream.of(behind).map(m -> Math.max(m, 0)).toArray();
        return none(missing) ? inside : b.pad(inside, new int[rank], missing, 0);
    }

    private static boolean none(int[] amounts) {
        return IntStream.of(amounts).allMatch(m -> m == 0);
    }
}
