package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Dense Jacobians: one pullback, written once and run for each element of y by a rolled loop, so that the graph does not grow with y. What the
 * pullback reads of the forward pass is computed once, outside the loop.
 */
public final class Jacobian {
    private Jacobian() {}

    /**
     * J[i…,j…] = ∂y[i…]/∂x[j…], of the axes of y and then those of x.
     *
     * @param y a float node of any shape
     * @param x a float node of any shape that y depends on
     * @throws GraphException as {@link Gradient#pullback} does, or if the result has too many axes or elements
     */
    public static Node of(GraphBuilder b, Node y, Node x) {
        List<Integer> dims = new ArrayList<>(y.shape().dims());
        dims.addAll(x.shape().dims());
        TensorType type = new TensorType(x.dtype(), Shape.of(dims));
        if (type.size() == 0) {
            return b.full(type, 0);
        }
        int from = b.nodes().size();
        // Stands for a cotangent while the pullback is written; what is written is then copied into the loop with a row of the identity in its place.
        Node row = b.apply(new Op.Input("jacobian/" + from, y.type()), List.of());
        Node dx = Gradient.pullback(b, List.of(y), List.of(row), List.of(x), Gradient.Unreached.ERROR).getFirst();
        int n = y.type().size();
        Node first = b.constant(DType.I32, 0);
        List<Node> rows = Loops.scan(b, n, false, List.of(first), List.of(), (s, t, none) -> {
            Node hot = s.eq(s.iota(TensorType.of(DType.I32, n), 0), s.broadcastTo(t.getFirst(), Shape.of(n)));
            Node unit = s.reshape(s.cast(hot, y.dtype()), y.shape());
            return new Loops.Step(List.of(s.add(t.getFirst(), 1)), List.of(copy(b, s, row, unit, dx)));
        });
        return b.reshape(rows.get(1), type.shape());
    }

    /** What dx is in the body where the row is {@code unit}: nodes that do not depend on it are captured as they are. */
    private static Node copy(GraphBuilder b, GraphBuilder s, Node row, Node unit, Node dx) {
        Map<Node, Node> inside = new HashMap<>(Map.of(row, unit));
        for (Node n : b.nodes().subList(row.id() + 1, Math.max(row.id() + 1, dx.id() + 1))) {
            if (n.inputs().stream().anyMatch(inside::containsKey)) {
                inside.put(n, s.apply(n.op(), n.inputs().stream().map(x -> inside.getOrDefault(x, x)).toList()));
            }
        }
        return inside.getOrDefault(dx, dx);
    }
}
