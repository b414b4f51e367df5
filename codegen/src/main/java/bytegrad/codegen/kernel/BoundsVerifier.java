package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.codegen.kernel.Kernel.Method;
import bytegrad.codegen.kernel.Ranges.Bound;
import bytegrad.codegen.kernel.Ranges.Span;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Proves that every load and store of a kernel stays where {@link BufferBounds} allows, and collects {@link ChunkAccesses}. It follows each call with what its
 * arguments are there. Loop variables lie between their loop's ends (and on its steps), a checked index below its extent,
 * minima and maxima between their operands; the condition of an {@code if} counts inside it where it compares indices. A value
 * that depends on data otherwise, or that is assigned to, has no known range and may be in no index.
 */
final class BoundsVerifier {
    private final Kernel kernel;
    private final Ranges ranges;
    private final Method method;
    /** Of the parallel loop that the method is called from, if it is. */
    private final @Nullable ChunkAccesses chunks;
    private final Map<String, Affine> known = new HashMap<>();
    private final Set<String> assigned = new HashSet<>();
    private int line;

    private BoundsVerifier(Kernel kernel, Method method, Ranges ranges, @Nullable ChunkAccesses chunks) {
        this.kernel = kernel;
        this.chunks = chunks;
        this.method = method;
        this.ranges = ranges;
        collectAssigned(method.body());
    }

    static void verify(Kernel kernel) {
        BoundsVerifier entry = new BoundsVerifier(kernel, kernel.methods().getFirst(), new Ranges(), null);
        entry.block(entry.method.body());
    }

    private void collectAssigned(List<Stmt> body) {
        for (Stmt stmt : body) {
            if (stmt instanceof Stmt.Assign s) {
                assigned.add(s.var().name());
            }
            collectAssigned(Rewrite.body(stmt));
        }
    }

    private void block(List<Stmt> body) {
        int mark = ranges.mark();
        for (Stmt stmt : body) {
            int at = ++line;
            try {
                check(stmt);
            } catch (OutOfBounds | ArithmeticException e) {
                throw KernelVerifier.located(method, at, stmt, String.valueOf(e.getMessage()));
            }
        }
        ranges.release(mark);
    }

    /** An error that has not been given its place yet. */
    private static final class OutOfBounds extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfBounds(String message) {
            super(message);
        }
    }

    private void check(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let s -> {
                loads(s.value());
                if (s.var().dtype() == DType.I32 && s.var().lanes() == 1 && !assigned.contains(s.var().name())) {
                    Optional<Affine> exact = exact(s.value());
                    exact.or(() -> span(s.value()).map(ranges::add)).ifPresent(a -> known.put(s.var().name(), a));
                }
            }
            case Stmt.Assign s -> loads(s.value());
            case Stmt.For s -> loop(s);
            case Stmt.Store s -> {
                loads(s.value());
                Buffer b = kernel.buffers().get(s.buffer());
                Affine at = inside(s.index(), s.count(), BufferBounds.storeEnd(b), "the store to b" + s.buffer());
                if (chunks != null) {
                    chunks.store(s.buffer(), at, s.count());
                }
            }
            case Stmt.Copy s -> copied(s);
            case Stmt.IfAny s -> {
                loads(s.condition());
                guarded(s.condition().lanes() == 1 ? conditions(s.condition()) : List.of(), s.body());
            }
            case Stmt.Sort s -> sorted(s);
            case Stmt.While s -> {
                inside(s.index(), 1, BufferBounds.loadEnd(kernel.buffers().get(s.buffer()), 1), "the condition in b" + s.buffer());
                block(s.body());
            }
            case Stmt.Call s -> call(s);
            case Stmt.Parallel s -> parallel(s);
        }
    }

    private void copied(Stmt.Copy s) {
        Affine from = inside(s.fromAt(), s.count(), BufferBounds.loadEnd(kernel.buffers().get(s.from()), 1), "the copy from b" + s.from());
        Affine to = inside(s.toAt(), s.count(), BufferBounds.storeEnd(kernel.buffers().get(s.to())), "the copy to b" + s.to());
        if (chunks != null) {
            chunks.load(s.from(), from, s.count());
            chunks.store(s.to(), to, s.count());
        }
    }

    private void sorted(Stmt.Sort s) {
        if (s.size() < 0 || s.count() < 0 || s.count() > s.size() || s.size() > Integer.MAX_VALUE / 2) {
            throw new OutOfBounds("it sorts " + s.size() + " elements for the first " + s.count());
        }
        inside(s.keysAt(), 2 * s.size(), kernel.buffers().get(s.keys()).size(), "the keys in b" + s.keys());
        inside(s.orderAt(), 2 * s.size(), kernel.buffers().get(s.order()).size(), "the order in b" + s.order());
    }

    private void loop(Stmt.For s) {
        Optional<Affine> from = exact(s.from());
        Optional<Affine> to = exact(s.to());
        if (from.isEmpty() || to.isEmpty()) {
            block(s.body());
            return;
        }
        // var = from + step·t with 0 ≤ t ≤ (to − 1 − from) / step.
        Affine last = to.get().plus(-1).minus(from.get());
        if (ranges.max(last) < 0) {
            skip(s.body());
            return;
        }
        List<Bound> upper = new ArrayList<>();
        for (Affine a : ranges.above(last)) {
            upper.add(a.isStriped(s.step()) ? Bound.of(a.floorDiv(s.step())) : new Bound(a, s.step()));
        }
        if (s.step() > 1 && !last.isConstant()) {
            upper.add(Bound.of(Math.floorDiv(ranges.max(last), s.step())));
        }
        int mark = ranges.mark();
        Affine t = ranges.add(new Span(List.of(Bound.of(0)), upper));
        known.put(s.var().name(), from.get().plus(t.times(s.step())));
        block(s.body());
        ranges.release(mark);
    }

    /** The body under conditions a ≥ 0 that all hold. */
    private void guarded(List<Affine> conditions, List<Stmt> body) {
        if (conditions.isEmpty()) {
            block(body);
            return;
        }
        Affine first = conditions.getFirst();
        if (ranges.max(first) < 0) {
            skip(body);
        } else if (first.isConstant()) {
            guarded(conditions.subList(1, conditions.size()), body);
        } else {
            int t = first.terms().lastKey();
            Span before = ranges.span(t);
            ranges.replace(t, ranges.sharpened(first));
            guarded(conditions.subList(1, conditions.size()), body);
            ranges.replace(t, before);
        }
    }

    /** Never runs; its lines count all the same. */
    private void skip(List<Stmt> body) {
        for (Stmt stmt : body) {
            line++;
            skip(Rewrite.body(stmt));
        }
    }

    private void parallel(Stmt.Parallel s) {
        int mark = ranges.mark();
        ChunkAccesses accesses = new ChunkAccesses(ranges);
        Method callee = callee(s.method());
        BoundsVerifier inner = new BoundsVerifier(kernel, callee, ranges, accesses);
        List<Integer> numbers = new ArrayList<>();
        for (int k = 0; k < s.extents().size(); k++) {
            if (s.extents().get(k) > 1) {
                numbers.add(ranges.mark());
            }
            inner.known.put(callee.params().get(k).name(), ranges.add(Span.of(0, s.extents().get(k) - 1L)));
        }
        inner.verify();
        ranges.release(mark);
        int shared = accesses.shared(numbers);
        if (shared >= 0) {
            throw new OutOfBounds("two chunks may touch one place in b" + shared);
        }
    }

    private Method callee(String name) {
        return kernel.methods().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    }

    private void call(Stmt.Call s) {
        Method callee = callee(s.method());
        BoundsVerifier inner = new BoundsVerifier(kernel, callee, ranges, chunks);
        for (int p = 0; p < callee.params().size(); p++) {
            String name = callee.params().get(p).name();
            exact(s.args().get(p)).ifPresent(a -> inner.known.put(name, a));
        }
        inner.verify();
    }

    private void verify() {
        try {
            block(method.body());
        } catch (KernelException e) {
            throw new OutOfBounds(e.reason());
        }
    }

    /** Checks the loads in a value. */
    private void loads(Expr expr) {
        switch (expr) {
            case Expr.Load e -> {
                long end = BufferBounds.loadEnd(kernel.buffers().get(e.buffer()), e);
                Affine at = inside(e.index(), e.count(), end, KernelPrinter.print(e));
                if (chunks != null) {
                    chunks.load(e.buffer(), at, e.count());
                }
            }
            case Expr.Apply e -> e.args().forEach(this::loads);
            case Expr.Convert e -> loads(e.arg());
            case Expr.Bits e -> loads(e.arg());
            case Expr.Splat e -> loads(e.arg());
            case Expr.Rotate e -> loads(e.arg());
            case Expr.Checked e -> loads(e.arg());
            case Expr.Const _, Expr.Var _, Expr.Ramp _ -> {}
        }
    }

    private Affine inside(Index index, int lanes, long end, String what) {
        for (Index.Term t : index.terms()) {
            if (!known.containsKey(t.var().name())) {
                throw new OutOfBounds(what + ": nothing bounds " + t.var().name());
            }
        }
        Affine at = exact(index).orElseThrow();
        long least = ranges.min(at);
        long greatest = Math.addExact(ranges.max(at), lanes);
        if (least < 0 || greatest > end) {
            throw new OutOfBounds(what + " reaches " + least + ".." + greatest + ", which is not within 0.." + end);
        }
        return at;
    }

    // What is known of a value. All i32 of one lane.

    private Optional<Affine> exact(Index index) {
        Affine sum = Affine.of(index.constant());
        for (Index.Term t : index.terms()) {
            Affine v = known.get(t.var().name());
            if (v == null) {
                return Optional.empty();
            }
            sum = sum.plus(v.times(t.coefficient()));
        }
        return Optional.of(sum);
    }

    private Optional<Affine> exact(Expr expr) {
        if (expr.dtype() != DType.I32 || expr.lanes() != 1) {
            return Optional.empty();
        }
        return switch (expr) {
            case Expr.Const e -> Optional.of(Affine.of(e.bits()));
            case Expr.Var e -> Optional.ofNullable(known.get(e.name()));
            case Expr.Ramp e -> exact(e.base());
            case Expr.Convert e -> exact(e.arg());
            case Expr.Apply e -> exactApply(e);
            case Expr.Load _, Expr.Bits _, Expr.Splat _, Expr.Rotate _, Expr.Checked _ -> Optional.empty();
        };
    }

    private Optional<Affine> exactApply(Expr.Apply e) {
        List<Optional<Affine>> args = e.args().stream().map(this::exact).toList();
        if (args.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        Affine a = args.getFirst().get();
        Affine b = args.getLast().get();
        Optional<Affine> value =
                e.fn() == ScalarFn.NEG ? Optional.of(a.times(-1))
                : e.fn() == ScalarFn.ADD ? Optional.of(a.plus(b))
                : e.fn() == ScalarFn.SUB ? Optional.of(a.minus(b))
                : e.fn() == ScalarFn.MUL && a.isConstant() ? Optional.of(b.times(a.constant()))
                : e.fn() == ScalarFn.MUL && b.isConstant() ? Optional.of(a.times(b.constant()))
                : Optional.empty();
        // i32 arithmetic wraps; here only what cannot wrap is known.
        return value.filter(v -> ranges.min(v) >= Integer.MIN_VALUE && ranges.max(v) <= Integer.MAX_VALUE);
    }

    private Optional<Span> span(Expr expr) {
        Optional<Affine> exact = exact(expr);
        if (exact.isPresent()) {
            return Optional.of(new Span(List.of(Bound.of(exact.get())), List.of(Bound.of(exact.get()))));
        }
        return switch (expr) {
            case Expr.Checked e -> Optional.of(Span.of(0, e.extent() - 1L));
            case Expr.Convert e when e.arg().dtype() == DType.BOOL -> Optional.of(Span.of(0, 1));
            case Expr.Convert e when e.arg().dtype() == DType.I32 -> span(e.arg());
            case Expr.Apply e -> spanOfApply(e);
            case Expr.Const _, Expr.Var _, Expr.Ramp _, Expr.Load _, Expr.Convert _, Expr.Bits _, Expr.Splat _, Expr.Rotate _ -> Optional.empty();
        };
    }

    private Optional<Span> spanOfApply(Expr.Apply e) {
        int arity = e.args().size();
        if (arity < 2 || e.dtype() != DType.I32) {
            return Optional.empty();
        }
        Optional<Span> left = span(e.args().get(arity - 2));
        Optional<Span> right = span(e.args().get(arity - 1));
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        Span a = left.get();
        Span b = right.get();
        return switch (e.fn()) {
            case MIN -> Optional.of(new Span(List.of(Bound.of(Math.min(least(a), least(b)))), join(a.upper(), b.upper())));
            case MAX -> Optional.of(new Span(join(a.lower(), b.lower()), List.of(Bound.of(Math.max(greatest(a), greatest(b))))));
            case SELECT -> Optional.of(Span.of(Math.min(least(a), least(b)), Math.max(greatest(a), greatest(b))));
            case ADD -> small(least(a) + least(b), greatest(a) + greatest(b));
            case SUB -> small(least(a) - greatest(b), greatest(a) - least(b));
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, MUL, DIV, REM, MOD, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT,
                    SHL, SHR, USHR, STOP_GRADIENT ->
                Optional.empty();
        };
    }

    private static Optional<Span> small(long least, long greatest) {
        return least >= Integer.MIN_VALUE && greatest <= Integer.MAX_VALUE ? Optional.of(Span.of(least, greatest)) : Optional.empty();
    }

    private static List<Bound> join(List<Bound> a, List<Bound> b) {
        List<Bound> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    private long least(Span s) {
        return s.lower().stream().mapToLong(b -> Math.ceilDiv(ranges.min(b.numerator()), b.divisor())).max().orElseThrow();
    }

    private long greatest(Span s) {
        return s.upper().stream().mapToLong(b -> Math.floorDiv(ranges.max(b.numerator()), b.divisor())).min().orElseThrow();
    }

    /** Forms that are not negative where the condition holds; there may be more to it. */
    private List<Affine> conditions(Expr condition) {
        if (!(condition instanceof Expr.Apply e) || e.args().size() != 2) {
            return List.of();
        }
        Expr left = e.args().getFirst();
        Expr right = e.args().getLast();
        List<Affine> out = new ArrayList<>();
        if (e.fn() == ScalarFn.AND) {
            out.addAll(conditions(left));
            out.addAll(conditions(right));
            return out;
        }
        Optional<Affine> a = exact(left);
        Optional<Affine> b = exact(right);
        if (a.isPresent() && b.isPresent()) {
            Affine up = b.get().minus(a.get());
            Affine down = a.get().minus(b.get());
            switch (e.fn()) {
                case LT -> out.add(up.plus(-1));
                case LE -> out.add(up);
                case GT -> out.add(down.plus(-1));
                case GE -> out.add(down);
                case EQ -> {
                    out.add(up);
                    out.add(down);
                }
                case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, ADD, SUB, MUL, DIV, MAX, MIN, FMA, NE, AND, OR, XOR, NOT,
                        SHL, SHR, USHR, STOP_GRADIENT, SELECT -> {}
            }
        }
        return out;
    }
}
