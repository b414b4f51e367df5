package bytegrad.benchmarks.sweep;

import bytegrad.benchmarks.Demand;
import bytegrad.benchmarks.Peak;

/**
 * The machine's limits on one thread, measured in this process.
 *
 * @param gflops f32 fused multiply-adds
 * @param near GB/s of data that the second cache holds
 * @param middle GB/s of data beyond it
 * @param far GB/s of data from memory
 */
public record Roofline(double gflops, double near, double middle, double far) {
    private static final long MIB = 1 << 20;
    /** Sessions up to these sizes find their data again where they left it. */
    private static final long NEAR_BYTES = MIB;
    private static final long MIDDLE_BYTES = 24 * MIB;
    /** Elementwise operations are no fused multiply-adds: half as many in a cycle. */
    private static final double FUSED = 2;
    /** Below it a step is a few microseconds: what is measured is no loop. */
    private static final double LEAST_FLOPS = 1e6;
    private static final double SHARE = 0.75;

    static Roofline measured() {
        Peak peak = new Peak();
        return new Roofline(peak.gflops(), peak.triadGigabytes(384 << 10), peak.triadGigabytes(8 * MIB), peak.triadGigabytes(128 * MIB));
    }

    /** The faster of two measurements of the arithmetic: whatever disturbed one made it slower. */
    Roofline orFaster(double other) {
        return new Roofline(Math.max(gflops, other), near, middle, far);
    }

    private double gigabytes(long arenaBytes) {
        return arenaBytes <= NEAR_BYTES ? near : arenaBytes <= MIDDLE_BYTES ? middle : far;
    }

    /**
     * Whether contractions are at least three quarters of the least time: of their operations at peak, the other operations at half of it, and the
     * bytes at the bandwidth of the memory that holds the arena, one after the other. And at least a million of operations.
     */
    boolean computeBound(Demand d, long arenaBytes) {
        double contractions = d.contractions() / gflops;
        double rest = d.elements() * FUSED / gflops + d.bytes() / gigabytes(arenaBytes);
        return d.contractions() >= LEAST_FLOPS && contractions >= SHARE * (contractions + rest);
    }
}
