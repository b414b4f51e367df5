package bytegrad.codegen.kernel;

import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cleans a kernel after lowering: drops values that nothing reads, writes numbers for indices that are known, and a value that is read once where it is read, and
 * gives variables canonical names ({@link NameVariables}). What the kernel computes, and every bit of it, stays.
 *
 * <pre>{@code
 * let a = b0[i]
 * let b = exp(a)        →    b1[i] = exp(b0[i])
 * let c = neg(a)             -- c was never read
 * b1[i] = b
 * }</pre>
 *
 * A value moves only inside its own block (a loop would compute it again and again), never past a change of what it reads:
 * an assignment to one of its variables, or, if it loads, a call or a store to <em>any</em> buffer of the dtype, since a
 * launch may bind two buffers to one place. Values with a {@link Expr.Checked} stay where they are, so that the first
 * failing check of a run is always the same one. Assigned variables stay.
 */
public final class FoldLets {
    /** Deeper expressions make deep operand stacks, and unreadable listings. */
    private static final int DEEPEST = 16;

    private final Kernel kernel;
    private final Map<String, Integer> uses = new HashMap<>();
    private final Set<String> assigned = new HashSet<>();
    /** Variables that are one number. */
    private final Map<String, Expr.Ramp> numbers = new HashMap<>();
    private final Changes changes = new Changes();

    private FoldLets(Kernel kernel) {
        this.kernel = kernel;
    }

    /** The kernel, cleaned. */
    public static Kernel in(Kernel kernel) {
        return tidied(kernel).kernel();
    }

    /** The kernel, cleaned, and what its variables were called. */
    public static Tidied tidied(Kernel kernel) {
        List<Kernel.Method> methods = new ArrayList<>();
        for (Kernel.Method m : kernel.methods()) {
            // Twice at most, as a rule: an index in which terms cancel may leave one more value unread.
            List<Stmt> before;
            List<Stmt> body = m.body();
            do {
                before = body;
                body = new FoldLets(kernel).fold(before);
            } while (!body.equals(before));
            methods.add(new Kernel.Method(m.name(), m.params(), body));
        }
        return NameVariables.in(new Kernel(kernel.buffers(), methods));
    }

    private List<Stmt> fold(List<Stmt> body) {
        collectAssigned(body);
        numbers.keySet().removeAll(assigned);
        return new Block().fold(live(body));
    }

    private void collectAssigned(List<Stmt> body) {
        for (Stmt stmt : body) {
            if (stmt instanceof Stmt.Assign s) {
                assigned.add(s.var().name());
            }
            if (stmt instanceof Stmt.Let s && s.value() instanceof Expr.Ramp r && isAffine(r) && r.base().isConstant()) {
                numbers.put(s.var().name(), r);
            }
            collectAssigned(Rewrite.body(stmt));
        }
    }

    /** Drops what is never read, last statement first, and counts the reads that are left. */
    private List<Stmt> live(List<Stmt> body) {
        List<Stmt> kept = new ArrayList<>(body.size());
        for (Stmt stmt : body.reversed()) {
            Stmt live =
                    switch (stmt) {
                        case Stmt.For s -> new Stmt.For(s.var(), s.from(), s.to(), s.step(), live(s.body()));
                        case Stmt.IfAny s -> new Stmt.IfAny(s.condition(), live(s.body()));
                        case Stmt.While s -> new Stmt.While(s.buffer(), s.index(), s.limit(), s.what(), live(s.body()));
                        case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> stmt;
                    };
            if (isNeeded(live)) {
                Rewrite.reads(live, v -> uses.merge(v.name(), 1, Integer::sum));
                kept.add(live);
            }
        }
        return kept.reversed();
    }

    private boolean isNeeded(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let s -> uses.containsKey(s.var().name()) || assigned.contains(s.var().name()) || Rewrite.isChecked(s.value());
            case Stmt.For s -> !s.body().isEmpty();
            case Stmt.IfAny s -> !s.body().isEmpty() || Rewrite.isChecked(s.condition());
            case Stmt.Assign _, Stmt.Store _, Stmt.Copy _, Stmt.While _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> true;
        };
    }

    /** How often the method changed what values depend on, as far as the walk has come. */
    private final class Changes {
        final Map<DType, Integer> stores = new HashMap<>();
        final Map<String, Integer> assignments = new HashMap<>();
        int calls;

        void add(Stmt stmt) {
            switch (stmt) {
                case Stmt.Assign s -> assignments.merge(s.var().name(), 1, Integer::sum);
                case Stmt.Store s -> stores.merge(kernel.buffers().get(s.buffer()).dtype(), 1, Integer::sum);
                case Stmt.Copy s -> stores.merge(kernel.buffers().get(s.to()).dtype(), 1, Integer::sum);
                case Stmt.Sort s -> {
                    stores.merge(kernel.buffers().get(s.keys()).dtype(), 1, Integer::sum);
                    stores.merge(kernel.buffers().get(s.order()).dtype(), 1, Integer::sum);
                }
                case Stmt.Call _, Stmt.Parallel _ -> calls++;
                case Stmt.Let _, Stmt.For _, Stmt.IfAny _, Stmt.While _ -> {}
            }
        }

        /** Everything the value depends on, counted; a value may move between two places where this is the same. */
        List<Integer> seenBy(Expr value) {
            List<Integer> seen = new ArrayList<>();
            Set<DType> loaded = EnumSet.noneOf(DType.class);
            Rewrite.loads(value, e -> loaded.add(e.dtype()));
            if (!loaded.isEmpty()) {
                seen.add(calls);
                loaded.forEach(d -> seen.add(stores.getOrDefault(d, 0)));
            }
            Rewrite.variables(value, v -> {
                if (assigned.contains(v.name())) {
                    seen.add(assignments.getOrDefault(v.name(), 0));
                }
            });
            return seen;
        }
    }

    private static int depth(Expr expr) {
        return 1 + switch (expr) {
            case Expr.Apply e -> e.args().stream().mapToInt(FoldLets::depth).max().orElse(0);
            case Expr.Convert e -> depth(e.arg());
            case Expr.Bits e -> depth(e.arg());
            case Expr.Splat e -> depth(e.arg());
            case Expr.Rotate e -> depth(e.arg());
            case Expr.Checked e -> depth(e.arg());
            case Expr.Const _, Expr.Var _, Expr.Load _, Expr.Ramp _ -> 0;
        };
    }

    private static boolean isAffine(Expr e) {
        return e.dtype() == DType.I32 && e.lanes() == 1 && (e instanceof Expr.Ramp || e instanceof Expr.Var || e instanceof Expr.Const);
    }

    private static Index affine(Expr value) {
        return switch (value) {
            case Expr.Const e -> Index.of((int) e.bits());
            case Expr.Var e -> Index.of(e);
            case Expr.Ramp e -> e.base();
            case Expr.Load _, Expr.Apply _, Expr.Convert _, Expr.Bits _, Expr.Splat _, Expr.Rotate _, Expr.Checked _ ->
                throw new KernelException("not an index: " + KernelPrinter.print(value));
        };
    }

    /** A value that is read once, and could be written there. */
    private record Pending(Stmt.Let let, List<Integer> seen, int depth) {}

    /** The walk over one block, first statement first. */
    private final class Block implements Rewrite.Replacement {
        private final Map<String, Pending> pending = new HashMap<>();
        /** The lets that moved, by name. */
        private final Set<String> moved = new HashSet<>();

        List<Stmt> fold(List<Stmt> body) {
            List<Stmt> out = new ArrayList<>(body.size());
            for (Stmt stmt : body) {
                Stmt s = Rewrite.stmt(stmt, this, nested -> new Block().fold(nested));
                changes.add(s);
                if (s instanceof Stmt.Let let && isMovable(let)) {
                    pending.put(let.var().name(), new Pending(let, changes.seenBy(let.value()), depth(let.value())));
                }
                out.add(s);
            }
            out.removeIf(s -> s instanceof Stmt.Let let && moved.contains(let.var().name()));
            return out;
        }

        private boolean isMovable(Stmt.Let let) {
            String name = let.var().name();
            return !numbers.containsKey(name) && uses.getOrDefault(name, 0) == 1 && !assigned.contains(name) && !Rewrite.isChecked(let.value());
        }

        private boolean isUnchanged(Pending p) {
            return changes.seenBy(p.let().value()).equals(p.seen());
        }

        @Override
        public Expr value(Expr.Var var, int level) {
            if (numbers.containsKey(var.name())) {
                return numbers.get(var.name());
            }
            Pending p = pending.get(var.name());
            if (p == null || level + p.depth() > DEEPEST || !isUnchanged(p)) {
                return var;
            }
            moved.add(var.name());
            return p.let().value();
        }

        @Override
        public Index index(Index index) {
            return Rewrite.index(index, var -> {
                Expr.Ramp number = numbers.get(var.name());
                if (number != null) {
                    return number.base();
                }
                Pending p = pending.get(var.name());
                // A loop may look at its end again and again: no assigned variable may get into one.
                if (p == null || !isAffine(p.let().value()) || !p.seen().isEmpty()) {
                    return Index.of(var);
                }
                moved.add(var.name());
                return affine(p.let().value());
            });
        }
    }
}
