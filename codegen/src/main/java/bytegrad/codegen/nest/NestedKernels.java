package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.NestedLowering;
import bytegrad.codegen.machine.MachineProfile;

/**
 * Lowers nested ops, with all the graphs inside of them.
 *
 * @param fused whether nodes of a body are fused
 * @param weightLimit primitive operations in one kernel of a body at most
 * @param vectorBytes bytes of a SIMD register, or 0 for scalar code
 * @param machine what blocking goes by
 */
public record NestedKernels(boolean fused, int weightLimit, int vectorBytes, MachineProfile machine) implements NestedLowering {
    @Override
    public LoweredKernel lower(Partition partition, Cluster cluster) {
        return new NestedWriter(this, partition, cluster).write();
    }
}
