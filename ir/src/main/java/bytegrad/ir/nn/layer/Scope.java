package bytegrad.ir.nn.layer;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.RandomDraws;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where parameters get their names: a builder, a path of names, and whether the graph is one for training. All scopes of a tree share one list of parameters.
 */
public final class Scope {
    /** What all scopes of a tree share. */
    private static final class Tree {
        private final GraphBuilder b;
        private final DType dtype;
        private final Optional<Node> key;
        private final Map<String, Parameter> parameters = new LinkedHashMap<>();
        private final List<Summary.Row> rows = new ArrayList<>();
        private int draws;

        Tree(GraphBuilder b, DType dtype, Optional<Node> key) {
            this.b = b;
            this.dtype = dtype;
            this.key = key;
        }
    }

    private final Tree tree;
    private final String path;
    private final boolean training;

    private Scope(Tree tree, String path, boolean training) {
        this.tree = tree;
        this.path = path;
        this.training = training;
    }

    /** For a graph that predicts: dropout does nothing, batch normalisation uses its running statistics. Parameters are f32. */
    public static Scope prediction(GraphBuilder b) {
        return prediction(b, DType.F32);
    }

    /** As {@link #prediction(GraphBuilder)}, with parameters of another float dtype. */
    public static Scope prediction(GraphBuilder b, DType dtype) {
        return new Scope(new Tree(b, dtype, Optional.empty()), "", false);
    }

    /** For a graph that learns, without random layers. */
    public static Scope training(GraphBuilder b) {
        return new Scope(new Tree(b, DType.F32, Optional.empty()), "", true);
    }

    /**
     * For a graph that learns.
     *
     * @param dtype of the parameters
     * @param key an i64 scalar that differs from step to step, as {@link RandomDraws#key} makes it: what dropout draws from
     */
    public static Scope training(GraphBuilder b, DType dtype, Node key) {
        return new Scope(new Tree(b, dtype, Optional.of(key)), "", true);
    }

    /** The builder that nodes are added to. */
    public GraphBuilder builder() {
        return tree.b;
    }

    /** Whether the graph is one that learns. */
    public boolean training() {
        return training;
    }

    /** A scope within this one: its parameters' names begin with {@code name + "."}. */
    public Scope in(String name) {
        if (name.isEmpty() || name.contains(".")) {
            throw GraphException.at("scope \"" + path + "\": the name \"" + name + "\" of a scope in it must not be empty or contain a dot");
        }
        return new Scope(tree, path + name + ".", training);
    }

    /**
     * A parameter that is learnt.
     *
     * @throws GraphException if this scope has one of that name; to use one twice, keep its node
     */
    public Node parameter(String name, Initializer initializer, int... dims) {
        return add(name, initializer, true, dims);
    }

    /** A state that is not learnt: the layer that makes it updates it, when {@link #training}. */
    public Node statistic(String name, double initial, int... dims) {
        return add(name, new Initializer.Constant(initial), false, dims);
    }

    private Node add(String name, Initializer initializer, boolean trained, int... dims) {
        String full = path + name;
        if (tree.parameters.containsKey(full)) {
            throw GraphException.at("scope \"" + path + "\" has a parameter \"" + name + "\" already: give each layer a scope of its own, or keep the node to use it twice");
        }
        Node node = tree.b.input(full, tree.dtype, dims);
        tree.parameters.put(full, new Parameter(full, node, initializer, trained));
        return node;
    }

    /**
     * A key for one place that draws: other numbers than every other place, and in every step.
     *
     * @throws GraphException if the scope was made without a key
     */
    public Node key() {
        Node key = tree.key.orElseThrow(() -> GraphException.at("scope \"" + path + "\": a random layer needs Scope.training with a key, such as "
                + "RandomDraws.key(b, seed, step)"));
        return RandomDraws.fold(tree.b, key, tree.b.constant(DType.I64, ++tree.draws));
    }

    /** Calls a layer in a scope of its own, labels its result with the scope's path, and notes a row of the {@link #summary}. */
    public Node call(String name, Layer layer, Node x) {
        Scope inner = in(name);
        int row = tree.rows.size();
        tree.rows.add(new Summary.Row(path + name, x.type(), 0, 0, 0)); // before those of the layers within
        int nodes = tree.b.nodes().size();
        Node y = layer.apply(inner, x);
        if (y != x && !(y.op() instanceof Op.Input)) {
            tree.b.label(y, path + name);
        }
        List<Node> added = tree.b.nodes().subList(nodes, tree.b.nodes().size());
        long own = tree.parameters.values().stream().filter(p -> p.name().startsWith(inner.path)).mapToLong(p -> p.node().type().size()).sum();
        tree.rows.set(row, new Summary.Row(path + name, y.type(), own, Summary.flops(added), Summary.activationBytes(added)));
        return y;
    }

    /** All parameters and statistics of the tree, in the order they were made. */
    public List<Parameter> parameters() {
        return List.copyOf(tree.parameters.values());
    }

    /** The nodes of those that are learnt. */
    public List<Node> trained() {
        return tree.parameters.values().stream().filter(Parameter::trained).map(Parameter::node).toList();
    }

    /** A table of the layers that were called by {@link #call}, and their total. */
    public Summary summary() {
        return new Summary(tree.rows, parameters());
    }
}
