package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Sessions;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.codegen.Options.Simd;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import java.util.List;

/** Parameters after 100 steps of A: whatever the width of the vectors, the same bits. */
final class SameBits {
    private static final int STEPS = 100;

    private SameBits() {}

    static void report(Report report) {
        Task task = Workload.A.task();
        Session scalar = trained(task, Simd.SCALAR);
        for (Simd simd : List.of(Simd.BITS_128, Simd.BITS_256, Simd.BITS_512)) {
            Session other = trained(task, simd);
            String difference = difference(scalar, other);
            String row = "same-bits-scalar-" + simd.name().replaceAll("\\D", "");
            report.fact(row, difference, "identical", difference.equals("identical"));
        }
    }

    private static Session trained(Task task, Simd simd) {
        Session session = Sessions.of(task, Options.DEFAULT.withSimd(simd));
        for (int step = 0; step < STEPS; step++) {
            session.run();
        }
        return session;
    }

    private static String difference(Session a, Session b) {
        int compared = 0;
        for (Slot s : a.function().signature().states()) {
            float[] x = a.get(s.name()).floats();
            float[] y = b.get(s.name()).floats();
            for (int i = 0; i < x.length; i++) {
                if (Float.floatToRawIntBits(x[i]) != Float.floatToRawIntBits(y[i])) {
                    return s.name() + "[" + i + "]: " + x[i] + " and " + y[i];
                }
                if (!Float.isFinite(x[i])) {
                    return s.name() + "[" + i + "] is " + x[i];
                }
                compared++;
            }
        }
        return compared == 0 ? "nothing compared" : "identical";
    }
}
