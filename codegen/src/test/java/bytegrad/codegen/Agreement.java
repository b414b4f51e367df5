package bytegrad.codegen;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/**
 * Compiles a graph in several ways and says where two executors first disagree. What must hold: the kernel interpreter and
 * the bytecode agree bit for bit, in a first run and in a second on the same values; so do all lane widths and numbers of threads,
 * in one piece or in chunks, fused or not; and the reference interpreter agrees within rounding.
 */
final class Agreement {
    /** Every lane width, widest first. */
    static final List<Options.Simd> WIDTHS = List.of(Options.Simd.BITS_512, Options.Simd.BITS_256, Options.Simd.BITS_128, Options.Simd.SCALAR);
    /** The two that differ most. */
    static final List<Options.Simd> EXTREMES = List.of(Options.Simd.BITS_512, Options.Simd.SCALAR);
    /** Beside one; the pool of the tests has as many as the most of them, whatever the processors. */
    private static final List<Integer> THREADS = List.of(2, 3, 4);
    /** Against the reference, which computes in double, relative to the largest magnitude met. */
    static final double F32 = 2e-5;
    static final double F64 = 1e-12;

    /**
     * Values for the inputs.
     *
     * @param reference whether the reference is asked too; not where values are so large or odd that rounding has no bound
     */
    record Trial(Map<String, Value> in, boolean reference) {
        static Trial of(Map<String, Value> in) {
            return new Trial(in, true);
        }
    }

    static {
        ClassChecks.install(Agreement::verify);
    }

    private final Graph graph;
    private final List<Trial> trials;
    /** What each way with passes (or without) must answer to each trial: what the first of them did. */
    private final Map<Boolean, List<Map<String, Value>>> first = new HashMap<>();
    /** The reference rounds nothing, so that an f64 computed from an f32 is no better than that. */
    private final double f64;
    private Agreement(Graph graph, List<Trial> trials) {
        this.graph = graph;
        this.trials = trials;
        this.f64 = graph.nodes().stream().anyMatch(n -> n.dtype() == DType.F32) ? F32 : F64;
    }

    /** ASM's own opinion of a class file. */
    private static void verify(String name, byte[] bytes) {
        StringWriter complaints = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(bytes), Agreement.class.getClassLoader(), false, new PrintWriter(complaints));
        if (!complaints.toString().isEmpty()) {
            throw new AssertionError(name + ": " + complaints);
        }
    }

    /** Ways to compile: each width, passes on and off, fused and not. */
    static List<Options> ways(List<Options.Simd> widths) {
        List<Options> ways = new ArrayList<>();
        for (boolean passes : new boolean[] {true, false}) {
            for (boolean fuse : new boolean[] {true, false}) {
                widths.forEach(w -> ways.add(new Options(w, passes, fuse, true, Optional.empty())));
            }
        }
        return ways;
    }

    /** The first disagreement, if there is one; an exception is one too. */
    static Optional<String> failure(Graph graph, Map<String, Value> in, List<Options> ways) {
        return failure(graph, List.of(Trial.of(in)), ways);
    }

    /** The first disagreement in any of the trials. */
    static Optional<String> failure(Graph graph, List<Trial> trials, List<Options> ways) {
        Agreement a = new Agreement(graph, trials);
        for (Options way : ways) {
            try {
                Optional<String> failure = a.failure(way);
                if (failure.isPresent()) {
                    return Optional.of(name(way) + ": " + failure.get());
                }
            } catch (RuntimeException | LinkageError | AssertionError e) {
                return Optional.of(name(way) + ": exception: " + e + " at " + (e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]));
            }
        }
        return Optional.empty();
    }

    private Optional<String> failure(Options way) {
        Compilation c = Compilation.of(graph, way);
        CompiledFunction f = Compiler.load(c);
        List<Map<String, Value>> results = new ArrayList<>();
        for (int k = 0; k < trials.size(); k++) {
            Trial t = trials.get(k);
            Map<String, Value> bytes = twice(f, t.in(), 1);
            for (int threads : c.kernels().stream().anyMatch(x -> x.chunks() > 1) ? THREADS : List.<Integer>of()) {
                List<String> differ = Three.differences(bytes, twice(f, t.in(), threads), 0, 0);
                if (!differ.isEmpty()) {
                    return failed("one and " + threads + " threads differ", differ);
                }
            }
            results.add(bytes);
            List<String> d = Three.differences(Three.kernels(c, t.in()), bytes, 0, 0);
            if (!d.isEmpty()) {
                return failed("kernel interpreter and bytecode differ", d);
            }
            List<Map<String, Value>> same = first.get(way.passes());
            if (same != null) {
                d = Three.differences(same.get(k), bytes, 0, 0);
                if (!d.isEmpty()) {
                    return failed("other bits than the first way with these passes", d);
                }
            } else if (t.reference()) {
                Interpreter.Result r = Interpreter.run(graph, t.in());
                double scale = scale(r);
                d = Three.differences(Three.results(r), bytes, F32 * scale, f64 * scale);
                if (!d.isEmpty()) {
                    return failed("reference and bytecode differ", d);
                }
            }
        }
        first.putIfAbsent(way.passes(), results);
        return Optional.empty();
    }

    /** Every width of the usual way, the extremes of it with all loops in chunks, then the extremes of all others. */
    static List<Options> everyWidthAndOtherwiseExtremes() {
        List<Options> ways = new ArrayList<>();
        WIDTHS.forEach(w -> ways.add(new Options(w, true, true, true, Optional.empty())));
        EXTREMES.forEach(w -> ways.add(new Options(w, true, true, true, Optional.empty(), 0)));
        ways(EXTREMES).stream().filter(o -> !(o.passes() && o.fuse())).forEach(ways::add);
        return ways;
    }

    /** Every width, with passes and without, fused and not, in one piece and with all loops in chunks. */
    static List<Options> all() {
        List<Options> ways = ways(WIDTHS);
        ways.addAll(ways.stream().map(o -> o.withChunkNanos(0)).toList());
        return ways;
    }

    /** The extremes of the usual way, one of them in chunks. */
    static List<Options> chunkedAndWhole() {
        return List.of(new Options(Options.Simd.BITS_512, true, true, true, Optional.empty(), 0), new Options(Options.Simd.SCALAR, true, true, true, Optional.empty()));
    }

    private static Optional<String> failed(String what, List<String> details) {
        return Optional.of(what + ": " + details.getFirst() + (details.size() > 1 ? " and " + (details.size() - 1) + " more" : ""));
    }

    static String name(Options way) {
        return way.simd() + (way.passes() ? " passes" : " no-passes") + (way.fuse() ? " fused" : " unfused") + (way.chunkNanos() == 0 ? " chunked" : "");
    }

    /** An error in an intermediate value, relative to that value, may be large relative to a result that it cancels in. */
    private static double scale(Interpreter.Result r) {
        double scale = 1;
        for (Node n : r.graph().nodes()) {
            if (n.dtype() == DType.F32 || n.dtype() == DType.F64) {
                Value v = r.value(n);
                for (int i = 0; i < v.size(); i++) {
                    double x = Math.abs(v.at(i));
                    scale = Double.isFinite(x) ? Math.max(scale, x) : scale;
                }
            }
        }
        return scale;
    }

    /** Runs, puts the old states back, and runs again: neither inputs nor constants may have suffered. */
    private static Map<String, Value> twice(CompiledFunction f, Map<String, Value> in, int threads) {
        Session s = f.newSession(threads);
        f.signature().inputs().forEach(slot -> s.set(slot.name(), Three.tensor(in.get(slot.name()))));
        Map<String, Value> one = run(f, s, in);
        List<String> d = Three.differences(one, run(f, s, in), 0, 0);
        if (!d.isEmpty()) {
            throw new AssertionError("a second run differs from the first: " + d);
        }
        return one;
    }

    private static Map<String, Value> run(CompiledFunction f, Session s, Map<String, Value> in) {
        for (Slot x : f.signature().states()) {
            s.set(x.name(), Three.tensor(in.get(x.name())));
        }
        s.run();
        return Three.results(f, s);
    }
}
