package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.FoldLets;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.kernel.Tidied;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.Node;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A kernel, and what each of its buffers holds, in order.
 *
 * @param clusters what it computes: one cluster, or several slice by slice, see {@link Slices}
 * @param schedule how a contraction is tiled, blocked and packed, for people; empty for other kernels
 */
public record LoweredKernel(List<Cluster> clusters, Kernel kernel, List<Place> places, String schedule, Computed computed) {
    public LoweredKernel {
        clusters = List.copyOf(clusters);
        places = List.copyOf(places);
    }

    /** Of one cluster. */
    public LoweredKernel(Cluster cluster, Kernel kernel, List<Place> places, String schedule, Computed computed) {
        this(List.of(cluster), kernel, places, schedule, computed);
    }

    /** Of a kernel that is no contraction. */
    public LoweredKernel(Cluster cluster, Kernel kernel, List<Place> places) {
        this(cluster, kernel, places, "", Computed.NOTHING);
    }

    /** Cleaned, with canonical names. */
    public LoweredKernel tidied() {
        Tidied tidied = FoldLets.tidied(kernel);
        return new LoweredKernel(clusters, tidied.kernel(), places, schedule, computed.renamed(tidied.originals()));
    }

    /** Whether it computes clusters of that kind, and no other. */
    public boolean isAll(Cluster.Kind kind) {
        return clusters.stream().allMatch(c -> c.kind() == kind);
    }

    /** The nodes that it computes to store them. */
    public List<Node> roots() {
        return clusters.stream().flatMap(c -> c.roots().stream()).map(Cluster.Root::node).toList();
    }

    /** What it stores. */
    public List<Place> stored() {
        Set<Kernel.Access> writing = EnumSet.of(Kernel.Access.WRITE, Kernel.Access.READ_WRITE);
        return IntStream.range(0, places.size()).filter(b -> writing.contains(kernel.buffers().get(b).access())).mapToObj(places::get).toList();
    }

    /** Whether nothing that it stores is computed in every run. */
    public boolean isDerived(SecondRuns runs) {
        List<Place> stored = stored();
        return !stored.isEmpty() && stored.stream().allMatch(p -> p instanceof Place.Panels || p instanceof Place.Value(Node n) && runs.isDerived(n));
    }

    /** Nanoseconds that one thread takes for it, as estimated. */
    public double nanos(MachineProfile machine) {
        return Work.nanos(kernel, machine);
    }

    /** The most chunks in any of its parallel loops; 1 where it has none. */
    public int chunks() {
        return kernel.methods().getFirst().body().stream().mapToInt(s -> s instanceof Stmt.Parallel p ? p.chunks() : 1).max().orElse(1);
    }
}
