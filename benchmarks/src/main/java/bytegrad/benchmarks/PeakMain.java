package bytegrad.benchmarks;

import bytegrad.codegen.machine.MachineProfile;
import bytegrad.runtime.io.JsonFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Behind {@code peak.sh}. */
public final class PeakMain {
    private static final int BAD_ARGUMENTS = 2;
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    private PeakMain() {}

    /**
     * Prints one line {@code PEAK {json}}: GFLOP/s, and GB/s for data of the sizes of the caches and beyond. After {@code --profile FILE} writes a
     * machine profile instead.
     */
    public static void main(String[] args) throws IOException {
        List<String> words = List.of(args);
        if (words.size() == 2 && words.get(0).equals("--profile")) {
            write(Path.of(words.get(1)));
            return;
        }
        if (!words.isEmpty()) {
            System.err.println("usage: peak.sh [--profile FILE]");
            System.exit(BAD_ARGUMENTS);
        }
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

    /** Its name is that of the file; what this system does not tell, or cannot do, is as in the default profile. */
    private static void write(Path file) throws IOException {
        String stem = String.valueOf(file.getFileName()).replaceAll("\\.[^.]*$", "").replaceAll("[^A-Za-z0-9._-]", "-");
        Peak peak = new Peak();
        MachineProfile usual = MachineProfile.DEFAULT;
        MachineProfile measured = new MachineProfile(stem, Peak.bits(), tenths(peak.gflops()), Caches.bytes(2).orElse(usual.l2Bytes()), tenths(peak.triadGigabytes(8 * MIB)),
                LaunchCost.nanos().orElse(usual.launchNanos()));
        Files.writeString(file, measured.text());
        System.out.println("wrote " + file + ": " + measured.words());
    }

    private static double tenths(double v) {
        return Math.rint(v * 10) / 10;
    }
}
