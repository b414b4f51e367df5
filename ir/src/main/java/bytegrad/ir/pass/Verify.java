package bytegrad.ir.pass;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Safety after every pass: the graph is well formed, each type is what its op infers, and nothing of the interface changed. */
public final class Verify {
    private Verify() {}

    /**
     * Rebuilds the graph, inferring every type again.
     *
     * @throws IllegalStateException if the graph breaks a promise of {@link Graph}; the message names the node
     */
    public static void check(Graph graph) {
        check(graph, new HashSet<>());
    }

    private static void check(Graph graph, Set<Graph> checked) {
        GraphBuilder b = new GraphBuilder();
        Node[] map = new Node[graph.nodes().size()];
        for (int i = 0; i < map.length; i++) {
            Node n = graph.nodes().get(i);
            require(n.id() == i, n + " stands at place " + i);
            for (Node in : n.inputs()) {
                require(in.id() < i && graph.nodes().get(in.id()) == in, n + " reads " + in + ", which is not above it");
            }
            List<Node> in = n.inputs().stream().map(x -> map[x.id()]).toList();
            if (n.op() instanceof Op.Nested op) {
                Bodies.of(op).stream().filter(checked::add).forEach(body -> check(body, checked));
            }
            try {
                map[i] = b.apply(n.op(), in);
            } catch (GraphException e) {
                throw new IllegalStateException(n + " is not well typed: " + e.getMessage(), e);
            }
            require(map[i].type().equals(n.type()), n + " should be " + map[i].type() + " as " + Graph.opName(n.op()));
            require(map[i].id() == i, n + " computes the same as " + map[i]);
        }
        graph.outputs().forEach((name, n) -> member(graph, n, "output " + name));
        graph.hints().forEach((n, hint) -> member(graph, n, "hint " + hint.text()));
        for (Graph.Update u : graph.updates()) {
            member(graph, u.state(), "update");
            member(graph, u.value(), "update of " + u.name());
            require(u.state().op() instanceof Op.Input && u.state().type().equals(u.value().type()), "update of " + u.name() + " by " + u.value());
        }
    }

    /**
     * Checks what a pass made of a graph.
     *
     * @throws IllegalStateException if the result is malformed, or its outputs, updates or inputs are not the old ones
     */
    public static void check(Graph before, Graph after) {
        check(after);
        List<String> outputs = List.copyOf(after.outputs().keySet());
        require(List.copyOf(before.outputs().keySet()).equals(outputs), "the outputs became " + outputs);
        before.outputs().forEach((name, n) -> {
            Node now = after.output(name);
            require(n.type().equals(now.type()), "output " + name + " became " + now);
        });
        List<String> updates = before.updates().stream().map(Graph.Update::name).toList();
        require(updates.equals(after.updates().stream().map(Graph.Update::name).toList()), "the updates " + updates + " changed");
        Set<Op> inputs = before.inputs().stream().map(Node::op).collect(Collectors.toSet());
        after.inputs().forEach(n -> require(inputs.contains(n.op()), "a new input " + n));
    }

    private static void member(Graph graph, Node n, String what) {
        require(n.id() < graph.nodes().size() && graph.nodes().get(n.id()) == n, what + " is " + n + ", which is not in the graph");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException("malformed graph: " + otherwise);
        }
    }
}
