package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.NestedLowering;
import bytegrad.codegen.machine.MachineProfile;
import java.util.ArrayList;
import java.util.List;

/**
 * Lowers nested ops, with all the graphs inside of them.
 *
 * @param fused whether nodes of a body are fused
 * @param weightLimit primitive operations in one kernel of a body at most
 * @param vectorBytes bytes of a SIMD register, or 0 for scalar code
 * @param machine what blocking goes by
 * @param cuts the scans of the graph that do not keep all of their carries
 * @param bodies those that were compiled already
 */
public record NestedKernels(boolean fused, int weightLimit, int vectorBytes, MachineProfile machine, CutScans cuts, BodyPlans bodies)
        implements NestedLowering {
    /** Where no scan is cut. */
    public NestedKernels(boolean fused, int weightLimit, int vectorBytes, MachineProfile machine) {
        this(fused, weightLimit, vectorBytes, machine, CutScans.NONE, new BodyPlans());
    }

    /** The same with some scans cut. */
    public NestedKernels with(CutScans others) {
        return new NestedKernels(fused, weightLimit, vectorBytes, machine, others, bodies);
    }

    /** The kernels of a partition, of which others than of nested ops are as they are where no scan is cut. */
    public List<LoweredKernel> cut(Partition partition, List<LoweredKernel> whole) {
        List<LoweredKernel> kernels = new ArrayList<>();
        for (LoweredKernel k : whole) {
            kernels.add(cuts.changes(k.clusters().getFirst()) ? lower(partition, k.clusters().getFirst()).tidied() : k);
        }
        return kernels;
    }

    @Override
    public LoweredKernel lower(Partition partition, Cluster cluster) {
        return new NestedWriter(this, partition, cluster).write();
    }
}
