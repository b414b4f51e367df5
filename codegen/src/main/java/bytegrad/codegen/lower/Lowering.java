package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.ir.Node;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** From a partition to kernels in the loop IR. */
public final class Lowering {
    private Lowering() {}

    /** The kernels of a partition of a graph in which no op runs other graphs. */
    public static List<LoweredKernel> lower(Partition partition, int vectorBytes) {
        return lower(partition, vectorBytes, (p, c) -> {
            throw new IllegalStateException(c + " runs other graphs");
        });
    }

    /**
     * The kernels of a partition, in its order.
     *
     * @param vectorBytes bytes of a SIMD register (16, 32 or 64), or 0 for scalar code
     * @param nested lowers the clusters that run other graphs
     */
    public static List<LoweredKernel> lower(Partition partition, int vectorBytes, NestedLowering nested) {
        return partition.clusters().stream()
                .map(c -> c.kind() == Cluster.Kind.NESTED ? nested.lower(partition, c) : lower(partition, c, vectorBytes)).toList();
    }

    private static LoweredKernel lower(Partition partition, Cluster cluster, int vectorBytes) {
        NotVectorizable last = new NotVectorizable("nothing was tried");
        for (Lanes lanes : Lanes.choices(vectorBytes)) {
            try {
                return lower(partition, cluster, lanes);
            } catch (NotVectorizable e) {
                last = e;
            }
        }
        throw new IllegalStateException("cluster " + cluster + " has no schedule", last);
    }

    private static LoweredKernel lower(Partition partition, Cluster cluster, Lanes lanes) {
        Buffers buffers = new Buffers();
        Set<Node> here = cluster.roots().stream().map(Cluster.Root::node).collect(Collectors.toSet());
        Definitions definitions = new Definitions(partition, here, buffers, lanes);
        List<Kernel.Method> methods = switch (cluster.kind()) {
            case LOOPS -> new Nests(definitions, buffers, lanes).space(cluster);
            case PIECES -> new Nests(definitions, buffers, lanes).pieces(cluster.roots().getFirst().node());
            case SCATTER -> new Scatters(definitions, buffers, lanes).methods(cluster.roots().getFirst().node());
            case CUMULATE -> new Lines(definitions, buffers, lanes).cumulate(cluster.roots().getFirst().node());
            case SORT -> new Lines(definitions, buffers, lanes).sort(cluster.roots().getFirst().node());
            case ARG -> new Nests(definitions, buffers, Lanes.SCALAR).arg(cluster.roots().getFirst().node());
            case NESTED -> throw new IllegalStateException("lowered with the graphs it runs: " + cluster);
            case CONTRACTION -> new Tiles(partition, definitions, buffers, cluster, lanes).methods();
        };
        return new LoweredKernel(cluster, new Kernel(buffers.declarations(), methods), buffers.places());
    }
}
