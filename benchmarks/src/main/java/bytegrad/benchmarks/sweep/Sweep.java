package bytegrad.benchmarks.sweep;

import bytegrad.benchmarks.Peak;
import bytegrad.codegen.Compiler;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Random shapes on one thread, each against the peak measured in the same process.
 *
 * @param limits of this machine
 * @param timings in the order of their numbers
 */
public record Sweep(Roofline limits, List<Timed> timings) {
    private static final double WINDOW_NANOS = 1.2e8;
    private static final int FEWEST_WINDOWS = 7;
    private static final int MOST_WINDOWS = 25;
    /** Windows that must bring nothing new. */
    private static final int PATIENCE = 4;
    private static final double PROGRESS = 0.97;
    private static final int TURNS_A_PEAK = 20;

    public Sweep {
        timings = List.copyOf(timings);
    }

    /**
     * One of them.
     *
     * @param micros of a call, the best window's median
     */
    public record Timed(int number, String kind, String description, double micros, double gflops, double compileMillis, double percentOfPeak, boolean computeBound) {
        /** One line for people. */
        public String text() {
            return String.format(Locale.ROOT, "%5.1f %% of peak %s #%-3d %-11s %s (%.1f us, %.1f GFLOP/s, compiled in %.0f ms)", percentOfPeak,
                    computeBound ? "compute-bound" : "other        ", number, kind, description, micros, gflops, compileMillis);
        }
    }

    private record Raw(RandomShape shape, Session session, double micros, double compileMillis, long arenaBytes) {
        /** With the better of this time and one that is taken now. */
        Raw again() {
            return new Raw(shape, session, Math.min(micros, steadyMicros(session)), compileMillis, arenaBytes);
        }
    }

    /**
     * Times the shapes from {@code first} until before {@code end} of a seed's sequence; each is told as it ends, against the peak known by then.
     *
     * <p>All are timed once more when all have been: a machine that others use too is slower for minutes, which hits whatever is timed then,
     * while the peak is the best of the whole run.
     */
    public static Sweep of(long seed, int first, int end, Consumer<Timed> told) {
        Roofline limits = Roofline.measured();
        List<Raw> raw = new ArrayList<>();
        for (int turn = 0; turn < 2 * (end - first); turn++) {
            int at = turn % (end - first);
            if (turn == at) {
                raw.add(time(RandomShape.of(seed, first + at)));
            } else {
                raw.set(at, raw.get(at).again());
            }
            told.accept(timed(raw.get(at), limits));
            if (turn % TURNS_A_PEAK == TURNS_A_PEAK - 1) {
                limits = limits.orFaster(new Peak().gflops());
            }
        }
        Roofline best = limits;
        return new Sweep(best, raw.stream().map(r -> timed(r, best)).toList());
    }

    private static Timed timed(Raw r, Roofline limits) {
        double gflops = r.shape.demand().contractions() / r.micros / 1e3;
        return new Timed(r.shape.number(), r.shape.kind().name().toLowerCase(Locale.ROOT), r.shape.description(), r.micros, gflops, r.compileMillis,
                100 * gflops / limits.gflops(), limits.computeBound(r.shape.demand(), r.arenaBytes));
    }

    private static Raw time(RandomShape shape) {
        long start = System.nanoTime();
        CompiledFunction function = Compiler.compile(shape.graph());
        double millis = (System.nanoTime() - start) / 1e6;
        // Windows alone would take HotSpot's time to compile for the function's own: small kernels wait for thousands of runs.
        function.warmUp();
        Session session = function.newSession(1);
        SplittableRandom random = new SplittableRandom(shape.number());
        for (Node n : shape.graph().inputs()) {
            float[] x = new float[n.shape().size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (random.nextDouble() - 0.5);
            }
            session.set(((Op.Input) n.op()).name(), x);
        }
        return new Raw(shape, session, steadyMicros(session), millis, function.arena().bytes());
    }

    /** The least of the windows' medians, once some windows in a row have brought no better one. */
    private static double steadyMicros(Session session) {
        double best = Double.POSITIVE_INFINITY;
        int since = 0;
        for (int w = 0; w < MOST_WINDOWS && (w < FEWEST_WINDOWS || since < PATIENCE); w++) {
            double median = window(session);
            since = median < PROGRESS * best ? 0 : since + 1;
            best = Math.min(best, median);
        }
        return best;
    }

    private static double window(Session session) {
        long[] took = new long[1 << 14];
        int calls = 0;
        long start = System.nanoTime();
        long now = start;
        while ((calls < 3 || now - start < WINDOW_NANOS) && calls < took.length) {
            long before = now;
            session.run();
            now = System.nanoTime();
            took[calls++] = now - before;
        }
        return Arrays.stream(took, 0, calls).sorted().skip(calls / 2).findFirst().orElseThrow() / 1e3;
    }

    /** The percentages of the shapes that count, ascending. */
    public double[] percentages(boolean computeBound) {
        return timings.stream().filter(t -> t.computeBound == computeBound).mapToDouble(Timed::percentOfPeak).sorted().toArray();
    }

    /** The element below which a share {@code q} of an ascending sequence lies; NaN of none. */
    public static double quantile(double[] ascending, double q) {
        return ascending.length == 0 ? Double.NaN : ascending[Math.min(ascending.length - 1, (int) (q * ascending.length))];
    }

    /** The compute-bound ones farthest from the peak, worst first. */
    public List<Timed> worst(int count) {
        return timings.stream().filter(Timed::computeBound).sorted(Comparator.comparingDouble(Timed::percentOfPeak)).limit(count).toList();
    }

    /** How many lie in each tenth of the peak. */
    public int[] histogram() {
        int[] counts = new int[10];
        for (double p : percentages(true)) {
            counts[IntStream.of((int) (p / 10)).map(i -> Math.clamp(i, 0, 9)).findFirst().orElseThrow()]++;
        }
        return counts;
    }
}
