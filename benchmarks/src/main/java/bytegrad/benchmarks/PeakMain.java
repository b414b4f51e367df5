package bytegrad.benchmarks;

import bytegrad.runtime.io.JsonFields;

/** Behind {@code peak.sh}. */
public final class PeakMain {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private PeakMain() {}

    /** Prints one line {@code PEAK {json}}: GFLOP/s, and GB/s for data of the sizes of the caches and beyond. */
    public static void main(String[] args) {
        Peak peak = new Peak();
        JsonFields f = new JsonFields()
                .put("threads", 1)
                .put("vector_bits", Peak.bits())
                .put("fma_f32_gflops", Timing.rounded(peak.gflops(), 1))
                .put("triad_l1_gbs", Timing.rounded(peak.triadGigabytes(24 * KIB), 1))
                .put("triad_l2_gbs", Timing.rounded(peak.triadGigabytes(384 * KIB), 1))
                .put("triad_l3_gbs", Timing.rounded(peak.triadGigabytes(8 * MIB), 1))
                .put("triad_dram_gbs", Timing.rounded(peak.triadGigabytes(384 * MIB), 1));
        System.out.println("PEAK " + f.build().compact());
    }
}
