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
 * A window's last axis and few channels behind it, or such as leave much of a vector empty, are neighbours in memory: where neither is contracted, as in the gradient by a convolution's weights, they become one axis,
 * long enough for tiles or lanes.
 *
 * <pre>{@code
 * contract(window(x[i,c])[i,c,k] by [i,k,c], dy[i,f])[k,c,f]  ->  reshape(contract(window(reshape(x)[i·c])[i,k·c], dy)[k·c,f])
 * }</pre>
 *
 * Each sum stays as it was.
 */
public final class JoinTaps implements Pass {
    /** As many channels fill a vector, or a tile, by themselves; more of them end inside a vector. */
    private static final int MANY = 16;

    /** By how much vectors must be filled better for more channels than that. */
    private static final double BETTER = 0.9;

    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, (node, in, b) -> node.op() instanceof Op.Contract c ? joined(c, in, node.shape(), b) : null);
    }

    private static @Nullable Node joined(Op.Contract c, List<Node> in, Shape shape, GraphBuilder b) {
        Side left = Side.of(in.get(0), c.leftBatch(), c.leftContract());
        if (left != null) {
            Op.Contract joined = new Op.Contract(left.moved(c.leftBatch()), c.rightBatch(), left.moved(c.leftContract()), c.rightContract());
            return b.reshape(b.contract(joined, left.joined(b), in.get(1)), shape);
        }
        Side right = Side.of(in.get(1), c.rightBatch(), c.rightContract());
        if (right != null) {
            Op.Contract joined = new Op.Contract(c.leftBatch(), right.moved(c.rightBatch()), c.leftContract(), right.moved(c.rightContract()));
            return b.reshape(b.contract(joined, in.get(0), right.joined(b)), shape);
        }
        return null;
    }

    /**
     * An operand with such axes.
     *
     * @param x what is seen through the window
     * @param order for each of the operand's axes the axis of the windows
     * @param tap the operand's axis of the last window axis; that of the channels follows
     */
    private record Side(Node x, Op.Window window, List<Integer> order, int tap) {
        static @Nullable Side of(Node operand, List<Integer> batch, List<Integer> contract) {
            boolean moved = operand.op() instanceof Op.Transpose;
            Node windows = moved ? operand.input(0) : operand;
            if (!(windows.op() instanceof Op.Window w)) {
                return null;
            }
            Node x = windows.input(0);
            int rank = x.rank();
            int last = w.axes().size() - 1;
            List<Integer> order = operand.op() instanceof Op.Transpose(List<Integer> axes) ? axes : IntStream.range(0, operand.rank()).boxed().toList();
            int tap = order.indexOf(rank + last);
            boolean neighbours = rank > 1 && w.axes().get(last) == rank - 2 && w.dilations().get(last) == 1 && !w.axes().contains(rank - 1)
                    && tap + 1 < order.size() && order.get(tap + 1) == rank - 1;
            boolean free = neighbours && IntStream.of(tap, tap + 1).noneMatch(a -> batch.contains(a) || contract.contains(a));
            int channels = x.shape().dim(rank - 1);
            return free && channels > 1 && w.sizes().get(last) > 1 && (channels < MANY || whole(w.sizes().get(last) * channels) < BETTER * whole(channels)) ? new Side(x, w, order, tap) : null;
        }

        /** How many times as much whole vectors have. */
        private static double whole(int elements) {
            return (double) Math.ceilDiv(elements, MANY) * MANY / elements;
        }

        /** Axes of the operand, after it is joined. */
        List<Integer> moved(List<Integer> axes) {
            return axes.stream().map(a -> a > tap ? a - 1 : a).toList();
        }

        Node joined(GraphBuilder b) {
            int channel = x.rank() - 1;
            int channels = x.shape().dim(channel);
            List<Integer> dims = new ArrayList<>(x.shape().dims().subList(0, channel));
            dims.set(channel - 1, dims.get(channel - 1) * channels);
            Op.Window along = new Op.Window(window.axes(), timesLast(window.sizes(), channels), timesLast(window.strides(), channels), window.dilations());
            int[] axes = order.stream().filter(a -> a != channel).mapToInt(a -> a > channel ? a - 1 : a).toArray();
            return b.transpose(b.apply(along, List.of(b.reshape(x, Shape.of(dims)))), axes);
        }
    }

    /** The numbers, the last one so many times as large. */
    static List<Integer> timesLast(List<Integer> numbers, int times) {
        List<Integer> all = new ArrayList<>(numbers);
        all.set(all.size() - 1, Math.multiplyExact(all.getLast(), times));
        return all;
    }
}
