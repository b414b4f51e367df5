package bytegrad.codegen.hint;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashSet;
import java.util.Set;

/**
 * What of a graph stays as it is from run to run, until an input that is kept is set again.
 *
 * <pre>
 * keeping w:   s = sqrt(w)   c = iota   y = mul(x, s)   →   all: w, s, c; derived: s
 * </pre>
 *
 * @param all kept inputs and constants, and what depends on nothing else, unless a hint says when it is computed; empty where no input is kept
 * @param derived of these, what is computed and depends on an input
 */
public record KeptNodes(Set<Node> all, Set<Node> derived) {
    /** Elements of a matrix from which on it is worth memory to have it in the order in which it is read; smaller ones are in the first cache anyway. */
    public static final int LEAST = 4096;

    public static final KeptNodes NONE = new KeptNodes(Set.of(), Set.of());

    public KeptNodes {
        all = Set.copyOf(all);
        derived = Set.copyOf(derived);
    }

    /**
     * Those of a graph whose inputs of these names are kept.
     *
     * @param again nodes of second runs
     */
    static KeptNodes of(Graph graph, Set<Node> again, Set<String> names) {
        if (names.isEmpty()) {
            return NONE;
        }
        Set<Node> all = new HashSet<>();
        Set<Node> derived = new HashSet<>();
        for (Node n : graph.nodes()) {
            boolean stays = n.op() instanceof Op.Input in ? names.contains(in.name()) : all.containsAll(n.inputs());
            if (stays && !graph.hints().containsKey(n) && !again.contains(n)) {
                all.add(n);
                if (n.inputs().stream().anyMatch(x -> x.op() instanceof Op.Input || derived.contains(x))) {
                    derived.add(n);
                }
            }
        }
        return new KeptNodes(all, derived);
    }
}
