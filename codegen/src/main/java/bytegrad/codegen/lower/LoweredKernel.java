package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Kernel;
import java.util.List;

/** A kernel, and what each of its buffers holds, in order. */
public record LoweredKernel(Cluster cluster, Kernel kernel, List<Place> places) {
    public LoweredKernel {
        places = List.copyOf(places);
    }
}
