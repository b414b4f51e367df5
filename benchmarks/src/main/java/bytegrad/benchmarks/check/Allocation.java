package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Call;
import bytegrad.cli.workload.Workload;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that a step of A allocates once it is compiled. */
final class Allocation {
    /** HotSpot's C2 compiles a method that runs once a step, and loops little, after 5,000 calls in C1's code; before, vectors are objects. */
    private static final int WARM_STEPS = 15_000;
    private static final int WINDOWS = 20;
    private static final int STEPS = 50;

    /** Keeps the results alive. */
    private double sink;

    private Allocation() {}

    static void report(Report report) {
        report.atMost("allocation-A-bytes-per-step", new Allocation().bytesPerStep(Call.of(Workload.A)), 0);
    }

    private double bytesPerStep(Call call) {
        for (int step = 0; step < WARM_STEPS; step += STEPS) {
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
