package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import java.util.List;

/** A kernel, and what each of its buffers holds, in order. */
public record LoweredKernel(Cluster cluster, Kernel kernel, List<Place> places) {
    public LoweredKernel {
        places = List.copyOf(places);
    }

    /** The most chunks in any of its parallel loops; 1 where it has none. */
    public int chunks() {
        return kernel.methods().getFirst().body().stream().mapToInt(s -> s instanceof Stmt.Parallel p ? p.chunks() : 1).max().orElse(1);
    }
}
