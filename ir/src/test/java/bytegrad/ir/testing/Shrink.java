package bytegrad.ir.testing;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Makes a failing graph small, greedily: fewer outputs and updates, an inner node as the only output, a node replaced by
 * one of its operands, by an input or by zeros of its type; until none of these still fails.
 *
 * <p>Inputs may get new names and types, so a predicate draws its own with {@link RandomGraphs#inputs}. A predicate that
 * throws counts as one that does not fail; one that looks for an exception must catch it.
 */
public final class Shrink {
    private final Predicate<Graph> stillFails;
    private Graph graph;

    private Shrink(Graph graph, Predicate<Graph> stillFails) {
        this.graph = graph;
        this.stillFails = stillFails;
    }

    /** A graph for which the predicate still holds and no single cut makes a smaller one; the given one, if it does not hold there. */
    public static Graph smallest(Graph graph, Predicate<Graph> stillFails) {
        Shrink s = new Shrink(graph, stillFails);
        if (s.fails(graph)) {
            while (s.fewerResults() || s.earlierOutput() || s.simplerNode()) {
                // Every success is tried again from the start: each made the graph smaller.
            }
        }
        return s.graph;
    }

    private boolean fails(Graph g) {
        try {
            return stillFails.test(g);
        } catch (RuntimeException e) {
            return false;
        }
    }

    private boolean take(Graph candidate) {
        if (weight(candidate) < weight(graph) && fails(candidate)) {
            graph = candidate;
            return true;
        }
        return false;
    }

    /** Ops weigh most, then inputs, then constants, then results. */
    private static int weight(Graph g) {
        int w = g.outputs().size() + 2 * g.updates().size();
        for (Node n : g.nodes()) {
            w += n.op() instanceof Op.Constant ? 4 : n.op() instanceof Op.Input ? 5 : 20;
        }
        return w;
    }

    private boolean fewerResults() {
        if (graph.outputs().size() + graph.updates().size() == 1) {
            return false;
        }
        for (String only : graph.outputs().keySet()) {
            if (take(edited(graph, List.of(only), List.of(), Map.of()))) {
                return true;
            }
        }
        for (Graph.Update only : graph.updates()) {
            if (take(edited(graph, List.of(), List.of(only), Map.of()))) {
                return true;
            }
        }
        for (String without : graph.outputs().keySet()) {
            if (take(edited(graph, graph.outputs().keySet().stream().filter(n -> !n.equals(without)).toList(), graph.updates(), Map.of()))) {
                return true;
            }
        }
        for (Graph.Update without : graph.updates()) {
            if (take(edited(graph, List.copyOf(graph.outputs().keySet()), graph.updates().stream().filter(u -> u != without).toList(), Map.of()))) {
                return true;
            }
        }
        return false;
    }

    private boolean earlierOutput() {
        for (Node n : graph.nodes()) {
            GraphBuilder b = new GraphBuilder();
            b.output("y", copied(b, graph, Map.of()).get(n.id()));
            if (take(b.build())) {
                return true;
            }
        }
        return false;
    }

    private boolean simplerNode() {
        for (Node n : graph.nodes().reversed()) {
            for (Node operand : n.inputs()) {
                if (operand.type().equals(n.type()) && take(edited(Map.of(n, Optional.of(operand))))) {
                    return true;
                }
            }
            boolean constant = n.op() instanceof Op.Constant;
            boolean source = constant || n.op() instanceof Op.Input;
            if (!constant && take(edited(Map.of(n, Optional.empty())))) {
                return true;
            }
            if (!source && take(withInput(n))) {
                return true;
            }
        }
        return false;
    }

    private Graph edited(Map<Node, Optional<Node>> replaced) {
        List<Graph.Update> updates = graph.updates().stream().filter(u -> !replaced.containsKey(u.state())).toList();
        if (graph.outputs().isEmpty() && updates.isEmpty()) {
            return graph;
        }
        return edited(graph, List.copyOf(graph.outputs().keySet()), updates, replaced);
    }

    private Graph withInput(Node n) {
        int k = 0;
        while (graph.input("cut" + k).isPresent()) {
            k++;
        }
        Op.Input cut = new Op.Input("cut" + k, n.type());
        GraphBuilder b = new GraphBuilder();
        List<Node> copy = new ArrayList<>();
        for (Node m : graph.nodes()) {
            copy.add(m == n ? b.apply(cut, List.of()) : b.apply(m.op(), m.inputs().stream().map(x -> copy.get(x.id())).toList()));
        }
        declare(b, copy, graph, List.copyOf(graph.outputs().keySet()), graph.updates());
        return b.build();
    }

    private static Graph edited(Graph g, List<String> outputs, List<Graph.Update> updates, Map<Node, Optional<Node>> replaced) {
        GraphBuilder b = new GraphBuilder();
        declare(b, copied(b, g, replaced), g, outputs, updates);
        return b.build();
    }

    private static void declare(GraphBuilder b, List<Node> copy, Graph g, List<String> outputs, List<Graph.Update> updates) {
        outputs.forEach(name -> b.output(name, copy.get(g.output(name).id())));
        updates.forEach(u -> b.update(copy.get(u.state().id()), copy.get(u.value().id())));
    }

    /** Copies of the nodes by id; one replaced becomes the copy of an earlier node or, where none is given, zeros. */
    private static List<Node> copied(GraphBuilder b, Graph g, Map<Node, Optional<Node>> replaced) {
        List<Node> copy = new ArrayList<>();
        for (Node n : g.nodes()) {
            Optional<Node> by = replaced.get(n);
            if (by == null) {
                copy.add(b.apply(n.op(), n.inputs().stream().map(x -> copy.get(x.id())).toList()));
            } else if (by.isPresent()) {
                copy.add(copy.get(by.get().id()));
            } else {
                copy.add(b.constant(Literal.ofBits(n.type(), new long[n.type().size()])));
            }
        }
        return copy;
    }
}
