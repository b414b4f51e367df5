package bytegrad.codegen.plan.remat;

import java.util.Locale;

/** A plan that keeps a budget, or why there is none. */
public sealed interface Outcome {
    /** A verified plan. */
    record Planned(StepPlan plan) implements Outcome {}

    /**
     * No plan was found.
     *
     * @param budget what was asked for, in bytes
     * @param least the least budget for which a plan was found: planning for it succeeds, for a byte less it does not
     * @param bound what every plan needs, proved: at some kernel what it reads and writes, with what is pinned
     * @param kernel the name of that kernel
     */
    record Refused(long budget, long least, long bound, String kernel) implements Outcome {
        /** Whether no plan can exist at all. */
        public boolean belowBound() {
            return budget < bound;
        }

        /** For people. */
        public String message() {
            String proved = bound == least ? ", and nothing less can do"
                    : String.format(Locale.ROOT, " (proved lower bound %,d B, set by kernel %s)", bound, kernel);
            return String.format(Locale.ROOT, "budget %,d B cannot be met: least achievable %,d B", budget, least) + proved;
        }
    }
}
