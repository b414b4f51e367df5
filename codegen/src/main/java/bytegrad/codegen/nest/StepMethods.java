package bytegrad.codegen.nest;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Relocation;
import bytegrad.codegen.kernel.Relocation.Target;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.lower.Buffers;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.Layout;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** The methods of a nested op's kernel: the launches of its bodies, copies, and calls of several of these together. */
final class StepMethods {
    /** The slice that a step works on: the only parameter of these methods, of those that need it. */
    static final Expr.Var STEP = Expr.Var.index("t");

    /** Bytes of calls in one method, about. */
    private static final int LONG = 2000;

    private static final int LONGEST_NAME = 32;

    private final Buffers buffers;
    private final int vectorBytes;
    private final Map<DType, Integer> scratch = new EnumMap<>(DType.class);
    private final List<Kernel.Method> methods = new ArrayList<>();
    /** Bodies written so far: their letter is in the names of their methods. */
    private int bodies;

    StepMethods(Buffers buffers, int vectorBytes) {
        this.buffers = buffers;
        this.vectorBytes = vectorBytes;
    }

    List<Kernel.Method> all() {
        return methods;
    }

    /** Declares scratch of so many elements. */
    void scratch(Map<DType, Integer> sizes) {
        sizes.forEach((d, n) -> {
            if (n > 0) {
                scratch.put(d, buffers.scratch(d, n));
            }
        });
    }

    /** A place in the scratch of a dtype. */
    Target scratch(DType d, int at) {
        Integer buffer = scratch.get(d);
        if (buffer == null) {
            throw new IllegalStateException("there is no scratch of " + d.text());
        }
        return new Target(buffer, Index.of(at));
    }

    private static List<Expr.Var> parameters(boolean needed) {
        return needed ? List.of(STEP) : List.of();
    }

    private static boolean moves(Target t) {
        return !t.base().isConstant();
    }

    /** Adds a method and gives its call. */
    private Stmt.Call method(String name, boolean step, List<Stmt> body) {
        methods.add(new Kernel.Method(name, parameters(step), body));
        return call(name, step);
    }

    private static Stmt.Call call(String name, boolean step) {
        return new Stmt.Call(name, step ? List.of(Index.of(STEP)) : List.of());
    }

    /**
     * Each launch of a body's plan as a call.
     *
     * @param bound where the places are that are not in the body's region
     * @param region where the body's region begins in the scratch of each dtype
     */
    List<Stmt.Call> launches(MemoryPlan plan, Map<Place, Target> bound, ToIntFunction<DType> region) {
        List<Stmt.Call> calls = new ArrayList<>();
        String part = "abc".substring(bodies, bodies + 1);
        bodies++;
        List<Plan.Launch> launches = plan.launches();
        for (int k = 0; k < launches.size(); k++) {
            Plan.Launch launch = launches.get(k);
            LoweredKernel lk = plan.kernels().get(k);
            List<Target> targets = new ArrayList<>();
            for (int b = 0; b < lk.places().size(); b++) {
                Place p = lk.places().get(b);
                Target elsewhere = bound.get(p);
                targets.add(elsewhere != null ? elsewhere
                        : p instanceof Place.Value v && v.node().op() instanceof bytegrad.ir.Op.Constant ? new Target(buffers.read(p), Index.ZERO)
                        : scratch(p.dtype(), region.applyAsInt(p.dtype()) + launch.offsets().get(b) - Layout.offset(p.dtype(), 0)));
            }
            boolean step = targets.stream().anyMatch(StepMethods::moves);
            String name = part + k + "_" + word(launch.label());
            String entry = launch.kernel().methods().getFirst().name();
            for (Kernel.Method m : launch.kernel().methods()) {
                methods.add(Relocation.of(m, targets, parameters(step), x -> x.equals(entry) ? name : name + "_" + x));
            }
            calls.add(call(name, step));
        }
        return calls;
    }

    /** As much of a label as can be part of a method's name. */
    private static String word(String label) {
        String s = label.replaceAll("[^A-Za-z0-9_]+", "_");
        return s.length() <= LONGEST_NAME ? s : s.substring(0, LONGEST_NAME);
    }

    /** The call that copies elements; nothing where there are none. */
    List<Stmt.Call> copy(Target from, Target to, DType dtype, int size) {
        if (size == 0) {
            return List.of();
        }
        int lanes = vectorBytes == 0 || dtype == DType.BOOL ? 1 : vectorBytes / dtype.bytes();
        int main = lanes == 1 ? 0 : size - size % lanes;
        List<Stmt> body = new ArrayList<>();
        copy(body, from, to, dtype, 0, main, lanes);
        copy(body, from, to, dtype, main, size, 1);
        return List.of(method("copy" + methods.size(), moves(from) || moves(to), body));
    }

    private static void copy(List<Stmt> out, Target from, Target to, DType dtype, int first, int end, int lanes) {
        if (end - first == lanes) {
            out.add(store(from, to, dtype, Index.of(first), lanes));
        } else if (first < end) {
            Expr.Var i = Expr.Var.index("i" + lanes);
            out.add(new Stmt.For(i, Index.of(first), Index.of(end), lanes, List.of(store(from, to, dtype, Index.of(i), lanes))));
        }
    }

    private static Stmt store(Target from, Target to, DType dtype, Index i, int lanes) {
        return new Stmt.Store(to.buffer(), to.base().plus(i), new Expr.Load(from.buffer(), from.base().plus(i), dtype, lanes));
    }

    /** The calls, in methods of their own where they are many. */
    List<Stmt.Call> grouped(List<Stmt.Call> calls) {
        // A call passes all slabs, the offset of each buffer, and the step.
        int most = Math.max(2, LONG / (30 + 3 * buffers.places().size()));
        List<Stmt.Call> now = calls;
        while (now.size() > most) {
            List<Stmt.Call> groups = new ArrayList<>();
            for (int k = 0; k < now.size(); k += most) {
                groups.add(together(now.subList(k, Math.min(now.size(), k + most))));
            }
            now = groups;
        }
        return now;
    }

    /** A call of a method that makes these calls, which are as many as fit into one. */
    private Stmt.Call together(List<Stmt.Call> calls) {
        return method("group" + methods.size(), calls.stream().anyMatch(c -> !c.args().isEmpty()), List.copyOf(calls));
    }

    /** One call of them all, where they will be made in several places. */
    List<Stmt.Call> joined(List<Stmt.Call> calls) {
        List<Stmt.Call> few = grouped(calls);
        return few.size() < 2 ? few : List.of(together(few));
    }

    /** The calls where {@link #STEP} is known. */
    static List<Stmt> at(List<Stmt.Call> calls, Index step) {
        return calls.stream().map(c -> (Stmt) (c.args().isEmpty() ? c : new Stmt.Call(c.method(), List.of(step)))).toList();
    }
}
