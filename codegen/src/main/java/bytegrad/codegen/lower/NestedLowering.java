package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;

/** Lowers a cluster that runs other graphs, which have partitions, kernels and plans of their own. */
@FunctionalInterface
public interface NestedLowering {
    /** The kernel of a cluster of kind {@link Cluster.Kind#NESTED}. */
    LoweredKernel lower(Partition partition, Cluster cluster);
}
