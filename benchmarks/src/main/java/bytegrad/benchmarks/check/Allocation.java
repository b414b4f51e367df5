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
    /** Of a workload whose steps are long, HotSpot compiles the loops long before so many steps. */
    private static final double WARM_NANOS = 2e10;

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

    private double bytesPerStep(Call call) {
        long start = System.nanoTime();
        for (int step = 0; step < WARM_STEPS && System.nanoTime() - start < WARM_NANOS; step += STEPS) {
            call.reset();
            window(call);
        }
        // What a window allocates beyond its steps' own is the JVM's (a counter read, a deoptimisation): least is truest.
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int w = 0; w < WINDOWS; w++) {
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
