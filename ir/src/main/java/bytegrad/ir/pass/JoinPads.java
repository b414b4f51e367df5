package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sum of zero-padded pieces that do not overlap is their concatenation: {@code add(pad(x), pad(y)) -> concat(x, y)}. The gradient of a tensor
 * that was cut into T slices is such a sum of T tensors, which would cost T² to add.
 */
public final class JoinPads implements Pass {
    /** A padded piece: what it holds, and where along the axis. */
    private record Piece(Node node, int axis, int low) {
        int high() {
            return low + node.shape().dim(axis);
        }
    }

    @Override
    public Graph run(Graph graph) {
        boolean[] inner = inner(graph);
        return Rewrite.once(graph, (node, in, b) -> isSum(node) && !inner[node.id()] ? sum(node, in, b, inner) : null);
    }

    /** The sums that only another sum reads. */
    private static boolean[] inner(Graph g) {
        int[] readers = new int[g.nodes().size()];
        boolean[] inner = new boolean[readers.length];
        for (Node n : g.nodes()) {
            for (Node x : n.inputs()) {
                readers[x.id()]++;
                inner[x.id()] = isSum(x) && isSum(n);
            }
        }
        g.outputs().values().forEach(n -> readers[n.id()]++);
        g.updates().forEach(u -> readers[u.value().id()]++);
        for (int i = 0; i < inner.length; i++) {
            inner[i] &= readers[i] == 1;
        }
        return inner;
    }

    private static boolean isSum(Node n) {
        return n.op() instanceof Op.Map(ScalarFn fn) && fn == ScalarFn.ADD;
    }

    private static @Nullable Node sum(Node root, List<Node> in, GraphBuilder b, boolean[] inner) {
        List<Piece> pieces = new ArrayList<>();
        List<Node> others = new ArrayList<>();
        for (Node leaf : leaves(root, in, inner)) {
            Piece piece = piece(leaf);
            if (piece != null && (pieces.isEmpty() || pieces.getFirst().axis() == piece.axis())) {
                pieces.add(piece);
            } else {
                others.add(leaf);
            }
        }
        pieces.sort(Comparator.comparingInt(Piece::low));
        if (pieces.size() < 2 || overlap(pieces)) {
            return null;
        }
        Node sum = joined(pieces, root, b);
        // Adding the zeros of a pad changes nothing wherever it is done, so the order of the others is the order that counts.
        Node rest = null;
        for (Node other : others) {
            rest = rest == null ? other : b.add(rest, other);
        }
        return rest == null ? sum : b.add(rest, sum);
    }

    /** What a tree of sums adds up, from left to right, in the new graph. */
    private static List<Node> leaves(Node root, List<Node> in, boolean[] inner) {
        record Pair(Node old, Node now) {}
        List<Node> leaves = new ArrayList<>();
        ArrayDeque<Pair> todo = new ArrayDeque<>(List.of(new Pair(root.input(0), in.get(0)), new Pair(root.input(1), in.get(1))));
        while (!todo.isEmpty()) {
            Pair p = todo.pop();
            if (inner[p.old().id()] && isSum(p.now())) {
                todo.push(new Pair(p.old().input(1), p.now().input(1)));
                todo.push(new Pair(p.old().input(0), p.now().input(0)));
            } else {
                leaves.add(p.now());
            }
        }
        return leaves;
    }

    private static @Nullable Piece piece(Node n) {
        if (!(n.op() instanceof Op.Pad(List<Integer> low, List<Integer> high, double fill)) || fill != 0) {
            return null;
        }
        int axis = -1;
        for (int k = 0; k < low.size(); k++) {
            if (low.get(k) != 0 || high.get(k) != 0) {
                if (axis >= 0) {
                    return null;
                }
                axis = k;
            }
        }
        return axis < 0 ? null : new Piece(n.input(0), axis, low.get(axis));
    }

    private static boolean overlap(List<Piece> ascending) {
        for (int k = 1; k < ascending.size(); k++) {
            if (ascending.get(k).low() < ascending.get(k - 1).high()) {
                return true;
            }
        }
        return false;
    }

    private static Node joined(List<Piece> pieces, Node sum, GraphBuilder b) {
        int axis = pieces.getFirst().axis();
        List<Node> parts = new ArrayList<>();
        int at = 0;
        for (Piece p : pieces) {
            gap(at, p.low(), axis, sum, parts, b);
            // The sum added zeros to it, of which −0 becomes +0.
            parts.add(Signs.neverNegativeZero(p.node()) ? p.node() : b.add(p.node(), b.zerosLike(p.node())));
            at = p.high();
        }
        gap(at, sum.shape().dim(axis), axis, sum, parts, b);
        return b.concat(axis, parts.toArray(Node[]::new));
    }

    private static void gap(int from, int to, int axis, Node sum, List<Node> parts, GraphBuilder b) {
        if (to > from) {
            Shape shape = sum.shape().with(axis, to - from);
            parts.add(Uniform.full(0, sum.type().with(shape), b));
        }
    }
}
