package bytegrad.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The only maker of nodes. It infers and checks types, and interns: the same op on the same inputs is the same node, so
 * common subexpressions are found by construction. The convenience methods are in {@link Tensors}, from which this
 * class inherits them. Not safe for use by several threads.
 */
public final class GraphBuilder extends IndexedTensors {
    private record Key(Op op, List<Integer> inputs) {}

    private final List<Node> nodes = new ArrayList<>();
    private final Map<Key, Node> interned = new HashMap<>();
    private final Map<Key, List<TensorType>> checked = new HashMap<>();
    private final Map<String, Node> inputs = new LinkedHashMap<>();
    private final Map<String, Node> outputs = new LinkedHashMap<>();
    private final Map<Node, Node> updates = new LinkedHashMap<>();
    private final Map<Node, String> labels = new HashMap<>();
    private final Hints hints = new Hints();
    private int sites;
    /** Whose nodes may be used here too; null for a graph of its own. */
    private final @Nullable GraphBuilder enclosing;
    private final Map<Node, Node> captures = new HashMap<>();
    private final List<Node> constants = new ArrayList<>();

    public GraphBuilder() {
        this.enclosing = null;
    }

    private GraphBuilder(GraphBuilder enclosing) {
        this.enclosing = enclosing;
    }

    /**
     * Applies an op, or returns the node that already does.
     *
     * @throws GraphException if the op has no meaning on these inputs; the message ends with the caller's source line
     */
    @Override
    public Node apply(Op op, List<Node> in) {
        List<Node> own = new ArrayList<>(in.size());
        for (Node n : in) {
            own.add(owned(n, OpNames.of(op)));
        }
        Key key = new Key(op, own.stream().map(Node::id).toList());
        Node known = interned.get(key);
        if (known != null) {
            hints.madeAgain(known);
            return known;
        }
        Node node = made(op, own, key);
        interned.put(key, node);
        return node;
    }

    /**
     * Applies an op by a node of its own, even where another does the same: for a compiler that decided to compute a value twice. What is applied later
     * to the same inputs is not this node.
     *
     * @throws GraphException as {@link #apply} does
     */
    public Node again(Op op, List<Node> in) {
        List<Node> own = in.stream().map(n -> owned(n, OpNames.of(op))).toList();
        return made(op, own, new Key(op, own.stream().map(Node::id).toList()));
    }

    private Node made(Op op, List<Node> own, Key key) {
        List<TensorType> types = own.stream().map(Node::type).toList();
        TensorType type = GraphException.within("", () -> op instanceof Op.Nested n ? nested(n, key, types) : TypeRule.infer(op, types));
        if (op instanceof Op.Input(String name, TensorType t)) {
            Node other = inputs.get(name);
            if (other != null) {
                throw new GraphException("input \"" + name + "\" is declared twice, as " + other.type() + " and as " + t + CallSite.suffix());
            }
        }
        Node node = new Node(this, nodes.size(), op, List.copyOf(own), type);
        nodes.add(node);
        if (op instanceof Op.Input(String name, TensorType t)) {
            inputs.put(name, node);
        } else if (op instanceof Op.Random(TensorType t, int site)) {
            GraphBuilder outermost = outermost();
            outermost.sites = Math.max(outermost.sites, site + 1);
        }
        return node;
    }

    /** A site that no draw of this builder has had. */
    @Override
    int freshSite() {
        return outermost().sites;
    }

    /** Bodies draw from the sites of the graph they are part of, or one key would give the same words inside and outside. */
    private GraphBuilder outermost() {
        GraphBuilder b = this;
        while (b.enclosing != null) {
            b = b.enclosing;
        }
        return b;
    }

    /** The graphs of a nested op are looked at once for all of its results. */
    private TensorType nested(Op.Nested op, Key key, List<TensorType> in) {
        NestedRule rule = new NestedRule(op, in);
        Key group = new Key(Bodies.result(op, 0), key.inputs());
        List<TensorType> results = checked.get(group);
        if (results == null) {
            results = rule.check();
            checked.put(group, results);
        }
        return rule.infer(results);
    }

    private Node owned(Node n, String what) {
        refuseNull(what, n);
        if (n.owner() == this) {
            return n;
        }
        if (enclosing != null && enclosing.reaches(n)) {
            return captured(n, enclosing, what);
        }
        boolean inside = n.owner() instanceof GraphBuilder other && other.isWithin(this);
        throw GraphException.at(what + ": operand " + n + " belongs to " + (inside ? "a body of a loop or condition: inside of it, use the builder that the body is given; "
                + "outside, what the loop returns" : "another graph"));
    }

    private boolean isWithin(GraphBuilder outer) {
        return enclosing != null && (enclosing == outer || enclosing.isWithin(outer));
    }

    private boolean reaches(Node n) {
        return n.owner() == this || enclosing != null && enclosing.reaches(n);
    }

    /** The input that stands for a node of an enclosing builder; what is made of constants alone is made here again. */
    private Node captured(Node n, GraphBuilder from, String what) {
        Node outer = from.owned(n, what);
        Node known = captures.get(outer);
        if (known == null) {
            boolean small = outer.op() instanceof Op.Constant(Literal value) && value.isUniform() || outer.op() instanceof Op.Iota;
            boolean again = small || outer.op() instanceof Op.View && isUniform(outer);
            if (again) {
                known = apply(outer.op(), outer.inputs());
            } else {
                known = apply(new Op.Input("k" + constants.size(), outer.type()), List.of());
                constants.add(outer);
            }
            captures.put(outer, known);
        }
        return known;
    }

    /** One number everywhere: a scalar constant, broadcast. */
    private static boolean isUniform(Node n) {
        Node x = n;
        while (x.op() instanceof Op.Broadcast) {
            x = x.input(0);
        }
        return x.op() instanceof Op.Constant(Literal value) && value.isUniform();
    }

    /** A builder of a body that runs inside this graph: it may use this one's nodes, which become its inputs {@code k0…}. */
    GraphBuilder body() {
        return new GraphBuilder(this);
    }

    /** As {@link #body()}, whose inputs {@code k0…} begin with those of another body: both will have the same operands. */
    GraphBuilder body(List<Node> shared) {
        GraphBuilder b = body();
        shared.forEach(n -> b.captured(n, this, "body"));
        return b;
    }

    /** The nodes of the enclosing builder that were used so far: what {@code k0…} stand for. */
    List<Node> constants() {
        return List.copyOf(constants);
    }

    /** Every node made so far, inputs before consumers. */
    public List<Node> nodes() {
        return java.util.Collections.unmodifiableList(nodes);
    }

    /** Declares what a run returns under a name. */
    public void output(String name, Node node) {
        if (outputs.putIfAbsent(name, owned(node, "output \"" + name + "\"")) != null) {
            throw new GraphException("output \"" + name + "\" is declared twice" + CallSite.suffix());
        }
    }

    /** Declares that after a run the state input holds {@code value}. */
    public void update(Node state, Node value) {
        owned(state, "update");
        Node next = owned(value, "update");
        if (!(state.op() instanceof Op.Input(String name, TensorType type))) {
            throw new GraphException("update of " + state + ": only an input can hold state" + CallSite.suffix());
        }
        if (!type.equals(value.type())) {
            throw new GraphException("update of \"" + name + "\": its type is " + type + " but the new value is " + value.type() + CallSite.suffix());
        }
        if (updates.putIfAbsent(state, next) != null) {
            throw new GraphException("update of \"" + name + "\" is declared twice" + CallSite.suffix());
        }
    }

    /** Names a node in listings and messages; it computes nothing. */
    public Node label(Node node, String label) {
        labels.put(owned(node, "label"), label);
        return node;
    }

    // ---- hints

    /**
     * Demands that a node be computed once and stay in memory up to its last reader, also where it would be cheaper to compute it again, whatever the memory budget.
     * Within the function of {@link #recompute} it says what is to be kept of the subgraph. Hints change no bit of any result.
     *
     * @return the node
     * @throws GraphException if it is an input or a constant, which are kept in any case; is inside of a subgraph that is to be recomputed; or belongs to
     *     a loop's body
     */
    public Node checkpoint(Node node) {
        hintable("checkpoint", node);
        hints.checkpoint(node);
        return node;
    }

    /**
     * Demands that the values inside of a subgraph be not kept for readers outside of it: these, in general the gradient's, read what is computed again from
     * what the subgraph reads, once all else that they need is there. The subgraph is what the function adds to this builder. Its results are values
     * like any other: what the function returns, what nothing in the subgraph reads, {@linkplain #checkpoint checkpoints}, outputs and new values of states. A node that a
     * later subgraph makes once more becomes a result too.
     *
     * <pre>{@code
     * Node h = b.recompute(() -> b.add(x, b.matmul(b.tanh(b.matmul(x, w1)), w2)));
     * }</pre>
     *
     * @return what the function returns
     * @throws GraphException if nothing is inside of the subgraph, within the function of another call, or in a loop's body
     */
    public Node recompute(Supplier<Node> subgraph) {
        return recomputeAll(() -> List.of(subgraph.get())).getFirst();
    }

    /** As {@link #recompute(Supplier)}, of a function that returns several nodes. */
    public List<Node> recomputeAll(Supplier<List<Node>> subgraph) {
        hintable("recompute");
        return hints.recording(nodes, subgraph, made -> made.stream().map(n -> owned(n, "recompute")).toList());
    }

    /**
     * As {@link #recompute(Supplier)}, of these very nodes; those that no other of them reads are the results.
     *
     * @throws GraphException if one is an input, a constant or a checkpoint, is of another subgraph or another builder; if a path leads from inside of the subgraph
     *     out and back into it; or nothing is inside
     */
    public void recompute(List<Node> subgraph) {
        hintable("recompute", subgraph.toArray(Node[]::new));
        hints.recompute(subgraph, nodes);
    }

    /**
     * Gives a node a hint as a graph has it: for those that copy graphs.
     *
     * @throws GraphException if the node is an input, a constant or of a loop's body, or has another hint
     */
    public void hint(Node node, Hint hint) {
        hintable("hint " + hint.text(), node);
        hints.put(node, hint);
    }

    /**
     * Hands a hint on to the node that now stands for the one that had it: for passes. What was made on the way is inside of the subgraph; a node that was there
     * before, for another reason, belongs to it only if it reads what is inside; an input or a constant needs no hint.
     *
     * @param made how many nodes this builder had before those were made that stand for the old one
     */
    public void inherit(Hint hint, Node now, int made) {
        hintable("hint " + hint.text(), now);
        hints.inherit(hint, now, nodes.subList(made, nodes.size()), now.id() >= made);
    }

    private void hintable(String what, Node... of) {
        if (enclosing != null) {
            throw new GraphException(what + ": nodes inside of a loop's or a condition's body take no hints; give them to its results" + CallSite.suffix());
        }
        for (Node n : of) {
            owned(n, what);
        }
    }

    /**
     * What another graph gives, once its nodes have been copied into this builder.
     *
     * @param outputs by name
     * @param updates the new values of its states, by the states' names
     * @param nodes one for each node of the graph, by id
     */
    public record Inlined(Map<String, Node> outputs, Map<String, Node> updates, List<Node> nodes) {
        public Inlined {
            outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
            updates = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(updates));
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * Copies a graph into this one, with nodes of this one in the place of its inputs, and its hints.
     *
     * @param inputs a node for each input of the graph, by name; others are not looked at
     * @throws GraphException if one is missing or of another type, or the graph has hints and this is the builder of a loop's body
     */
    public Inlined inline(Graph graph, Map<String, Node> inputs) {
        List<Node> copy = new ArrayList<>();
        Map<Node, Hint> hinted = hints.renumbered(graph.hints());
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Input(String name, TensorType type)) {
                Node given = inputs.get(name);
                if (given == null || !given.type().equals(type)) {
                    throw new GraphException("inline: input \"" + name + "\" is " + type + ", and "
                            + (given == null ? "nothing is given for it" : given.type() + " is given") + CallSite.suffix());
                }
                copy.add(owned(given, "inline"));
            } else {
                int made = nodes.size();
                copy.add(apply(n.op(), n.inputs().stream().map(x -> copy.get(x.id())).toList()));
                Hint hint = hinted.get(n);
                if (hint != null) {
                    inherit(hint, copy.getLast(), made);
                }
            }
        }
        Map<String, Node> out = new LinkedHashMap<>();
        graph.outputs().forEach((name, n) -> out.put(name, copy.get(n.id())));
        Map<String, Node> up = new LinkedHashMap<>();
        graph.updates().forEach(u -> up.put(u.name(), copy.get(u.value().id())));
        return new Inlined(out, up, copy);
    }

    /**
     * The graph of the declared outputs and updates and all they need; the builder can go on.
     *
     * @throws GraphException if nothing was declared
     */
    public Graph build() {
        if (outputs.isEmpty() && updates.isEmpty()) {
            throw new GraphException("the graph has neither an output nor an update, so it would compute nothing" + CallSite.suffix());
        }
        boolean[] needed = new boolean[nodes.size()];
        outputs.values().forEach(n -> needed[n.id()] = true);
        updates.forEach((state, value) -> needed[state.id()] = needed[value.id()] = true);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (needed[i]) {
                nodes.get(i).inputs().forEach(n -> needed[n.id()] = true);
            }
        }
        Object owner = new Object();
        List<Node> kept = new ArrayList<>();
        Node[] copy = new Node[nodes.size()];
        for (Node n : nodes) {
            if (needed[n.id()]) {
                List<Node> in = n.inputs().stream().map(x -> copy[x.id()]).toList();
                copy[n.id()] = new Node(owner, kept.size(), n.op(), in, n.type());
                kept.add(copy[n.id()]);
            }
        }
        Map<String, Node> out = new LinkedHashMap<>();
        outputs.forEach((name, n) -> out.put(name, copy[n.id()]));
        Set<Node> lasting = new HashSet<>(outputs.values());
        lasting.addAll(updates.values());
        List<Graph.Update> up = new ArrayList<>();
        updates.forEach((state, value) -> up.add(new Graph.Update(copy[state.id()], copy[value.id()])));
        Map<Node, String> named = new HashMap<>();
        labels.forEach((n, label) -> {
            if (needed[n.id()]) {
                named.put(copy[n.id()], label);
            }
        });
        Map<Node, Hint> hinted = new HashMap<>();
        hints.all().forEach((n, hint) -> {
            if (needed[n.id()]) {
                hinted.put(copy[n.id()], lasting.contains(n) ? hint.kept() : hint);
            }
        });
        return new Graph(kept, out, up, named, hinted);
    }
}
