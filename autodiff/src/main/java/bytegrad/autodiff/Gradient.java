package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Reverse-mode differentiation as a graph transformation: ∂loss/∂x as more nodes of the same builder.
 *
 * <pre>{@code
 * Node loss = …;
 * List<Node> g = Gradient.of(b, loss, List.of(w1, b1));      // each of the type of what it belongs to
 * Node hv = Gradient.of(b, b.sumAll(b.mul(g.get(0), v)), w1); // second order: differentiate again
 * }</pre>
 *
 * <p>The walk goes once over the nodes between {@code wrt} and the loss, in descending order of their ids, and makes one
 * Jacobian product per edge ({@link Vjp}); cotangents that meet are summed in that order. Time and nodes are linear in
 * the edges, and nothing recurses. Gradients not made an output or used by one are left out when the graph is built.
 *
 * <p>Conventions where a function has no derivative: relu'(0) = 0, |x|'(0) = 0; a maximum or minimum passes its cotangent
 * to one operand or element (see {@link Vjp}). Nothing flows through comparisons, indices, integers, {@code sign} or
 * {@code stop_gradient}: to the walk, what feeds only those is not reached.
 */
public final class Gradient {
    private Gradient() {}

    /** What to answer for a node that the loss does not depend on. */
    public enum Unreached {
        /** A {@link GraphException} that names the node: most often it is a mistake. */
        ERROR,
        /** Zeros of the node's type. */
        ZEROS
    }

    /**
     * ∂loss/∂wrt.
     *
     * @param loss a float scalar
     * @param wrt a float node of any shape: an input, or any node in between
     * @throws GraphException as {@link #of(GraphBuilder, Node, List, Unreached)} does for {@link Unreached#ERROR}
     */
    public static Node of(GraphBuilder b, Node loss, Node wrt) {
        return of(b, loss, List.of(wrt)).get(0);
    }

    /**
     * ∂loss/∂x for each x of {@code wrt}.
     *
     * @throws GraphException as {@link #of(GraphBuilder, Node, List, Unreached)} does for {@link Unreached#ERROR}
     */
    public static List<Node> of(GraphBuilder b, Node loss, List<Node> wrt) {
        return of(b, loss, wrt, Unreached.ERROR);
    }

    /**
     * ∂loss/∂x for each x of {@code wrt}, in that order, each of the type of its x. For a node in between, it is the
     * derivative by that node's value, over all paths from it to the loss.
     *
     * @param loss a float scalar
     * @param wrt float nodes: inputs, or any nodes in between, even the loss
     * @throws GraphException if the loss is not a float scalar, a node of {@code wrt} is not float or is of another graph,
     *     or the loss does not reach one and {@code unreached} is {@link Unreached#ERROR}; nothing usable was added
     */
    public static List<Node> of(GraphBuilder b, Node loss, List<Node> wrt, Unreached unreached) {
        check(b, loss, wrt);
        if (wrt.isEmpty()) {
            return List.of();
        }
        Cotangents cotangents = new Cotangents(b, loss, wrt);
        if (unreached == Unreached.ERROR) {
            for (Node x : wrt) {
                if (!cotangents.wants(x)) {
                    throw unreached(loss, x);
                }
            }
        }
        cotangents.add(loss, b.constant(loss.dtype(), 1));
        Vjp vjp = new Vjp(b, cotangents);
        for (Node y : cotangents.descending()) {
            Node dy = cotangents.of(y);
            if (dy != null) {
                vjp.pull(y, dy);
            }
        }
        List<Node> gradients = new ArrayList<>();
        for (Node x : wrt) {
            Node dx = cotangents.of(x);
            if (dx == null && unreached == Unreached.ERROR) {
                throw unreached(loss, x);
            }
            gradients.add(dx != null ? dx : b.zerosLike(x));
        }
        return List.copyOf(gradients);
    }

    private static void check(GraphBuilder b, Node loss, List<Node> wrt) {
        owned(b, loss, "the loss");
        if (!loss.dtype().isFloat() || loss.rank() != 0) {
            String advice = loss.dtype().isFloat()
                    ? "reduce it to one number first, for instance by sumAll or a mean, or take sumAll(y * dy) to pull back a cotangent dy"
                    : "only a float has a gradient; cast it to " + DType.F32.text() + " where that is meant";
            throw GraphException.at("gradient of " + name(loss) + ": the loss must be a float scalar, not " + loss.type() + "; " + advice);
        }
        for (Node x : wrt) {
            owned(b, x, "the node to differentiate by");
            if (!x.dtype().isFloat()) {
                throw GraphException.at("gradient of " + name(loss) + " with respect to " + name(x) + ": " + x.type()
                        + " is not float, so it has no gradient; leave it out or cast it where it is made");
            }
        }
    }

    private static void owned(GraphBuilder b, Node n, String what) {
        List<Node> nodes = b.nodes();
        if (n.id() >= nodes.size() || nodes.get(n.id()) != n) {
            throw GraphException.at("gradient: " + what + ", " + name(n) + ", belongs to another graph");
        }
    }

    private static GraphException unreached(Node loss, Node x) {
        return GraphException.at("gradient of " + name(loss) + " with respect to " + name(x)
                + ": the loss does not depend on it through differentiable operations; leave it out, or ask for Unreached.ZEROS");
    }

    private static String name(Node n) {
        return n.op() instanceof Op.Input in
                ? "input \"" + in.name() + "\" " + n.type()
                : "%" + n.id() + " = " + Graph.opName(n.op()) + " " + n.type();
    }
}
