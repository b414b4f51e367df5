package bytegrad.codegen;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compiles a graph in several ways and says where two executors first disagree. What must hold: the kernel interpreter and
 * the bytecode agree bit for bit, in a first run and in a second on the same values; so do all lane widths, fused or not;
 * and the reference interpreter agrees within rounding.
 */
final class Agreement {
    /** Every lane width, widest first. */
    static final List<Options.Simd> WIDTHS = List.of(Options.Simd.BITS_512, Options.Simd.BITS_256, Options.Simd.BITS_128, Options.Simd.SCALAR);
    /** The two that differ most. */
    static final List<Options.Simd> EXTREMES = List.of(Options.Simd.BITS_512, Options.Simd.SCALAR);
    /** Against the reference, which computes in double, relative to the largest magnitude met. */
    static final double F32 = 2e-5;
    static final double F64 = 1e-12;

    private final Graph graph;
    private final Map<String, Value> in;
    private final boolean reference;
    /** The reference rounds nothing, so that an f64 computed from an f32 is no better than that. */
    private final double f64;
    private Map<String, Value> expected = Map.of();

    private Agreement(Graph graph, Map<String, Value> in, boolean reference) {
        this.graph = graph;
        this.in = in;
        this.reference = reference;
        this.f64 = graph.nodes().stream().anyMatch(n -> n.dtype() == DType.F32) ? F32 : F64;
    }

    /** Ways to compile: each width, passes on and off, fused and not. Those with equal passes come together. */
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
        return new Agreement(graph, in, true).failure(ways);
    }

    /** The first disagreement between kernels, bytecode and ways; for inputs to which rounding gives no bound. */
    static Optional<String> failureAmongCompiled(Graph graph, Map<String, Value> in, List<Options> ways) {
        return new Agreement(graph, in, false).failure(ways);
    }

    private Optional<String> failure(List<Options> ways) {
        double scale = 1;
        if (reference) {
            Interpreter.Result r = Interpreter.run(graph, in);
            expected = Three.results(r);
            scale = scale(r);
        }
        Map<Boolean, Map<String, Value>> first = new HashMap<>();
        for (Options way : ways) {
            try {
                Compilation c = Compilation.of(graph, way);
                Map<String, Value> bytes = twice(c);
                List<String> d = Three.differences(Three.kernels(c, in), bytes, 0, 0);
                if (!d.isEmpty()) {
                    return failed(way, "kernel interpreter and bytecode differ", d);
                }
                Map<String, Value> same = first.putIfAbsent(way.passes(), bytes);
                if (same != null) {
                    d = Three.differences(same, bytes, 0, 0);
                    if (!d.isEmpty()) {
                        return failed(way, "other bits than the first way with these passes", d);
                    }
                } else if (reference) {
                    d = Three.differences(expected, bytes, F32 * scale, f64 * scale);
                    if (!d.isEmpty()) {
                        return failed(way, "reference and bytecode differ", d);
                    }
                }
            } catch (RuntimeException | LinkageError | AssertionError e) {
                return failed(way, "exception", List.of(e + " at " + (e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0])));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> failed(Options way, String what, List<String> details) {
        return Optional.of(name(way) + ": " + what + ": " + details.getFirst() + (details.size() > 1 ? " and " + (details.size() - 1) + " more" : ""));
    }

    static String name(Options way) {
        return way.simd() + (way.passes() ? " passes" : " no-passes") + (way.fuse() ? " fused" : " unfused");
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
    private Map<String, Value> twice(Compilation c) {
        CompiledFunction f = Compiler.load(c);
        Session s = f.newSession();
        f.signature().inputs().forEach(slot -> s.set(slot.name(), Three.tensor(in.get(slot.name()))));
        Map<String, Value> one = run(f, s);
        List<String> d = Three.differences(one, run(f, s), 0, 0);
        if (!d.isEmpty()) {
            throw new AssertionError("a second run differs from the first: " + d);
        }
        return one;
    }

    private Map<String, Value> run(CompiledFunction f, Session s) {
        for (Slot x : f.signature().states()) {
            s.set(x.name(), Three.tensor(in.get(x.name())));
        }
        s.run();
        return Three.results(f, s);
    }
}
