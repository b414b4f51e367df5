package bytegrad.codegen.plan.remat;

/**
 * How long a planner may think. It counts steps and never looks at a clock, so that the same input gives the same plan everywhere.
 *
 * @param steps of one search for a sequence; 100 million take about a second
 * @param packing steps of one search for offsets
 * @param rounds how often a sequence is sought again for a lower budget because the last one did not pack
 * @param exact whether graphs of up to 16 kernels are searched through
 * @param any whether a plan is enough, be it the cheapest or not
 */
public record Effort(long steps, long packing, int rounds, boolean exact, boolean any) {
    /** About a second for a graph of hundreds of kernels. */
    public static final Effort STANDARD = new Effort(40_000_000, 10_000_000, 6, true, false);

    /** Some hundredths of a second: for compiling without a budget. Offsets are greedy; a search for lower ones took as long as all the rest. */
    public static final Effort BRIEF = new Effort(1_000_000, 0, 6, false, false);

    public Effort withSteps(long n) {
        return new Effort(n, packing, rounds, exact, any);
    }

    public Effort withExact(boolean on) {
        return new Effort(steps, packing, rounds, on, any);
    }

    /** To know whether there is a plan: a quarter, and no more once there is one. */
    Effort forAny() {
        return new Effort(steps / 4, packing, rounds, exact, true);
    }
}
