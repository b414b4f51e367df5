package bytegrad.codegen.plan;

import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Replays a plan and checks that hints were honoured: that a checkpoint is written by one launch only; that what is inside of a subgraph is not read once its
 * second run has begun; and that this had to begin then: all that its readers read beside it was there. Knows nothing but the plan and the graph.
 */
final class HintVerifier {
    private final MemoryPlan plan;
    private final SecondRuns runs;
    private final Map<Node, Integer> written = new HashMap<>();
    /** Of each subgraph, the launch that first stores something of its second run. */
    private final Map<Integer, Integer> begun = new HashMap<>();

    HintVerifier(MemoryPlan plan, SecondRuns runs) {
        this.plan = plan;
        this.runs = runs;
    }

    void replay() {
        if (runs.graph().hints().isEmpty()) {
            return;
        }
        List<Set<Node>> reads = new ArrayList<>();
        for (int k = 0; k < plan.kernels().size(); k++) {
            Set<Node> read = new HashSet<>();
            LoweredKernel lk = plan.kernels().get(k);
            for (int b = 0; b < lk.places().size(); b++) {
                if (lk.places().get(b) instanceof Place.Value(Node n)) {
                    switch (lk.kernel().buffers().get(b).access()) {
                        case READ -> read.add(n);
                        case WRITE, READ_WRITE -> write(n, k);
                        case SCRATCH -> {}
                    }
                }
            }
            int number = k;
            read.forEach(n -> checkFirstRun(n, number));
            reads.add(read);
        }
        reads.forEach(this::checkTime);
        runs.graph().hints().forEach((n, hint) -> {
            boolean missing = hint.kind() == Hint.Kind.CHECKPOINT && n.shape().size() > 0 && !written.containsKey(n);
            require(!missing, "checkpoint " + runs.graph().nameOf(n) + " is not stored");
        });
    }

    private void write(Node n, int launch) {
        Hint hint = runs.graph().hints().get(n);
        boolean again = written.putIfAbsent(n, launch) != null;
        require(!again || hint == null || hint.kind() != Hint.Kind.CHECKPOINT, "checkpoint " + runs.graph().nameOf(n) + " is written again");
        Integer subgraph = runs.again().get(n);
        if (subgraph != null) {
            begun.putIfAbsent(subgraph, launch);
        }
    }

    /** What is inside is read by kernels of its own subgraph, before the second run, unless a budget has one of these run once more. */
    private void checkFirstRun(Node n, int launch) {
        OptionalInt end = runs.end(n);
        if (!runs.isFirstRun(n) || end.isEmpty()) {
            return;
        }
        boolean early = plan.kernels().get(launch).roots().stream().allMatch(r -> runs.era(r) < end.getAsInt());
        int subgraph = hint(n).subgraph();
        boolean first = plan.memory().firstRuns().get(launch) == launch;
        require(early && !(first && begun.containsKey(subgraph)), "launch " + plan.launches().get(launch).label() + " reads " + runs.graph().nameOf(n)
                + ", of which subgraph " + subgraph + " is to keep nothing");
    }

    private Hint hint(Node n) {
        Hint hint = runs.graph().hints().get(n);
        if (hint == null) {
            throw new PlanException("invalid plan: " + n + " has no hint");
        }
        return hint;
    }

    /** Whoever reads a second run found all else there already when that began. */
    private void checkTime(Set<Node> read) {
        for (Node again : read) {
            Integer subgraph = runs.again().get(again);
            if (subgraph == null) {
                continue;
            }
            int begins = begun.getOrDefault(subgraph, Integer.MAX_VALUE);
            for (Node beside : read) {
                // What is written to a state's place is its next value, and what is read there the one before.
                boolean earlier = runs.era(beside) < runs.begun().getOrDefault(subgraph, 0) && written.containsKey(beside) && !(beside.op() instanceof Op.Input);
                require(!earlier || written.getOrDefault(beside, 0) < begins, runs.graph().nameOf(again) + " is computed before "
                        + runs.graph().nameOf(beside) + ", which its readers read too");
            }
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new PlanException("invalid plan: " + otherwise);
        }
    }
}
