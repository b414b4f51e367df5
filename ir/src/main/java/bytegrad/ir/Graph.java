package bytegrad.ir;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An immutable graph: nodes in topological order with dense ids, named outputs, and updates. What no output or update
 * needs was left out when it was built.
 *
 * @param nodes every node; {@code nodes.get(i).id() == i}, inputs before consumers
 * @param outputs what a run returns, by name, in the order they were declared
 * @param updates state inputs with the value each takes after a run
 * @param labels names the user gave to nodes, for messages and listings
 * @param hints what the user demands of the memory of nodes; no result depends on it
 */
public record Graph(List<Node> nodes, Map<String, Node> outputs, List<Update> updates, Map<Node, String> labels, Map<Node, Hint> hints) {
    /** After a run the state input holds {@code value}; every reader in that run sees the old one. */
    public record Update(Node state, Node value) {
        public String name() {
            return ((Op.Input) state.op()).name();
        }
    }

    public Graph {
        nodes = List.copyOf(nodes);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        updates = List.copyOf(updates);
        labels = Map.copyOf(labels);
        hints = Map.copyOf(hints);
    }

    /** Equal graphs have the very same nodes, so that one of them tells enough: a graph may be part of an op, which is looked up often. */
    @Override
    public int hashCode() {
        return nodes.isEmpty() ? 0 : nodes.getLast().hashCode();
    }

    @Override
    public boolean equals(Object o) {
        return this == o || o instanceof Graph(var n, var out, var up, var named, var hinted)
                && nodes.equals(n) && outputs.equals(out) && updates.equals(up) && labels.equals(named) && hints.equals(hinted);
    }

    /** The same graph, of which nothing is demanded. */
    public Graph withoutHints() {
        return hints.isEmpty() ? this : new Graph(nodes, outputs, updates, labels, Map.of());
    }

    /** The input nodes, in order of their ids. */
    public List<Node> inputs() {
        return nodes.stream().filter(n -> n.op() instanceof Op.Input).toList();
    }

    /** Names of the inputs that have no updates, in order of their ids. */
    public List<String> inputsWithoutUpdates() {
        Set<String> states = updates.stream().map(Update::name).collect(Collectors.toSet());
        return inputs().stream().map(n -> ((Op.Input) n.op()).name()).filter(n -> !states.contains(n)).toList();
    }

    /** The input of this name. */
    public Optional<Node> input(String name) {
        return nodes.stream().filter(n -> n.op() instanceof Op.Input in && in.name().equals(name)).findFirst();
    }

    /** The output of this name. */
    public Node output(String name) {
        Node n = outputs.get(name);
        if (n == null) {
            throw new GraphException("no output is named \"" + name + "\"; there are " + outputs.keySet());
        }
        return n;
    }

    /** A node's name for people: its label, its input name, or its number. */
    public String nameOf(Node node) {
        String label = labels.get(node);
        return label != null ? label : node.op() instanceof Op.Input in ? in.name() : "%" + node.id();
    }

    /** The op of a node as graph text calls it, such as {@code add} or {@code reduce_sum}. */
    public static String opName(Op op) {
        return OpNames.of(op);
    }
}
