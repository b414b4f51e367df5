package bytegrad.codegen;

import bytegrad.ir.Hint;
import bytegrad.runtime.BytegradException;
import java.util.Collection;
import java.util.Locale;

/** A graph cannot be compiled within the memory budget: no plan was found, or none can be. */
public final class MemoryBudgetException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final long budget;
    private final long least;
    private final long bound;
    private final String kernel;

    /**
     * Creates the error.
     *
     * @param budget bytes that were asked for
     * @param least bytes of the least budget for which a plan was found
     * @param bound bytes that every plan needs, as is proved
     * @param kernel what the kernel stores that sets the bound
     * @param pinned bytes of inputs, states, constants and outputs
     * @param states bytes of the states among them
     * @param hints of the graph: what they demand holds in every plan
     */
    MemoryBudgetException(long budget, long least, long bound, String kernel, long pinned, long states, Collection<Hint> hints) {
        super(message(budget, least, bound, kernel, pinned, states) + demands(hints));
        this.budget = budget;
        this.least = least;
        this.bound = bound;
        this.kernel = kernel;
    }

    private static String message(long budget, long least, long bound, String kernel, long pinned, long states) {
        String proved = least == bound ? "no plan of these kernels can do with less"
                : String.format(Locale.ROOT, "%,d B are proved to be needed", bound);
        String fault = states > budget ? String.format(Locale.ROOT, "the parameters and other states alone take %,d B", states)
                : pinned > budget ? String.format(Locale.ROOT, "inputs, states, constants and outputs alone take %,d B", pinned)
                : budget < bound ? String.format(Locale.ROOT, "no plan can keep it, since the kernel that stores %s needs %,d B with what is always kept", kernel, bound)
                : String.format(Locale.ROOT, "no plan was found that keeps it; the kernel that needs most stores %s", kernel);
        String instead = pinned > budget ? "set a budget of at least that, or make the model or the batch smaller"
                : "set a budget of at least that, or make the batch smaller";
        return String.format(Locale.ROOT, "memory budget %,d B cannot be met: %s; least achievable %,d B, and %s: %s", budget, fault, least, proved, instead);
    }

    private static String demands(Collection<Hint> hints) {
        long checkpoints = hints.stream().filter(h -> h.kind() == Hint.Kind.CHECKPOINT).count();
        long subgraphs = hints.stream().filter(Hint::isInside).map(Hint::subgraph).distinct().count();
        return hints.isEmpty() ? "" : String.format(Locale.ROOT, "; hints are in force in all plans (checkpoints: %d, subgraphs to recompute: %d): %s", checkpoints, subgraphs,
                checkpoints > 0 ? "with fewer checkpoints less may do" : "other subgraphs may do with less");
    }

    /** Bytes that were asked for. */
    public long budget() {
        return budget;
    }

    /** Bytes of the least budget for which a plan was found: compiling with it succeeds, with a byte less it does not. */
    public long least() {
        return least;
    }

    /**
     * Bytes that every plan for these kernels needs, as is proved: those in use at one of them, with what has a place for good. Of scans that need not keep all
     * carries, for all the ways to keep some that the compiler tries.
     */
    public long bound() {
        return bound;
    }

    /** What the kernel stores that sets the bound. */
    public String kernel() {
        return kernel;
    }

    /** Whether it is proved that no plan can keep the budget. */
    public boolean belowBound() {
        return budget < bound;
    }
}
