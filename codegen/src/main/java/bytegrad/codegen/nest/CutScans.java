package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The scans of a graph that keep the carries of some steps only, by each of their results that would be a stack of all. */
public record CutScans(Map<Node, CutScan> stacks) {
    public static final CutScans NONE = new CutScans(Map.of());

    public CutScans {
        stacks = Map.copyOf(stacks);
    }

    /** The one whose stacks a scan reads. */
    Optional<CutScan> readBy(Op.Scan s, List<Node> inputs) {
        return inputs.subList(s.carries(), s.carries() + s.scanned()).stream().map(this::of).flatMap(Optional::stream).findFirst();
    }

    /** The one whose stack a tensor in memory would be. */
    public Optional<CutScan> of(Node x) {
        return Optional.ofNullable(stacks.get(Partition.throughReshapes(x)));
    }

    /** All of them, in the graph's order. */
    public List<CutScan> scans() {
        return stacks.values().stream().distinct().sorted(Comparator.comparingInt(c -> c.scan().id())).toList();
    }

    /** How that of most steps is cut. */
    public Optional<Checkpointing> longest() {
        return scans().stream().map(CutScan::checkpointing).max(Comparator.comparingInt(Checkpointing::steps));
    }

    /** What one of them would store if it were not cut. */
    public List<Node> stacks(CutScan scan) {
        return stacks.keySet().stream().filter(n -> scan.equals(stacks.get(n))).toList();
    }

    /** The others. */
    public CutScans without(CutScan scan) {
        Map<Node, CutScan> others = new HashMap<>(stacks);
        others.values().removeIf(scan::equals);
        return new CutScans(others);
    }

    /** Whether a kernel is another one where these are cut. */
    boolean changes(Cluster c) {
        Node n = c.roots().getFirst().node();
        return n.op() instanceof Op.Scan s && (c.roots().stream().anyMatch(r -> stacks.containsKey(r.node()))
                || readBy(s, n.inputs()).isPresent());
    }
}
