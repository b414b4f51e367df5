package bytegrad.ir.text;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of a text that were read, and how much work the graph at hand would be with each in the place of its uses: a body may be used by
 * several, which may be used by several, so that few lines can be endless work.
 */
final class BodyBlocks {
    private record Body(Graph graph, int depth) {}

    private record Group(Op.Nested op, List<Node> operands) {}

    private final Map<Integer, Body> bodies = new HashMap<>();
    /** Nodes of each body, with its bodies in place. */
    private final Map<Graph, Long> sizes = new HashMap<>();
    /** Ops with bodies in the graph being read; nodes that differ in the result alone run them once. */
    private final Set<Group> groups = new HashSet<>();
    private int depth;
    private long expanded;

    /** One more node of the graph being read. */
    void count() {
        expanded++;
    }

    /** Ends the body being read; what is read next is another graph. */
    void define(int number, Graph graph) {
        bodies.put(number, new Body(graph, depth + 1));
        sizes.put(graph, expanded);
        groups.clear();
        depth = 0;
        expanded = 0;
    }

    /** The body of a number, to be used in the graph being read. */
    @Nullable Graph get(int number) {
        Body body = bodies.get(number);
        if (body == null) {
            return null;
        }
        depth = Math.max(depth, body.depth());
        return body.graph();
    }

    /** Levels of bodies in the graph being read. */
    int depth() {
        return depth;
    }

    /** A nested op of the graph being read; how many nodes that has now, with its bodies in place. */
    long use(Op.Nested op, List<Node> operands) {
        if (groups.add(new Group(Bodies.result(op, 0), operands))) {
            Bodies.of(op).forEach(g -> expanded += sizes.getOrDefault(g, 0L));
        }
        return expanded;
    }
}
