package bytegrad.codegen;

import bytegrad.codegen.fuse.Fate;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.StepMemory;
import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What became of a graph's hints. */
final class HintReport {
    private final Compilation c;
    private final Map<Node, StepMemory.Stay> stays = new HashMap<>();

    private HintReport(Compilation c) {
        this.c = c;
        for (StepMemory.Stay s : c.plan().memory().stays()) {
            if (s.place() instanceof Place.Value(Node n)) {
                stays.putIfAbsent(n, s);
            }
        }
    }

    /**
     * The report, if there are hints.
     *
     * @param without the plan for a graph of which nothing is demanded, where it was made
     */
    static Optional<Explanation.Hints> of(Compilation c, Optional<MemoryPlan> without) {
        if (c.source().hints().isEmpty()) {
            return Optional.empty();
        }
        HintReport report = new HintReport(c);
        long given = c.source().hints().values().stream().filter(h -> h.kind() == Hint.Kind.CHECKPOINT).count();
        List<Explanation.Checkpoint> checkpoints = report.checkpoints();
        return Optional.of(new Explanation.Hints(checkpoints, (int) Math.max(0, given - checkpoints.size()), report.subgraphs(),
                without.map(MemoryPlan::arenaBytes).orElse(0L), without.map(p -> p.memory().totalNanos()).orElse(0L)));
    }

    private List<Explanation.Checkpoint> checkpoints() {
        Graph g = c.graph();
        return g.hints().entrySet().stream().filter(e -> e.getValue().kind() == Hint.Kind.CHECKPOINT).map(Map.Entry::getKey)
                .sorted(Comparator.comparingInt(Node::id)).map(this::checkpoint).toList();
    }

    private Explanation.Checkpoint checkpoint(Node n) {
        StepMemory.Stay s = stays.get(n);
        boolean stored = c.partition().fate(n).kind() == Fate.Kind.STORED;
        String became = s != null ? "stored by launch " + s.from() + " up to launch " + s.last()
                : n.shape().size() == 0 ? "has no elements"
                : stored ? "stored for good: an output or a new value" : "in memory for good";
        return new Explanation.Checkpoint(c.graph().nameOf(n), n.type().toString(), StepMemory.bytes(new Place.Value(n)), became);
    }

    private List<Explanation.Recompute> subgraphs() {
        Map<Integer, Integer> inside = new TreeMap<>();
        c.source().hints().values().stream().filter(Hint::isInside).forEach(h -> inside.merge(h.subgraph(), 1, Integer::sum));
        Map<Integer, List<Node>> again = new HashMap<>();
        c.graph().nodes().forEach(n -> {
            Integer subgraph = c.runs().again().get(n);
            if (subgraph != null) {
                again.computeIfAbsent(subgraph, _ -> new ArrayList<>()).add(n);
            }
        });
        List<Explanation.Recompute> all = new ArrayList<>();
        inside.forEach((subgraph, nodes) -> all.add(subgraph(subgraph, nodes, again.getOrDefault(subgraph, List.of()))));
        return all;
    }

    private Explanation.Recompute subgraph(int number, int inside, List<Node> again) {
        long bytes = 0;
        TreeSet<Integer> launches = new TreeSet<>();
        List<String> stored = new ArrayList<>();
        for (Node n : again) {
            StepMemory.Stay s = stays.get(n);
            if (s != null) {
                bytes += s.bytes();
                launches.add(s.from());
                stored.add(c.graph().nameOf(n));
            }
        }
        long nanos = launches.stream().mapToLong(l -> c.plan().memory().nanos().get(l)).sum();
        String became = again.isEmpty() ? "computed once: nothing outside of it reads what is inside"
                : launches.isEmpty() ? "computed again within the kernels that read it" : "computed again, not kept";
        return new Explanation.Recompute(number, inside, again.size(), stored, bytes, List.copyOf(launches), nanos, became);
    }
}
