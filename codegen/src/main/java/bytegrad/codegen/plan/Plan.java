package bytegrad.codegen.plan;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.ir.DType;
import java.util.List;

/** What one run executes, as a tree. */
public sealed interface Plan {
    /** The steps one after another. */
    record Seq(List<Plan> steps) implements Plan {
        public Seq {
            steps = List.copyOf(steps);
        }
    }

    /**
     * Runs a kernel with its buffers at these places.
     *
     * @param offsets where each of the kernel's buffers starts in the slab of its dtype, in elements
     * @param label what it computes, for people: the names of the graph nodes it stores
     * @param bufferLabels the graph node (or scratch) each buffer holds
     * @param names what listings and debuggers say of the kernel
     */
    record Launch(Kernel kernel, List<Integer> offsets, String label, List<String> bufferLabels, KernelNames names) implements Plan {
        public Launch {
            offsets = List.copyOf(offsets);
            bufferLabels = List.copyOf(bufferLabels);
        }

        /** Of which nothing more is known. */
        public Launch(Kernel kernel, List<Integer> offsets, String label, List<String> bufferLabels) {
            this(kernel, offsets, label, bufferLabels, KernelNames.NONE);
        }
    }

    /** Runs the body a fixed number of times. */
    record Repeat(int times, Plan body) implements Plan {}

    /** Runs one branch, by the element at {@code offset} of the bool slab. */
    record If(int offset, Plan then, Plan otherwise) implements Plan {}

    /** Overwrites elements of a slab that nothing may read any more, so that a wrong plan shows: for tests. */
    record Poison(DType dtype, int offset, int count) implements Plan {}
}
