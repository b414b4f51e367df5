package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
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
        List<Node> terms = new ArrayList<>();
        List<Piece> run = new ArrayList<>();
        boolean found = false;
        for (Node term : terms(root, in, inner)) {
            Piece piece = piece(term);
            if (piece == null || !run.isEmpty() && run.getFirst().axis() != piece.axis()) {
                found |= join(run, terms, root, b);
                run.clear();
            }
            if (piece != null) {
                run.add(piece);
            }
            terms.add(term);
        }
        found |= join(run, terms, root, b);
        if (!found) {
            return null;
        }
        Node sum = terms.getFirst();
        for (Node term : terms.subList(1, terms.size())) {
            sum = b.add(sum, term);
        }
        return sum;
    }

    /** The terms of ((x + y) + z) + …, from left to right, in the new graph: rounding keeps any other order from being taken. */
    private static List<Node> terms(Node root, List<Node> in, boolean[] inner) {
        List<Node> terms = new ArrayList<>();
        Node old = root;
        List<Node> now = in;
        while (inner[old.input(0).id()] && isSum(now.getFirst())) {
            terms.add(now.get(1));
            old = old.input(0);
            now = now.getFirst().inputs();
        }
        terms.add(now.get(1));
        terms.add(now.getFirst());
        return terms.reversed();
    }

    /** Puts the concat of a run of pieces in the place of the last terms, which are its pads. Adding zeros in between changed nothing. */
    private static boolean join(List<Piece> run, List<Node> terms, Node sum, GraphBuilder b) {
        List<Piece> ascending = new ArrayList<>(run);
        ascending.sort(Comparator.comparingInt(Piece::low));
        if (run.size() < 2 || overlap(ascending)) {
            return false;
        }
        terms.subList(terms.size() - run.size(), terms.size()).clear();
        terms.add(joined(ascending, sum, b));
        return true;
    }

    private static @Nullable Piece piece(Node n) {
        if (!(n.op() instanceof Op.Pad(var low, var high, var interior, double fill)) || fill != 0 || interior.stream().anyMatch(k -> k > 0)) {
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
