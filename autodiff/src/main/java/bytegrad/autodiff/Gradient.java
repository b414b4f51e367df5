package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Differentiation as a graph transformation: derivatives as more nodes of the same builder. Reverse mode ({@link #of}, and
 * {@link #pullback} for given cotangents) and forward mode ({@link #pushforward}).
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
        return pulled(b, "gradient", List.of(loss), () -> List.of(b.constant(loss.dtype(), 1)), wrt, unreached);
    }

    /**
     * The vector-Jacobian product: Σⱼ dyⱼ · ∂yⱼ/∂x for each x of {@code wrt}, in one walk, whatever the shapes of the ys.
     *
     * @param ys float nodes
     * @param dys their cotangents: one for each, of its type
     * @param wrt float nodes: inputs, or any nodes in between, even of the ys
     * @return one for each of {@code wrt}, of its type
     * @throws GraphException as {@link #of(GraphBuilder, Node, List, Unreached)} does, and if the cotangents do not fit the ys
     */
    public static List<Node> pullback(GraphBuilder b, List<Node> ys, List<Node> dys, List<Node> wrt, Unreached unreached) {
        checkTangents(b, "pullback", ys, dys, "cotangent");
        wrt.forEach(x -> checkArgument(b, "pullback of " + names(ys), x));
        return pulled(b, "pullback", ys, () -> dys, wrt, unreached);
    }

    /**
     * The Jacobian-vector product, forward mode: Σᵢ ∂y/∂xᵢ · dxᵢ for each y, in one walk that visits only nodes between the xs and
     * the ys; a tangent that is zero makes no node.
     *
     * <p>It costs about as much as computing the ys, and no value need outlive its readers; so it is the cheaper way where the xs have fewer
     * elements than the ys.
     *
     * @param ys float nodes
     * @param xs float nodes: inputs, or any nodes in between
     * @param dxs their tangents: one for each, of its type
     * @return the tangent of each y, of its type
     * @throws GraphException if a node is not float or is of another graph, the tangents do not fit the xs, or a y does not depend on any
     *     of the xs and {@code unreached} is {@link Unreached#ERROR}
     */
    public static List<Node> pushforward(GraphBuilder b, List<Node> ys, List<Node> xs, List<Node> dxs, Unreached unreached) {
        checkTangents(b, "pushforward", xs, dxs, "tangent");
        ys.forEach(y -> checkFloat(b, "pushforward", y));
        Jvp jvp = Jvp.walk(b, ys, xs, dxs);
        List<Node> out = new ArrayList<>();
        for (Node y : ys) {
            Node dy = jvp.of(y);
            if (dy == null && unreached == Unreached.ERROR) {
                throw GraphException.at("pushforward of " + name(y) + " with respect to " + names(xs)
                        + ": it depends on none of them through differentiable operations; leave it out, or ask for Unreached.ZEROS");
            }
            out.add(dy != null ? dy : b.zerosLike(y));
        }
        return List.copyOf(out);
    }

    private static List<Node> pulled(
            GraphBuilder b, String what, List<Node> ys, Supplier<List<Node>> dys, List<Node> wrt, Unreached unreached) {
        Cotangents cotangents = new Cotangents(b, ys, wrt);
        if (unreached == Unreached.ERROR) {
            for (Node x : wrt) {
                if (!cotangents.wants(x)) {
                    throw unreached(what, ys, x);
                }
            }
        }
        walk(b, cotangents, ys, dys.get());
        List<Node> gradients = new ArrayList<>();
        for (Node x : wrt) {
            Node dx = cotangents.of(x);
            if (dx == null && unreached == Unreached.ERROR) {
                throw unreached(what, ys, x);
            }
            gradients.add(dx != null ? dx : b.zerosLike(x));
        }
        return List.copyOf(gradients);
    }

    /** The walk itself: afterwards the cotangents of {@code wrt}, as far as the ys reach them, are complete. */
    static Cotangents walk(GraphBuilder b, List<Node> ys, List<Node> dys, List<Node> wrt) {
        Cotangents cotangents = new Cotangents(b, ys, wrt);
        walk(b, cotangents, ys, dys);
        return cotangents;
    }

    private static void walk(GraphBuilder b, Cotangents cotangents, List<Node> ys, List<Node> dys) {
        for (int k = 0; k < ys.size(); k++) {
            cotangents.add(ys.get(k), dys.get(k));
        }
        Vjp vjp = new Vjp(b, cotangents);
        NestedVjp nested = new NestedVjp(b, cotangents);
        for (Node y : cotangents.paths().descending()) {
            if (y.op() instanceof Op.Nested op) {
                nested.pull(op, y);
            } else {
                Node dy = cotangents.of(y);
                if (dy != null) {
                    vjp.pull(y, dy);
                }
            }
        }
    }

    private static void check(GraphBuilder b, Node loss, List<Node> wrt) {
        owned(b, loss, "the loss");
        if (!loss.dtype().isFloat() || loss.rank() != 0) {
            String advice = loss.dtype().isFloat()
                    ? "reduce it to one number first, for instance by sumAll or a mean, or take sumAll(y * dy) to pull back a cotangent dy"
                    : "only a float has a gradient; cast it to " + DType.F32.text() + " where that is meant";
            throw GraphException.at("gradient of " + name(loss) + ": the loss must be a float scalar, not " + loss.type() + "; " + advice);
        }
        wrt.forEach(x -> checkArgument(b, "gradient of " + name(loss), x));
    }

    private static void checkArgument(GraphBuilder b, String what, Node x) {
        owned(b, x, "the node to differentiate by");
        if (!x.dtype().isFloat()) {
            throw GraphException.at(what + " with respect to " + name(x) + ": " + x.type()
                    + " is not float, so it has no gradient; leave it out or cast it where it is made");
        }
    }

    private static void checkFloat(GraphBuilder b, String what, Node y) {
        owned(b, y, "the node to differentiate");
        if (!y.dtype().isFloat()) {
            throw GraphException.at(what + " of " + name(y) + ": " + y.type() + " is not float, so it has no derivative");
        }
    }

    private static void checkTangents(GraphBuilder b, String what, List<Node> nodes, List<Node> vectors, String vector) {
        if (nodes.size() != vectors.size()) {
            throw GraphException.at(what + " of " + nodes.size() + " nodes with " + vectors.size() + " " + vector + "s: each node needs one");
        }
        for (int k = 0; k < nodes.size(); k++) {
            Node n = nodes.get(k);
            Node v = vectors.get(k);
            checkFloat(b, what, n);
            owned(b, v, "the " + vector);
            if (!v.type().equals(n.type())) {
                throw GraphException.at(what + ": the " + vector + " of " + name(n) + " must be " + n.type() + ", not " + v.type());
            }
        }
    }

    /** Refuses a node that is not of this builder. */
    static void owned(GraphBuilder b, Node n, String what) {
        List<Node> nodes = b.nodes();
        if (n.id() >= nodes.size() || nodes.get(n.id()) != n) {
            throw GraphException.at("gradient: " + what + ", " + name(n) + ", belongs to another graph");
        }
    }

    private static GraphException unreached(String what, List<Node> ys, Node x) {
        String subject = what.equals("gradient") ? "the loss does" : ys.size() == 1 ? "it does" : "they do";
        return GraphException.at(what + " of " + names(ys) + " with respect to " + name(x) + ": " + subject
                + " not depend on it through differentiable operations; leave it out, or ask for Unreached.ZEROS");
    }

    private static String names(List<Node> nodes) {
        return nodes.stream().map(Gradient::name).collect(Collectors.joining(", "));
    }

    /** For messages: what the node is called, or what computes it. */
    static String name(Node n) {
        return n.op() instanceof Op.Input in
                ? "input \"" + in.name() + "\" " + n.type()
                : "%" + n.id() + " = " + Graph.opName(n.op()) + " " + n.type();
    }
}
