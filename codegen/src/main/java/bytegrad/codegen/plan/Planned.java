package bytegrad.codegen.plan;

import java.util.Optional;

/** A plan within a memory budget, or why there is none. */
public sealed interface Planned {
    /** A plan that keeps it. */
    record Kept(MemoryPlan plan) implements Planned {}

    /**
     * No plan was found.
     *
     * @param unlimited the plan without a budget, if arrays are long enough for it
     * @param least the least budget for which one was
     * @param bound bytes that every plan needs, as is proved
     * @param kernel what the kernel stores that sets the bound
     * @param pinned bytes of what keeps its place for a session's life
     * @param states bytes of the states among it
     */
    record Refused(Optional<MemoryPlan> unlimited, long budget, long least, long bound, String kernel, long pinned, long states) implements Planned {}
}
