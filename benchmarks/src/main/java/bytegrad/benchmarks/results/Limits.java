package bytegrad.benchmarks.results;

import bytegrad.benchmarks.Peak;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the machine did at most on some threads at once, added up.
 *
 * @param gflops f32 fused multiply-adds
 * @param l1 GB/s of a[i] = b[i] + s·c[i] in the first cache
 * @param l2 in the second
 * @param l3 in the third
 * @param dram in memory
 */
public record Limits(int threads, double gflops, double l1, double l2, double l3, double dram) {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;

    /** Measures, some seconds long. */
    public static Limits measured(int threads) {
        return new Limits(threads, together(threads, Peak::gflops), together(threads, p -> p.triadGigabytes(24 * KIB)), together(threads, p -> p.triadGigabytes(384 * KIB)),
                together(threads, p -> p.triadGigabytes(8 * MIB)), together(threads, p -> p.triadGigabytes(384 * MIB)));
    }

    private static double together(int threads, ToDoubleFunction<Peak> measure) {
        CyclicBarrier start = new CyclicBarrier(threads);
        double[] rates = new double[threads];
        List<Thread> all = IntStream.range(0, threads)
                .mapToObj(i -> Thread.ofPlatform().start(() -> {
                    Peak peak = new Peak();
                    try {
                        start.await();
                    } catch (InterruptedException | java.util.concurrent.BrokenBarrierException e) {
                        throw new IllegalStateException(e);
                    }
                    rates[i] = measure.applyAsDouble(peak);
                }))
                .toList();
        for (Thread t : all) {
            try {
                t.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
        }
        return IntStream.range(0, threads).mapToDouble(i -> rates[i]).sum();
    }

    /** The greatest of each: whatever else the machine did made a measurement slower, never faster. */
    public static Limits best(List<Limits> several) {
        return new Limits(several.get(0).threads, most(several, Limits::gflops), most(several, Limits::l1), most(several, Limits::l2), most(several, Limits::l3),
                most(several, Limits::dram));
    }

    private static double most(List<Limits> several, ToDoubleFunction<Limits> figure) {
        return Stream.of(several).flatMap(List::stream).mapToDouble(figure).max().orElse(Double.NaN);
    }

    /** Reads what {@link #json} writes. */
    static Limits of(Json.Obj o) {
        return new Limits((int) number(o, "threads"), number(o, "gflops"), number(o, "l1"), number(o, "l2"), number(o, "l3"), number(o, "dram"));
    }

    private static double number(Json.Obj o, String name) {
        return o.get(name).orElseThrow(() -> new IllegalStateException("no " + name + " in " + o.compact())) instanceof Json.Num n ? n.toDouble() : Double.NaN;
    }

    Json.Obj json() {
        return new JsonFields().put("threads", threads).put("gflops", gflops).put("l1", l1).put("l2", l2).put("l3", l3).put("dram", dram).build();
    }
}
