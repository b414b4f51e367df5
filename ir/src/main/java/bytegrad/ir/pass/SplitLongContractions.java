package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts contractions of very many products to few results into parts that threads can share, along the outermost contracted axis:
 *
 * <pre>{@code
 * y: f32[16,8] = contract(x: f32[65536,16], dy: f32[65536,8]) over [0]
 *   →  y = reduce_sum(contract(reshape(x): f32[16,4096,16], reshape(dy): f32[16,4096,8]) over [1], batch [0]: f32[16,16,8]) axes=[0]
 * }</pre>
 *
 * Rows or columns of such a result are no good to share: each thread would have to read all of both operands, again for every tile of its
 * own. A part reads a run of each operand once, and that run stays in its thread's cache for all tiles. The gradient of a convolution's weights
 * is such a contraction, over pictures and places.
 *
 * <p>As {@link SplitLongReductions} it decides the order of arithmetic, by shapes alone, so that it runs once, on every graph that is compiled.
 */
public final class SplitLongContractions implements Pass {
    /** Products of an element of the result: fewer are not worth a second pass over the parts' results. */
    private static final long LONG = 4096;
    /** Elements that are read in all; fewer stay in a thread's cache without being cut. */
    private static final long MANY = 1 << 18;
    /** Results; the sums of more would leave no room in a thread's cache for what is read, and have tiles enough to share. */
    private static final long SMALL = 3 << 14;
    /** So many times the results of all parts are at most what is read, or to write and to add them would cost what reading once saves. */
    private static final long SHARE = 4;

    private static final int FEWEST_PARTS = 4;
    private static final int MOST_PARTS = 16;

    @Override
    public Graph run(Graph graph) {
        return Rewrite.once(graph, (node, in, b) -> node.op() instanceof Op.Contract c ? replace(c, node, in.get(0), in.get(1), b) : null);
    }

    private static @Nullable Node replace(Op.Contract c, Node node, Node l, Node r, GraphBuilder b) {
        long products = 1;
        for (int axis : c.leftContract()) {
            products *= l.shape().dim(axis);
        }
        long results = node.type().size();
        long batches = 1;
        for (int axis : c.leftBatch()) {
            batches *= l.shape().dim(axis);
        }
        // What one batch reads: another does not read it again.
        long read = results == 0 ? 0 : (read(l) + read(r)) / batches;
        boolean room = Math.max(node.rank(), Math.max(l.rank(), r.rank())) < Shape.MAX_RANK;
        if (products < LONG || read < MANY || results > SMALL || !room) {
            return null;
        }
        int most = (int) Math.min(MOST_PARTS, read / SHARE / results);
        for (int k = 0; k < c.leftContract().size(); k++) {
            int parts = greatestDivisor(l.shape().dim(c.leftContract().get(k)), most);
            if (parts >= FEWEST_PARTS) {
                return ofParts(c, k, parts, l, r, b);
            }
        }
        return null;
    }

    /** Elements in memory that are read through views: of windows that overlap, each once. */
    private static long read(Node operand) {
        Node x = operand;
        long least = x.type().size();
        while (x.op() instanceof Op.View && !(x.op() instanceof Op.Pad)) {
            x = x.input(0);
            least = Math.min(least, x.type().size());
        }
        return least;
    }

    private static int greatestDivisor(int extent, int most) {
        int d = Math.min(extent, most);
        while (d > 1 && extent % d != 0) {
            d--;
        }
        return d;
    }

    /** The k-th pair of contracted axes as [parts, the rest of it]; the parts are the first batch axis. */
    private static Node ofParts(Op.Contract c, int k, int parts, Node l, Node r, GraphBuilder b) {
        int left = c.leftContract().get(k);
        int right = c.rightContract().get(k);
        Op.Contract op = new Op.Contract(batch(left, c.leftBatch()), batch(right, c.rightBatch()),
                c.leftContract().stream().map(a -> a < left ? a : a + 1).toList(),
                c.rightContract().stream().map(a -> a < right ? a : a + 1).toList());
        Node partial = b.contract(op, cut(l, left, parts, b), cut(r, right, parts, b));
        return b.apply(new Op.Reduce(Monoid.SUM, List.of(0)), List.of(partial));
    }

    private static List<Integer> batch(int parts, List<Integer> others) {
        return IntStream.concat(IntStream.of(parts), others.stream().mapToInt(a -> a < parts ? a : a + 1)).boxed().toList();
    }

    private static Node cut(Node x, int axis, int parts, GraphBuilder b) {
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        dims.set(axis, parts);
        dims.add(axis + 1, x.shape().dim(axis) / parts);
        return b.reshape(x, Shape.of(dims));
    }
}
