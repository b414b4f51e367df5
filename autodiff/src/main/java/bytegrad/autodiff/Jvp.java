package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Jacobian-vector products: for y = f(a, b, …) and the tangents da, db, … the tangent dy, as nodes. One exhaustive switch
 * over the kinds; a tangent that is zero is null and makes no node.
 *
 * <p>The derivatives of the scalar functions are those of {@link Vjp#map}: a map's Jacobian is diagonal, so that the product with a
 * tangent is the product with a cotangent. Kinds whose product forward is no simpler than the transpose of the one backward are done
 * by {@link #transposed}. So both modes choose the same derivative at a kink.
 */
final class Jvp {
    private final GraphBuilder b;
    private final Paths paths;
    private final @Nullable Node[] tangents;
    private final NestedJvp nested;

    private Jvp(GraphBuilder b, Paths paths) {
        this.b = b;
        this.paths = paths;
        this.tangents = new Node[paths.extent()];
        this.nested = new NestedJvp(b, this);
    }

    /** The walk: the tangents of all nodes between the xs and the ys. */
    static Jvp walk(GraphBuilder b, List<Node> ys, List<Node> xs, List<Node> dxs) {
        Jvp jvp = new Jvp(b, Paths.ofFloats(b, xs, ys));
        for (int k = 0; k < xs.size(); k++) {
            jvp.add(xs.get(k), dxs.get(k));
        }
        for (Node y : jvp.paths.ascending()) {
            jvp.push(y);
        }
        return jvp;
    }

    Paths paths() {
        return paths;
    }

    /** The tangent of a node, or null where it is zero. */
    @Nullable Node of(Node x) {
        return paths.has(x) ? tangents[paths.place(x)] : null;
    }

    /** A node may have a tangent of its own beside what its operands pass on. */
    void add(Node y, @Nullable Node dy) {
        if (dy != null && !dy.type().equals(y.type())) {
            throw new IllegalStateException("tangent " + dy + " does not have the type of " + y);
        }
        if (dy != null && paths.has(y)) {
            tangents[paths.place(y)] = sum(tangents[paths.place(y)], dy);
        }
    }

    private void push(Node y) {
        switch (y.op()) {
            case Op.Input o -> {}
            case Op.Constant o -> {}
            case Op.Iota o -> {}
            case Op.Map(ScalarFn fn) -> add(y, map(fn, y));
            case Op.Cast o -> linear(y, 0);
            case Op.Reduce(Monoid monoid, List<Integer> axes) -> {
                if (monoid == Monoid.SUM) {
                    linear(y, 0);
                } else {
                    add(y, reduce(axes, monoid, y));
                }
            }
            case Op.ArgReduce o -> {}
            case Op.Contract o -> {
                linear(y, 0);
                linear(y, 1);
            }
            case Op.Gather o -> linear(y, 0);
            case Op.Scatter o -> {
                if (o.combine() == Op.Combine.ADD) {
                    add(y, scatterAdd(y));
                } else {
                    transposed(List.of(y));
                }
            }
            case Op.Concat o -> add(y, concat(y));
            case Op.Cumulate o -> {
                if (o.monoid() == Monoid.SUM) {
                    linear(y, 0);
                } else {
                    transposed(List.of(y));
                }
            }
            case Op.ArgSort o -> {}
            case Op.Random o -> {}
            case Op.OverlapAdd o -> linear(y, 0);
            case Op.Nested o -> nested.push(o, y);
            case Op.Pad o -> linear(new Op.Pad(o.low(), o.high(), o.interior(), 0), y, 0);
            case Op.Window o -> linear(y, 0);
            case Op.Reshape o -> linear(y, 0);
            case Op.Transpose o -> linear(y, 0);
            case Op.Broadcast o -> linear(y, 0);
            case Op.Slice o -> linear(y, 0);
            case Op.Flip o -> linear(y, 0);
        }
    }

    /** For y that is linear in its k-th operand: the same op on that operand's tangent. */
    private void linear(Node y, int k) {
        linear(y.op(), y, k);
    }

    private void linear(Op op, Node y, int k) {
        Node dx = of(y.input(k));
        if (dx != null) {
            List<Node> in = new ArrayList<>(y.inputs());
            in.set(k, dx);
            add(y, b.apply(op, in));
        }
    }

    private @Nullable Node sum(@Nullable Node a, @Nullable Node c) {
        return a == null ? c : c == null ? a : Cotangents.sum(b, a, c);
    }

    private @Nullable Node map(ScalarFn fn, Node y) {
        Node dy = null;
        for (int k = 0; k < y.inputs().size(); k++) {
            Node dx = of(y.input(k));
            if (dx != null) {
                Term term = new Term(k);
                new Vjp(b, term).map(fn, y, dx);
                dy = sum(dy, term.product);
            }
        }
        return dy;
    }

    /** The product for one operand of a map. */
    private static final class Term implements Products {
        private final int operand;
        private @Nullable Node product;

        Term(int operand) {
            this.operand = operand;
        }

        @Override
        public boolean wants(Node y, int k) {
            return k == operand;
        }

        @Override
        public void add(Node y, int k, Node dx) {
            product = dx;
        }
    }

    /** dy[i] = Σₖ ∂y[i]/∂x[i,k] · dx[i,k]: each row of the Jacobian is the cotangent for dy = 1. */
    private @Nullable Node reduce(List<Integer> axes, Monoid monoid, Node y) {
        Node x = y.input(0);
        Node dx = of(x);
        if (dx == null) {
            return null;
        }
        Node slopes = new ReduceVjp(b).pull(monoid, axes, y, b.full(y.type(), 1));
        return b.apply(new Op.Reduce(Monoid.SUM, axes), List.of(b.mul(slopes, dx)));
    }

    /** Linear in the base and the updates together; zeros where one has no tangent. */
    private @Nullable Node scatterAdd(Node y) {
        Node dbase = of(y.input(0));
        Node dupdates = of(y.input(1));
        if (dbase == null && dupdates == null) {
            return null;
        }
        List<Node> in = new ArrayList<>(y.inputs());
        in.set(0, dbase != null ? dbase : b.zerosLike(y.input(0)));
        in.set(1, dupdates != null ? dupdates : b.zerosLike(y.input(1)));
        return b.apply(y.op(), in);
    }

    /** Each part's tangent, zeros where it has none. */
    private @Nullable Node concat(Node y) {
        List<Node> parts = new ArrayList<>();
        boolean any = false;
        for (Node x : y.inputs()) {
            Node dx = of(x);
            any |= dx != null;
            parts.add(dx != null ? dx : b.zerosLike(x));
        }
        return any ? b.apply(y.op(), parts) : null;
    }

    /**
     * Tangents by the backward rule alone: u ↦ (∂y/∂x)ᵀ u is linear in u, and its own pullback at dx is (∂y/∂x) dx, whatever u is.
     *
     * @param ys the node, or several results of one op
     * @throws GraphException if what the backward rule gives is not linear in u, which can be where a user wrote it
     */
    void transposed(List<Node> ys) {
        Node y = ys.get(0);
        GraphBuilder t = new GraphBuilder();
        Map<String, Node> given = new LinkedHashMap<>();
        List<Node> operands = new ArrayList<>();
        List<Node> wrt = new ArrayList<>();
        List<Node> tangentsOfWrt = new ArrayList<>();
        for (int k = 0; k < y.inputs().size(); k++) {
            Node x = y.input(k);
            Node operand = placeholder(t, "x" + k, x, given);
            operands.add(operand);
            Node dx = of(x);
            if (dx != null) {
                wrt.add(operand);
                tangentsOfWrt.add(placeholder(t, "dx" + k, dx, given));
            }
        }
        List<Node> copies = ys.stream().map(n -> t.apply(n.op(), operands)).toList();
        List<Node> us = new ArrayList<>();
        for (int k = 0; k < ys.size(); k++) {
            us.add(t.apply(new Op.Input("u" + k, ys.get(k).type()), List.of()));
        }
        Cotangents back = Gradient.walk(t, copies, us, wrt);
        List<Node> cotangents = new ArrayList<>();
        List<Node> directions = new ArrayList<>();
        for (int k = 0; k < wrt.size(); k++) {
            Node c = back.of(wrt.get(k));
            if (c != null) {
                cotangents.add(c);
                directions.add(tangentsOfWrt.get(k));
            }
        }
        Cotangents forth = Gradient.walk(t, cotangents, directions, us);
        boolean any = false;
        for (int k = 0; k < ys.size(); k++) {
            Node dy = forth.of(us.get(k));
            if (dy != null) {
                any = true;
                t.output("dy" + k, dy);
            }
        }
        if (any) {
            Graph graph = t.build();
            if (graph.inputs().stream().anyMatch(n -> ((Op.Input) n.op()).name().startsWith("u"))) {
                throw GraphException.at("forward mode through " + Gradient.name(y)
                        + ": its gradient is not linear in the cotangent, so it has no Jacobian; use reverse mode");
            }
            Map<String, Node> out = b.inline(graph, given).outputs();
            for (int k = 0; k < ys.size(); k++) {
                add(ys.get(k), out.get("dy" + k));
            }
        }
    }

    private static Node placeholder(GraphBuilder t, String name, Node stands, Map<String, Node> given) {
        given.put(name, stands);
        return t.apply(new Op.Input(name, stands.type()), List.of());
    }
}
