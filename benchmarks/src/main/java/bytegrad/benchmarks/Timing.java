package bytegrad.benchmarks;

import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/**
 * The timing protocol of {@code shared/peers/SPEC.md}: a first call, calls for a while to warm up, then calls that count.
 * Training state is put back, untimed, every {@value #RESET_EVERY} calls, so that no run drifts into denormals.
 */
public final class Timing {
    private static final int RESET_EVERY = 200;
    private static final int MOST_CALLS = 1 << 20;
    private static final int FEWEST_PLACES = 1 << 10;
    private static final int FEWEST_WARM = 5;
    private static final int FEWEST_MEASURED = 10;
    private static final int STEADY_WINDOW = 10;
    private static final double NS = 1e9;

    /** What the calls returned, so that none is dead code. */
    private double sink;

    private final Call call;
    private final long launched;
    /** Nanoseconds of each call. Room for all that may come would take longer to clear than a small model takes to be compiled. */
    private long[] took = new long[FEWEST_PLACES];
    /** When each call ended, in nanoseconds of the epoch. */
    private long[] ended = new long[FEWEST_PLACES];

    private int calls;
    private int measuredFrom;

    private Timing(Call call) {
        this.call = call;
        String driver = System.getenv("BENCH_T0_NS");
        launched = driver != null && !driver.isEmpty() ? Long.parseLong(driver) : ManagementFactory.getRuntimeMXBean().getStartTime() * 1_000_000;
    }

    /** Runs a call by the protocol. */
    public static Timing of(Call call, double warmSeconds, double measureSeconds) {
        Timing t = new Timing(call);
        t.one();
        t.during(warmSeconds, FEWEST_WARM - 1, MOST_CALLS / 2);
        t.measuredFrom = t.calls;
        t.during(measureSeconds, FEWEST_MEASURED, MOST_CALLS);
        return t;
    }

    /** @param most calls since the first: of short ones, a warm-up leaves half of the places to what is measured */
    private void during(double seconds, int fewest, int most) {
        int until = calls + fewest;
        long start = System.nanoTime();
        while (calls < most && (calls < until || (System.nanoTime() - start) / NS <= seconds)) {
            one();
        }
    }

    private void one() {
        if (calls > 0 && calls % RESET_EVERY == 0) {
            call.reset();
        }
        if (calls == took.length) {
            took = Arrays.copyOf(took, 2 * calls);
            ended = Arrays.copyOf(ended, 2 * calls);
        }
        long start = System.nanoTime();
        sink += call.run();
        took[calls] = System.nanoTime() - start;
        ended[calls] = now();
        calls++;
    }

    private static long now() {
        Instant t = Instant.now();
        return t.getEpochSecond() * 1_000_000_000L + t.getNano();
    }

    private long[] sorted() {
        long[] measured = Arrays.copyOfRange(took, measuredFrom, calls);
        Arrays.sort(measured);
        return measured;
    }

    /** The middle of the measured calls, in microseconds. */
    public double medianMicros() {
        return quantile(sorted(), 0.5);
    }

    /** The quantile {@code q} in microseconds. */
    private static double quantile(long[] sorted, double q) {
        return sorted[Math.min(sorted.length - 1, (int) (q * (sorted.length - 1) + 0.5))] / 1e3;
    }

    /** Milliseconds from launch to the end of the first call from which ten calls are, at their middle, within 10 % of the median. */
    private double steadyMillis(double median) {
        int width = Math.min(STEADY_WINDOW, calls);
        for (int i = 0; i + width <= calls; i++) {
            long[] window = Arrays.copyOfRange(took, i, i + width);
            Arrays.sort(window);
            if (window[width / 2] / 1e3 <= 1.1 * median) {
                return sinceLaunch(i);
            }
        }
        return -1;
    }

    private double sinceLaunch(int index) {
        return (ended[index] - launched) / 1e6;
    }

    /** The fields of a RESULT line of ours. */
    public Json.Obj json(String workload, int threads) {
        return json(Version.PEER, workload, threads);
    }

    /** The fields of a RESULT line of whoever was called. */
    public Json.Obj json(String peer, String workload, int threads) {
        long[] measured = sorted();
        double median = quantile(measured, 0.5);
        return new JsonFields()
                .put("workload", workload)
                .put("peer", peer)
                .put("threads", threads)
                .put("n", measured.length)
                .put("median_us", rounded(median, 2))
                .put("p10_us", rounded(quantile(measured, 0.1), 2))
                .put("p90_us", rounded(quantile(measured, 0.9), 2))
                .put("t_first_ms", rounded(sinceLaunch(0), 1))
                .put("t_steady_ms", rounded(steadyMillis(median), 1))
                .put("first_call_ms", rounded(took[0] / 1e6, 2))
                .put("rss_mb", rounded(peakMegabytes(), 1))
                .build();
    }

    static Json rounded(double value, int digits) {
        return Double.isFinite(value) ? new Json.Num(String.format(Locale.ROOT, "%." + digits + "f", value)) : Json.of(value);
    }

    /** The most memory this process ever had resident, by Linux; 0 elsewhere. */
    private static double peakMegabytes() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the calls added up to. */
    public double sink() {
        return sink;
    }
}
