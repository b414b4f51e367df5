package bytegrad.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
            return known;
        }
        TensorType type;
        try {
            List<TensorType> types = own.stream().map(Node::type).toList();
            type = op instanceof Op.Nested n ? nested(n, key, types) : TypeRule.infer(op, types);
        } catch (GraphException e) {
            throw new GraphException(e.getMessage() + CallSite.suffix(), e);
        }
        if (op instanceof Op.Input(String name, TensorType t)) {
            Node other = inputs.get(name);
            if (other != null) {
                throw new GraphException("input \"" + name + "\" is declared twice, as " + other.type() + " and as " + t + CallSite.suffix());
            }
        }
        Node node = new Node(this, nodes.size(), op, List.copyOf(own), type);
        nodes.add(node);
        interned.put(key, node);
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
        if (n.owner() == this) {
            return n;
        }
        if (enclosing != null && enclosing.reaches(n)) {
            return captured(n, enclosing, what);
        }
        throw new GraphException(what + ": operand " + n + " belongs to another graph" + CallSite.suffix());
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
     * Copies a graph into this one, with nodes of this one in the place of its inputs.
     *
     * @param inputs a node for each input of the graph, by name; others are not looked at
     * @throws GraphException if one is missing or of another type
     */
    public Inlined inline(Graph graph, Map<String, Node> inputs) {
        List<Node> copy = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Input(String name, TensorType type)) {
                Node given = inputs.get(name);
                if (given == null || !given.type().equals(type)) {
                    throw new GraphException("inline: input \"" + name + "\" is " + type + ", and "
                            + (given == null ? "nothing is given for it" : given.type() + " is given") + CallSite.suffix());
                }
                copy.add(owned(given, "inline"));
            } else {
                copy.add(apply(n.op(), n.inputs().stream().map(x -> copy.get(x.id())).toList()));
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
        List<Graph.Update> up = new ArrayList<>();
        updates.forEach((state, value) -> up.add(new Graph.Update(copy[state.id()], copy[value.id()])));
        Map<Node, String> named = new HashMap<>();
        labels.forEach((n, label) -> {
            if (needed[n.id()]) {
                named.put(copy[n.id()], label);
            }
        });
        return new Graph(kept, out, up, named);
    }
}
