package bytegrad.codegen.plan.remat;

import java.util.List;

/**
 * What runs, in which order and how often, and where its values are meanwhile.
 *
 * @param runs kernels in order; each read finds what the latest run of the value's writer has stored
 * @param buffers places of all values that are not pinned
 * @param slabs bytes of each slab, without what is pinned
 * @param cost of all runs
 * @param live the most bytes in use during a run, with what is pinned
 * @param bytes of all slabs and what is pinned: what the budget is held against
 */
public record StepPlan(List<Integer> runs, List<Buffer> buffers, List<Long> slabs, long cost, long live, long bytes) {
    /**
     * A value's place in its slab from a run that writes it to the last that reads it there.
     *
     * @param value index of the value
     * @param from position of the run that writes it
     * @param last position of the last run that uses it
     * @param offset in bytes
     */
    public record Buffer(int value, int from, int last, long offset) {}

    public StepPlan {
        runs = List.copyOf(runs);
        buffers = List.copyOf(buffers);
        slabs = List.copyOf(slabs);
    }
}
