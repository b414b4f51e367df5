package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.KeptNodes;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a plan computes again as nodes of their own, in the order of its launches, so that fusion decides for each run by itself where it lives: what is cheap is
 * computed within the kernels that read it, and what stores something again stores only what is read of it.
 *
 * <pre>
 * k1 stores h = gelu(z), z   …   k1 again   k8 dz reads z   k9 dw reads h
 * →  z = …   h = gelu(z)   …   z again = …   h again = gelu(z again)   dz = f(z again)   dw = g(h again)
 * </pre>
 *
 * <p>Neighbouring launches that run again begin an era together, so that no kernel stores what is computed again beside what was first.
 */
public final class PlannedRuns {
    private final Graph graph;
    private final Partition partition;
    private final List<Run> runs = new ArrayList<>();
    /** The latest run of each node in memory. */
    private final Map<Node, Integer> latest = new HashMap<>();
    /** Runs of what is not stored, and computed first, by what they read: one for all kernels that compute it from the same. */
    private final Map<Inlined, Integer> inlined = new HashMap<>();

    /**
     * A run of a node.
     *
     * @param inputs numbers of the runs that it reads
     * @param era of what is computed again, that which it begins; 0 for what runs first
     * @param stored whether it is in memory
     */
    private record Run(Node node, List<Integer> inputs, int era, boolean stored) {}

    private record Inlined(Node node, List<Integer> inputs) {}

    private PlannedRuns(Graph graph, Partition partition) {
        this.graph = graph;
        this.partition = partition;
    }

    /**
     * The graph of a plan; nothing where it stores tensors without elements, for which no launch need be.
     *
     * @param source of which no hint demands anything
     * @param partition of which the plan's kernels are
     */
    public static Optional<SecondRuns> of(SecondRuns source, Partition partition, MemoryPlan plan) {
        Graph graph = source.graph();
        if (graph.nodes().stream().anyMatch(n -> n.shape().size() == 0 && !isGiven(n) && partition.hasBuffer(n))) {
            return Optional.empty();
        }
        PlannedRuns p = new PlannedRuns(graph, partition);
        p.follow(plan);
        return Optional.of(p.write(source.source()));
    }

    /** The numbers of another partition's kernels that compute what a plan's launches do, in the order of these. */
    public static List<Integer> in(Partition other, SecondRuns source, Partition partition, MemoryPlan plan) {
        PlannedRuns p = new PlannedRuns(source.graph(), partition);
        Map<Node, Integer> kernels = new HashMap<>();
        for (int k = 0; k < other.clusters().size(); k++) {
            for (Cluster.Root r : other.clusters().get(k).roots()) {
                kernels.put(r.node(), k);
            }
        }
        List<Integer> sequence = new ArrayList<>();
        for (LoweredKernel lk : plan.kernels()) {
            Set<Integer> launched = new TreeSet<>();
            for (Node n : p.computed(Set.copyOf(lk.roots()))) {
                Integer k = kernels.get(n);
                if (k != null) {
                    launched.add(k);
                }
            }
            sequence.addAll(launched);
        }
        return sequence;
    }

    private static boolean isGiven(Node n) {
        return n.op() instanceof Op.Input || n.op() instanceof Op.Constant;
    }

    private static Set<Node> roots(Cluster c) {
        Set<Node> roots = new HashSet<>();
        c.roots().forEach(r -> roots.add(r.node()));
        return roots;
    }

    /** What a kernel computes, in the order of the graph: what it stores, and what is on the way from what is in memory. */
    private Collection<Node> computed(Set<Node> roots) {
        Map<Integer, Node> computed = new TreeMap<>();
        Deque<Node> todo = new ArrayDeque<>(roots);
        while (!todo.isEmpty()) {
            Node n = todo.pop();
            if (computed.putIfAbsent(n.id(), n) == null) {
                n.inputs().stream().filter(x -> !isGiven(x) && (roots.contains(x) || !partition.hasBuffer(x))).forEach(todo::push);
            }
        }
        return computed.values();
    }

    private void follow(MemoryPlan plan) {
        int eras = 0;
        Set<List<Cluster>> together = new HashSet<>();
        for (int k = 0; k < plan.kernels().size(); k++) {
            List<Cluster> clusters = plan.kernels().get(k).clusters();
            if (plan.memory().firstRuns().get(k) == k) {
                together.clear();
                clusters.forEach(c -> launch(c, 0));
            } else {
                boolean begins = together.isEmpty() || together.contains(clusters);
                if (begins) {
                    together.clear();
                    eras++;
                }
                together.add(clusters);
                int era = eras;
                clusters.forEach(c -> launch(c, era));
            }
        }
        graph.outputs().values().forEach(this::stored);
        graph.updates().forEach(u -> {
            stored(u.state());
            stored(u.value());
        });
    }

    private void launch(Cluster cluster, int era) {
        Set<Node> roots = roots(cluster);
        // The copy of an input that is an output, too, is no node.
        roots.removeIf(PlannedRuns::isGiven);
        Map<Node, Integer> here = new HashMap<>();
        for (Node n : computed(roots)) {
            List<Integer> in = n.inputs().stream().map(x -> here.containsKey(x) ? Objects.requireNonNull(here.get(x)) : stored(x)).toList();
            boolean own = roots.contains(n) || era > 0;
            here.put(n, own ? add(new Run(n, in, era, roots.contains(n))) : inlined.computeIfAbsent(new Inlined(n, in), _ -> add(new Run(n, in, 0, false))));
        }
        roots.forEach(n -> latest.put(n, Objects.requireNonNull(here.get(n))));
    }

    /** The run of a node in memory that is read now. */
    private int stored(Node n) {
        if (isGiven(n)) {
            return latest.computeIfAbsent(n, _ -> add(new Run(n, List.of(), 0, true)));
        }
        return Objects.requireNonNull(latest.get(n), () -> n + " is read before it is stored");
    }

    private int add(Run run) {
        runs.add(run);
        return runs.size() - 1;
    }

    /** A kernel that runs again for one of its results computes others that nobody reads. */
    private boolean[] needed() {
        boolean[] needed = new boolean[runs.size()];
        graph.outputs().values().forEach(n -> needed[stored(n)] = true);
        graph.updates().forEach(u -> needed[stored(u.state())] = needed[stored(u.value())] = true);
        for (int r = needed.length - 1; r >= 0; r--) {
            if (needed[r]) {
                runs.get(r).inputs().forEach(in -> needed[in] = true);
            }
        }
        return needed;
    }

    private SecondRuns write(Graph source) {
        boolean[] needed = needed();
        GraphBuilder b = new GraphBuilder();
        @Nullable Node[] written = new Node[needed.length];
        // Of what is stored, the first run that somebody reads.
        Map<Node, Integer> first = new HashMap<>();
        for (int r = 0; r < needed.length; r++) {
            if (needed[r]) {
                Run run = runs.get(r);
                Node n = b.again(run.node.op(), run.inputs.stream().map(in -> Objects.requireNonNull(written[in])).toList());
                written[r] = n;
                boolean again = run.stored ? first.putIfAbsent(run.node, r) != null : run.era > 0;
                // Numbers differ between the two graphs; people see those of the source.
                if (graph.labels().containsKey(run.node) || !(run.node.op() instanceof Op.Input)) {
                    b.label(n, graph.nameOf(run.node) + (again ? " again" : ""));
                }
            }
        }
        graph.outputs().forEach((name, n) -> b.output(name, Objects.requireNonNull(written[stored(n)])));
        graph.updates().forEach(u -> b.update(Objects.requireNonNull(written[stored(u.state())]), Objects.requireNonNull(written[stored(u.value())])));
        return withEras(source, b.build(), needed, first);
    }

    private SecondRuns withEras(Graph source, Graph written, boolean[] needed, Map<Node, Integer> first) {
        Map<Node, Integer> eras = new HashMap<>();
        Map<Node, Node> firsts = new HashMap<>();
        int[] era = new int[needed.length];
        int[] number = new int[needed.length];
        int at = 0;
        for (int r = 0; r < needed.length; r++) {
            Run run = runs.get(r);
            if (needed[r]) {
                number[r] = at++;
                Node n = written.nodes().get(number[r]);
                era[r] = run.inputs.stream().mapToInt(in -> era[in]).reduce(run.era, Math::max);
                if (era[r] > 0) {
                    eras.put(n, era[r]);
                }
                int before = first.getOrDefault(run.node, r);
                if (before != r) {
                    firsts.put(n, written.nodes().get(number[before]));
                }
            }
        }
        if (at != written.nodes().size()) {
            throw new IllegalStateException(at + " runs were written, and " + written.nodes().size() + " are needed");
        }
        return new SecondRuns(source, written, Map.of(), eras, Map.of(), firsts, KeptNodes.NONE);
    }
}
