package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Partition;
import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The scans of a graph that need not keep all of their carries.
 *
 * <p>A scan can be cut where other scans alone read its stacks of carries, a slice a step: what the gradient of a scan is made of. One of
 * those runs the other's steps again, so that it needs that one's operands; it must not be cut itself, nor read two that are, whose segments
 * need not agree.
 */
public final class Trajectories {
    private final List<Trajectory> all;

    private Trajectories(List<Trajectory> all) {
        this.all = List.copyOf(all);
    }

    /** Ways to cut them, from that which computes least again to that which keeps least, of the longest; none where nothing can be cut. */
    public List<Checkpointing> choices() {
        return all.isEmpty() ? List.of() : Checkpointing.choices(all.stream().mapToInt(Trajectory::steps).max().getAsInt(), all.size());
    }

    /** A scan that can be cut: its stacks, and the ops that read them. */
    private record Trajectory(Key key, List<Node> stacks, Set<Key> readers) {
        long elements() {
            return stacks.stream().mapToLong(n -> n.shape().size()).sum();
        }

        int steps() {
            return ((Op.Scan) stacks.getFirst().op()).length();
        }
    }

    /** All results of one op have it in common. */
    private record Key(Op.Nested op, List<Node> inputs) {
        static Key of(Node n) {
            return new Key(Bodies.result((Op.Nested) n.op(), 0), n.inputs());
        }
    }

    /** All of them cut alike, those of fewer steps in proportion; one that would not keep less is not cut. */
    public CutScans cut(Checkpointing longest) {
        return cut(steps -> {
            Checkpointing c = longest.like(steps);
            return c.carries() < steps ? c : Checkpointing.all(steps);
        });
    }

    /** Each cut by the number of its steps. */
    public CutScans cut(IntFunction<Checkpointing> how) {
        Map<Node, CutScan> cut = new LinkedHashMap<>();
        for (Trajectory t : all) {
            Checkpointing c = how.apply(t.steps());
            if (c.replayed() > 0) {
                CutScan scan = CutScan.of(t.stacks(), c);
                t.stacks().forEach(n -> cut.put(n, scan));
            }
        }
        return new CutScans(cut);
    }

    /** Those of a graph; of two that exclude each other, the larger one. */
    public static Trajectories of(Graph graph) {
        Map<Node, List<Node>> consumers = new HashMap<>();
        graph.nodes().forEach(n ->
                n.inputs().stream().distinct().forEach(x -> consumers.computeIfAbsent(x, _ -> new ArrayList<>()).add(n)));
        Set<Node> results = new HashSet<>(graph.outputs().values());
        graph.updates().forEach(u -> results.add(u.value()));
        // What a subgraph is not to keep, the kernel of a reader must not read either.
        Set<Node> inside = new HashSet<>();
        graph.hints().forEach((n, hint) -> (hint.isInside() ? inside : results).add(n));
        Map<Key, List<Node>> stacks = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Scan && CutScan.carry(n) >= 0 && n.shape().size() > 0) {
                stacks.computeIfAbsent(Key.of(n), _ -> new ArrayList<>()).add(n);
            }
        }
        List<Trajectory> found = new ArrayList<>();
        stacks.forEach((key, nodes) -> {
            Set<Key> readers = new HashSet<>();
            boolean apart = nodes.stream().noneMatch(inside::contains)
                    && nodes.getFirst().inputs().stream().map(Partition::throughReshapes).noneMatch(inside::contains);
            if (apart && nodes.stream().allMatch(n -> isRead(n, n, consumers, results, readers))) {
                found.add(new Trajectory(key, nodes, readers));
            }
        });
        found.sort(Comparator.comparingLong((Trajectory t) -> -t.elements()));
        List<Trajectory> chosen = new ArrayList<>();
        Set<Key> cut = new HashSet<>();
        Set<Key> reading = new HashSet<>();
        for (Trajectory t : found) {
            if (!reading.contains(t.key()) && t.readers().stream().noneMatch(r -> cut.contains(r) || reading.contains(r))) {
                chosen.add(t);
                cut.add(t.key());
                reading.addAll(t.readers());
            }
        }
        return new Trajectories(chosen);
    }

    /** Whether scans alone read a stack, step by step; they are added to {@code readers}. */
    private static boolean isRead(Node stack, Node x, Map<Node, List<Node>> consumers, Set<Node> results, Set<Key> readers) {
        if (results.contains(x)) {
            return false;
        }
        for (Node reader : consumers.getOrDefault(x, List.of())) {
            if (reader.op() instanceof Op.Scan s && s.length() == stack.shape().dim(0) && isSliced(s, reader, x)) {
                readers.add(Key.of(reader));
            } else if (!(reader.op() instanceof Op.Reshape) || !isRead(stack, reader, consumers, results, readers)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSliced(Op.Scan s, Node reader, Node x) {
        return IntStream.range(0, reader.inputs().size()).filter(k -> reader.input(k) == x)
                .allMatch(k -> k >= s.carries() && k < s.carries() + s.scanned());
    }
}
