package bytegrad.ir.pass;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code scan(a) body=@1 -> scan(a) body=@2}, where @2 is @1 after other passes.
 *
 * @param passes what each graph inside of a nested op goes through
 */
public record SimplifyBodies(Supplier<? extends Pass> passes) implements Pass {
    @Override
    public Graph run(Graph graph) {
        // Results of one op share their graphs, and must go on doing so.
        Map<Graph, Graph> done = new HashMap<>();
        return Rewrite.once(graph, (node, in, b) -> {
            if (!(node.op() instanceof Op.Nested op)) {
                return null;
            }
            List<Graph> bodies = Bodies.of(op);
            List<Graph> simpler = bodies.stream().map(g -> done.computeIfAbsent(g, x -> passes.get().run(x))).toList();
            return simpler.equals(bodies) ? null : b.apply(Bodies.with(op, simpler), in);
        });
    }
}
