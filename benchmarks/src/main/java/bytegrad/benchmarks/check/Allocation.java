package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Call;
import bytegrad.cli.workload.Workload;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that a step allocates once it is compiled. */
final class Allocation {
    /** HotSpot's C2 compiles a method that runs once a step, and loops little, after 5,000 calls in C1's code; before, vectors are objects. */
    private static final int WARM_STEPS = 15_000;
    private static final int WINDOWS = 20;
    private static final int STEPS = 50;
    /** For workloads of long steps: 5,000 of D take 90 s. */
    private static final double MOST_NANOS = 1.5e11;

    /** Keeps the results alive. */
    private double sink;

    private Allocation() {}

    static void report(Report report) {
        report.atMost("allocation-A-bytes-per-step", new Allocation().bytesPerStep(Call.of(Workload.A)), 0);
    }

    /** Every workload, on one thread. */
    static void all(Report report) {
        for (Workload w : Workload.values()) {
            String row = "allocation-" + w.title() + "-bytes-per-step";
            if (report.wants(row)) {
                report.atMost(row, new Allocation().bytesPerStep(Call.of(w)), 0);
            }
        }
    }

    /** Of windows of steps the least: what one allocates beyond its steps' own is the JVM's (a counter read, a deoptimisation). */
    private double bytesPerStep(Call call) {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long start = System.nanoTime();
        long least = Long.MAX_VALUE;
        for (int step = 0; least > 0 && step < WARM_STEPS + WINDOWS * STEPS && System.nanoTime() - start < MOST_NANOS; step += STEPS) {
            call.reset();
            long before = thread.getCurrentThreadAllocatedBytes();
            window(call);
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        return (double) least / STEPS;
    }

    private void window(Call call) {
        for (int step = 0; step < STEPS; step++) {
            sink += call.run();
        }
    }
}
