package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An estimate of the nanoseconds one thread takes for a kernel, to decide whether several are worth while: what it computes, and
 * what it moves through a cache that holds it, since there are kernels that work on the same memory again and again. Tiles of a contraction take half
 * of what is reckoned for an operation, loops over memory more. The same wherever it is compiled, since chunks are part of the code.
 */
final class Work {
    /** Operations that a copy takes whatever its length, and bytes copied in the time of one more. */
    private static final int COPY = 20;

    private static final int COPIED_BYTES = 16;
    /** A call of {@link StrictMath}. */
    private static final int CALL = 150;
    /** Iterations of a loop whose ends depend on data. */
    private static final int UNKNOWN = 16;

    private final Kernel kernel;
    private final double[] bytes;
    private double operations;

    private Work(Kernel kernel) {
        this.kernel = kernel;
        this.bytes = new double[kernel.buffers().size()];
    }

    static double nanos(Kernel kernel, MachineProfile machine) {
        Work w = new Work(kernel);
        w.block(kernel.methods().getFirst().body(), new HashMap<>(), 1);
        double moved = 0;
        for (int b = 0; b < w.bytes.length; b++) {
            Kernel.Buffer buffer = kernel.buffers().get(b);
            // What is read again comes from a cache.
            moved += buffer.access() == Access.SCRATCH ? 0 : Math.min(w.bytes[b], (double) buffer.size() * buffer.dtype().bytes());
        }
        return w.operations * machine.nanosPerOperation() + moved * machine.nanosPerByte();
    }

    /**
     * Statements that run so many times.
     *
     * @param known values of the variables that are known; of a loop's, that of its first iteration
     */
    private void block(List<Stmt> body, Map<String, Long> known, double times) {
        for (Stmt stmt : body) {
            switch (stmt) {
                case Stmt.Let s -> {
                    add(s.value(), times);
                    value(s.value(), known).ifPresent(v -> known.put(s.var().name(), v));
                }
                case Stmt.Assign s -> add(s.value(), times);
                case Stmt.For s -> {
                    OptionalLong from = value(s.from(), known);
                    OptionalLong to = value(s.to(), known);
                    double trips = from.isPresent() && to.isPresent()
                            ? Math.max(0, Math.ceilDiv(to.getAsLong() - from.getAsLong(), s.step()))
                            : UNKNOWN;
                    if (trips > 0) {
                        from.ifPresent(v -> known.put(s.var().name(), v));
                        operations += times * trips;
                        block(s.body(), known, times * trips);
                    }
                }
                case Stmt.Store s -> {
                    add(s.value(), times);
                    move(s.buffer(), s.value(), times);
                }
                case Stmt.Copy s -> {
                    int moved = s.count() * kernel.buffers().get(s.to()).dtype().bytes();
                    operations += times * (COPY + moved / COPIED_BYTES);
                    bytes[s.from()] += times * moved;
                    bytes[s.to()] += times * moved;
                }
                case Stmt.IfAny s -> {
                    add(s.condition(), times);
                    OptionalLong condition = value(s.condition(), known);
                    if (condition.isEmpty() || condition.getAsLong() != 0) {
                        // Of what is not known here, there is mostly an alternative.
                        block(s.body(), known, condition.isEmpty() ? times / 2 : times);
                    }
                }
                // Neither is in a kernel that could be cut.
                case Stmt.While s -> block(s.body(), known, times);
                case Stmt.Sort s -> operations += times * s.size() * (32 - Integer.numberOfLeadingZeros(s.size()));
                case Stmt.Call s -> call(s.method(), s.args().stream().map(a -> value(a, known)).toList(), times);
                case Stmt.Parallel s -> {
                    for (int c = 0; c < s.chunks(); c++) {
                        call(s.method(), s.index(c).stream().map(OptionalLong::of).toList(), times);
                    }
                }
            }
        }
    }

    private void call(String name, List<OptionalLong> args, double times) {
        Kernel.Method callee = kernel.methods().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
        Map<String, Long> inner = new HashMap<>();
        for (int p = 0; p < args.size(); p++) {
            String param = callee.params().get(p).name();
            args.get(p).ifPresent(v -> inner.put(param, v));
        }
        block(callee.body(), inner, times);
    }

    private void move(int buffer, Expr value, double times) {
        operations += times;
        bytes[buffer] += times * value.lanes() * value.dtype().bytes();
    }

    private void add(Expr expr, double times) {
        switch (expr) {
            case Expr.Const _, Expr.Var _ -> {}
            case Expr.Load e -> move(e.buffer(), e, times);
            case Expr.Apply e -> {
                operations += times * cost(e);
                e.args().forEach(a -> add(a, times));
            }
            case Expr.Convert e -> one(e.arg(), times);
            case Expr.Bits e -> one(e.arg(), times);
            case Expr.Splat e -> one(e.arg(), times);
            case Expr.Rotate e -> one(e.arg(), times);
            case Expr.Checked e -> one(e.arg(), times);
            case Expr.Ramp _ -> operations += times;
        }
    }

    private void one(Expr arg, double times) {
        operations += times;
        add(arg, times);
    }

    private static int cost(Expr.Apply e) {
        boolean call = e.fn().arity() == 1 && e.dtype() == DType.F64 && TRANSCENDENTAL.contains(e.fn());
        return call ? CALL : 1;
    }

    /** Calls, in f64. */
    private static final java.util.Set<ScalarFn> TRANSCENDENTAL = java.util.EnumSet.complementOf(java.util.EnumSet.of(
            ScalarFn.NEG, ScalarFn.ABS, ScalarFn.SIGN, ScalarFn.SQRT, ScalarFn.NOT, ScalarFn.STOP_GRADIENT));

    private static OptionalLong value(Index index, Map<String, Long> known) {
        long sum = index.constant();
        for (Index.Term t : index.terms()) {
            Long v = known.get(t.var().name());
            if (v == null) {
                return OptionalLong.empty();
            }
            sum += v * t.coefficient();
        }
        return OptionalLong.of(sum);
    }

    /** Of what the ends of loops are made of. */
    private static OptionalLong value(Expr expr, Map<String, Long> known) {
        if (expr.lanes() > 1) {
            return OptionalLong.empty();
        }
        if (expr instanceof Expr.Const c && c.dtype() == DType.I32) {
            return OptionalLong.of(c.bits());
        } else if (expr instanceof Expr.Ramp r && r.dtype() == DType.I32) {
            return value(r.base(), known);
        } else if (expr instanceof Expr.Apply a && a.args().size() == 2) {
            List<Long> args = new ArrayList<>();
            a.args().forEach(x -> value(x, known).ifPresent(args::add));
            if (args.size() == 2 && a.fn() == ScalarFn.MIN) {
                return OptionalLong.of(Math.min(args.getFirst(), args.getLast()));
            } else if (args.size() == 2 && a.fn() == ScalarFn.EQ) {
                return OptionalLong.of(args.getFirst().equals(args.getLast()) ? 1 : 0);
            }
        }
        return OptionalLong.empty();
    }
}
