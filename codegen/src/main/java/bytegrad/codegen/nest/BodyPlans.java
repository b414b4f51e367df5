package bytegrad.codegen.nest;

import bytegrad.ir.Graph;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The bodies that one compilation has met, each of which is compiled once, however many ways to cut scans are tried. */
public final class BodyPlans {
    private record Body(Graph graph, boolean carried, Set<String> wanted) {}

    private record Step(Graph body, Set<Integer> carries) {}

    private final Map<Body, BodyPlan> plans = new HashMap<>();
    private final Map<Step, Graph> steps = new HashMap<>();

    BodyPlan plan(Graph graph, NestedKernels how, boolean carried, Set<String> wanted) {
        Body key = new Body(graph, carried, Set.copyOf(wanted));
        BodyPlan known = plans.get(key);
        if (known == null) {
            // There may be bodies in it.
            known = new BodyPlan(graph, how, carried, wanted);
            plans.put(key, known);
        }
        return known;
    }

    /** What of a scan's step runs again. */
    Graph step(CutScan cut) {
        return steps.computeIfAbsent(new Step(cut.op().body(), cut.carries()), _ -> cut.step());
    }
}
