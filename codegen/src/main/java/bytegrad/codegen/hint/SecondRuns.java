package bytegrad.codegen.hint;

import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A graph in which what is inside of a subgraph to be recomputed is computed by two nodes: one for its readers in the subgraph, and one for those outside. The
 * second is a node of its own, so that fusion decides for each run by itself where it lives; it is made as the last edit of a graph, after which
 * no builder interns nodes any more.
 *
 * <pre>
 * a = tanh(z)  hint=recompute@1   h = add(a, x)  hint=result@1   da = mul(dh, a)
 * →  a = tanh(z)   h = add(a, x)   a again = tanh(z again)   da = mul(dh, a again)
 * </pre>
 *
 * <p>Subgraphs are numbered once more, by <em>eras</em>: in the order in which their second runs are needed first. A node is of the latest era of what it depends on, 0
 * without second runs; so none depends on a later era's, and kernels that store nodes of one era each can wait for those of earlier ones.
 *
 * @param source the graph with its hints, before the edit
 * @param graph after it; a checkpoint or result that is a view of the same elements has passed its hint on to what it looks at
 * @param again of each node of a second run, the subgraph
 * @param eras of nodes, where it is not 0
 * @param begun of each subgraph with a second run, the era that begins with it
 * @param firsts of nodes that are computed again for the sake of a memory budget, which demands nothing of them: their first runs
 * @param kept what is computed before all eras, and not in every run
 */
public record SecondRuns(
        Graph source, Graph graph, Map<Node, Integer> again, Map<Node, Integer> eras, Map<Integer, Integer> begun, Map<Node, Node> firsts,
        KeptNodes kept) {
    /** The era of what is computed from kept inputs and constants alone. */
    private static final int BEFORE = -1;

    public SecondRuns {
        again = Map.copyOf(again);
        eras = Map.copyOf(eras);
        begun = Map.copyOf(begun);
        firsts = Map.copyOf(firsts);
    }

    /** A graph of which nothing is demanded. */
    public static SecondRuns none(Graph graph) {
        return new SecondRuns(graph, graph, Map.of(), Map.of(), Map.of(), Map.of(), KeptNodes.NONE);
    }

    /**
     * Makes the second runs that a graph's hints ask for.
     *
     * @throws bytegrad.ir.GraphException if a subgraph's second run would have to come before its first
     */
    public static SecondRuns of(Graph graph) {
        return graph.hints().isEmpty() ? none(graph) : new SecondRunWriter(graph).write();
    }

    /** The same, where inputs of these names are kept. */
    public SecondRuns keeping(Set<String> inputs) {
        return new SecondRuns(source, graph, again, eras, begun, firsts, KeptNodes.of(graph, again.keySet(), inputs));
    }

    /** Whether a node is computed from kept inputs and constants alone, and not in every run. */
    public boolean isDerived(Node n) {
        return era(n) == BEFORE;
    }

    /** The era of a node. */
    public int era(Node n) {
        boolean given = n.op() instanceof Op.Input || n.op() instanceof Op.Constant;
        return kept.all().contains(n) && !given ? BEFORE : eras.getOrDefault(n, 0);
    }

    /** The node has a second run, or is of a subgraph that has: the era from which on its first run must not be read, if it is inside, or computed. */
    public OptionalInt end(Node n) {
        Hint hint = graph.hints().get(n);
        Integer era = hint == null ? null : begun.get(hint.subgraph());
        return era == null ? OptionalInt.empty() : OptionalInt.of(era);
    }

    /** Whether a node is the first run of what is inside of a subgraph that has a second one. */
    public boolean isFirstRun(Node n) {
        Hint hint = graph.hints().get(n);
        return hint != null && hint.isInside() && begun.containsKey(hint.subgraph());
    }
}
