package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the passes have in common: a graph is built anew, inputs first, and a rule may put another node in the place of
 * each. One sweep is linear in the graph and uses no recursion; outputs, updates, labels and hints are carried over.
 */
public final class Rewrite {
    /** Each sweep keeps meaning, so that stopping early costs only a missed simplification. */
    static final int MAX_SWEEPS = 8;

    private Rewrite() {}

    /** One rule, or several of them: asked at every node but inputs. */
    @FunctionalInterface
    public interface Rule {
        /**
         * A node of the same type and value, or null to rebuild the node as it is.
         *
         * @param node the node in the old graph
         * @param in its inputs in the new graph
         * @param b the new graph
         */
        @Nullable Node replace(Node node, List<Node> in, GraphBuilder b);
    }

    /** Sweeps until the rule finds nothing more; the very same graph where it never does. */
    public static Graph toFixedPoint(Graph graph, Rule rule) {
        return toFixedPoint(graph, (Function<Graph, Rule>) g -> rule);
    }

    /** As above, with a rule that looks up facts of the graph to be swept. */
    public static Graph toFixedPoint(Graph graph, Function<Graph, Rule> rules) {
        Graph now = graph;
        for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
            Graph next = once(now, rules.apply(now));
            if (next == now) {
                break;
            }
            now = next;
        }
        return now;
    }

    /** One sweep; the very same graph where the rule found nothing. */
    public static Graph once(Graph graph, Rule rule) {
        return sweep(graph, rule, UnaryOperator.identity(), false);
    }

    /** The same graph with another node as each output, which that needs; the very same one where each is as it was. */
    public static Graph outputs(Graph graph, UnaryOperator<Node> outputs) {
        boolean same = graph.outputs().values().stream().allMatch(n -> outputs.apply(n) == n);
        return same ? graph : sweep(graph, (node, in, b) -> null, outputs, true);
    }

    private static Graph sweep(Graph graph, Rule rule, UnaryOperator<Node> outputs, boolean others) {
        GraphBuilder b = new GraphBuilder();
        Node[] map = new Node[graph.nodes().size()];
        Map<Node, String> labels = new HashMap<>();
        boolean changed = others;
        for (Node n : graph.nodes()) {
            List<Node> in = mapped(n.inputs(), map);
            int made = b.nodes().size();
            // An input is the caller's: it keeps its place whatever becomes of its readers.
            Node replaced = n.op() instanceof Op.Input ? null : rule.replace(n, in, b);
            if (replaced == null || replaced.op().equals(n.op()) && replaced.inputs().equals(in)) {
                map[n.id()] = b.apply(n.op(), in);
            } else {
                if (!replaced.type().equals(n.type())) {
                    throw new IllegalStateException("a pass replaced " + Graph.opName(n.op()) + " " + n
                            + " by " + Graph.opName(replaced.op()) + " " + replaced);
                }
                map[n.id()] = replaced;
                changed = true;
            }
            Hint hint = graph.hints().get(n);
            if (hint != null) {
                b.inherit(hint, map[n.id()], made);
            }
            String label = graph.labels().get(n);
            boolean renamesInput = map[n.id()].op() instanceof Op.Input && !(n.op() instanceof Op.Input);
            if (label != null && !renamesInput && labels.putIfAbsent(map[n.id()], label) == null) {
                b.label(map[n.id()], label);
            }
        }
        if (!changed) {
            return graph;
        }
        graph.outputs().forEach((name, n) -> b.output(name, map[outputs.apply(n).id()]));
        graph.updates().forEach(u -> b.update(map[u.state().id()], map[u.value().id()]));
        return b.build();
    }

    private static List<Node> mapped(List<Node> inputs, Node[] map) {
        Node[] in = new Node[inputs.size()];
        for (int k = 0; k < in.length; k++) {
            in[k] = map[inputs.get(k).id()];
        }
        return List.of(in);
    }
}
