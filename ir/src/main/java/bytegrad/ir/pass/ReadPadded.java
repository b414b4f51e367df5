package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is elementwise, padded and read elsewhere too, is stored once, with its padding:
 *
 * <pre>{@code
 * y = sin(x)   p = pad(y) low=[1] high=[1]   z = reduce_sum(y)   →   z = reduce_sum(slice(pad(y)) from 1)
 * }</pre>
 *
 * So y is computed where its padding is written, instead of being stored and then copied. The cotangent of a convolution, of which
 * the gradients by the data, the weights and the bias are made, is such a y. {@link SimplifyViews} would undo it: it runs last, once.
 *
 * <p>Not a y that is the epilogue of a contraction, which stores it without another pass.
 */
public final class ReadPadded implements Pass {
    /** The padded tensor has at most so many times the elements. */
    private static final int GROWTH = 2;

    @Override
    public Graph run(Graph graph) {
        Map<Node, Node> pads = pads(graph);
        return pads.isEmpty() ? graph : Rewrite.once(graph, (node, in, b) -> reading(node, in, pads, b));
    }

    /** What is to be read from which pad: its operand, and what that is a reshape of. */
    private static Map<Node, Node> pads(Graph g) {
        int[] readers = Readers.of(g);
        boolean[] epilogue = Readers.epilogues(g, readers);
        int[] inGraph = new int[readers.length];
        boolean[] nested = new boolean[readers.length];
        for (Node n : g.nodes()) {
            for (Node x : n.inputs()) {
                inGraph[x.id()]++;
                nested[x.id()] |= n.op() instanceof Op.Nested;
            }
        }
        Map<Node, Node> pads = new HashMap<>();
        for (Node n : g.nodes()) {
            if (!(n.op() instanceof Op.Pad p) || p.interior().stream().anyMatch(k -> k > 0)) {
                continue;
            }
            Node x = n.input(0);
            Node y = x.op() instanceof Op.Reshape ? x.input(0) : x;
            boolean elementwise = (y.op() instanceof Op.Map || y.op() instanceof Op.Cast) && y.inputs().stream().noneMatch(i -> epilogue[i.id()]);
            boolean others = readers[x.id()] + (x == y ? 0 : readers[y.id()] - 1) > 1;
            boolean inside = List.of(x, y).stream().allMatch(i -> readers[i.id()] == inGraph[i.id()] && !nested[i.id()]);
            if (elementwise && others && inside && n.type().size() / GROWTH <= x.type().size() && x.type().size() > 0 && !pads.containsKey(x) && !pads.containsKey(y)) {
                pads.put(x, n);
                pads.putIfAbsent(y, n);
            }
        }
        return pads;
    }

    private static @Nullable Node reading(Node node, List<Node> in, Map<Node, Node> pads, GraphBuilder b) {
        List<Node> from = new ArrayList<>(in);
        for (int k = 0; k < from.size(); k++) {
            Node old = node.input(k);
            Node pad = pads.get(old);
            // The pad itself, and what is between it and the elementwise node, stay as they are.
            if (pad == null || node == pad || node == pad.input(0)) {
                continue;
            }
            Node x = pad.input(0);
            Op.Pad p = (Op.Pad) pad.op();
            Node padded = b.apply(p, List.of(old == x ? in.get(k) : b.reshape(in.get(k), x.shape())));
            int[] starts = p.low().stream().mapToInt(i -> i).toArray();
            int[] limits = IntStream.range(0, starts.length).map(i -> starts[i] + x.shape().dim(i)).toArray();
            from.set(k, b.reshape(b.slice(padded, starts, limits, IntStream.range(0, starts.length).map(i -> 1).toArray()), old.shape()));
        }
        return from.equals(in) ? null : b.apply(node.op(), from);
    }
}
