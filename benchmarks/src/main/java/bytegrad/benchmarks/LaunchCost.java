package bytegrad.benchmarks;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.runtime.Session;
import java.util.Arrays;
import java.util.OptionalLong;

/** What a parallel loop of next to nothing costs on two threads, beyond the same loop in one piece. */
final class LaunchCost {
    private static final int LENGTH = 48;
    private static final int RUNS = 20_000;
    private static final int WARM_UPS = 60_000;
    /** As long as what lies between two parallel loops of a step: workers are awake, but no longer at the very line that waits. */
    private static final long PAUSE_NANOS = 20_000;

    private static final double QUANTILE = 0.9;

    private LaunchCost() {}

    /** Of nine in ten at most; none where there is one processor. */
    static OptionalLong nanos() {
        if (Runtime.getRuntime().availableProcessors() < 2) {
            return OptionalLong.empty();
        }
        double cost = took(session(0, 2)) - took(session(Long.MAX_VALUE, 1));
        // A pool that costs nothing was not measured: so little is what the clock takes.
        return OptionalLong.of(Math.max(50, Math.round(cost)));
    }

    private static Session session(long chunkNanos, int threads) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.add(b.input("x", DType.F32, LENGTH), 1));
        return Compiler.compile(b.build(), Options.DEFAULT.withChunkNanos(chunkNanos)).newSession(threads).set("x", new float[LENGTH]);
    }

    private static double took(Session s) {
        for (int i = 0; i < WARM_UPS; i++) {
            s.run();
        }
        long[] nanos = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            for (long until = System.nanoTime() + PAUSE_NANOS; System.nanoTime() < until; ) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            s.run();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return nanos[(int) (QUANTILE * RUNS)];
    }
}
