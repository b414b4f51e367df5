package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Walks over expressions and indices: every variable and load in them, and copies with variables replaced. */
final class Rewrite {
    private Rewrite() {}

    /** Gives every occurrence of a variable, those in indices too, to the action. */
    static void variables(Expr expr, Consumer<Expr.Var> action) {
        switch (expr) {
            case Expr.Const _ -> {}
            case Expr.Var e -> action.accept(e);
            case Expr.Load e -> variables(e.index(), action);
            case Expr.Apply e -> {
                // A loop, not forEach: HotSpot inlines that into itself, and takes a fifth of a second to compile it.
                for (Expr a : e.args()) {
                    variables(a, action);
                }
            }
            case Expr.Convert e -> variables(e.arg(), action);
            case Expr.Bits e -> variables(e.arg(), action);
            case Expr.Splat e -> variables(e.arg(), action);
            case Expr.Rotate e -> variables(e.arg(), action);
            case Expr.Ramp e -> variables(e.base(), action);
            case Expr.Checked e -> variables(e.arg(), action);
        }
    }

    /** Gives every load to the action. */
    static void loads(Expr expr, Consumer<Expr.Load> action) {
        switch (expr) {
            case Expr.Load e -> action.accept(e);
            case Expr.Apply e -> {
                for (Expr a : e.args()) {
                    loads(a, action);
                }
            }
            case Expr.Convert e -> loads(e.arg(), action);
            case Expr.Bits e -> loads(e.arg(), action);
            case Expr.Splat e -> loads(e.arg(), action);
            case Expr.Rotate e -> loads(e.arg(), action);
            case Expr.Checked e -> loads(e.arg(), action);
            case Expr.Const _, Expr.Var _, Expr.Ramp _ -> {}
        }
    }

    /** Whether the expression may fail, which has to come in the order of the statements. */
    static boolean isChecked(Expr expr) {
        return switch (expr) {
            case Expr.Checked _ -> true;
            case Expr.Apply e -> e.args().stream().anyMatch(Rewrite::isChecked);
            case Expr.Convert e -> isChecked(e.arg());
            case Expr.Bits e -> isChecked(e.arg());
            case Expr.Splat e -> isChecked(e.arg());
            case Expr.Rotate e -> isChecked(e.arg());
            case Expr.Const _, Expr.Var _, Expr.Load _, Expr.Ramp _ -> false;
        };
    }

    static void variables(Index index, Consumer<Expr.Var> action) {
        for (Index.Term t : index.terms()) {
            action.accept(t.var());
        }
    }

    /** Gives every variable the statement itself reads, not those of its body, to the action. */
    static void reads(Stmt stmt, Consumer<Expr.Var> action) {
        switch (stmt) {
            case Stmt.Let s -> variables(s.value(), action);
            case Stmt.Assign s -> variables(s.value(), action);
            case Stmt.For s -> {
                variables(s.from(), action);
                variables(s.to(), action);
            }
            case Stmt.Store s -> {
                variables(s.value(), action);
                variables(s.index(), action);
            }
            case Stmt.Copy s -> {
                variables(s.toAt(), action);
                variables(s.fromAt(), action);
            }
            case Stmt.IfAny s -> variables(s.condition(), action);
            case Stmt.Sort s -> {
                variables(s.keysAt(), action);
                variables(s.orderAt(), action);
            }
            case Stmt.While s -> variables(s.index(), action);
            case Stmt.Call s -> s.args().forEach(a -> variables(a, action));
            case Stmt.Parallel _ -> {}
        }
    }

    /** The statements nested directly in this one. */
    static List<Stmt> body(Stmt stmt) {
        return switch (stmt) {
            case Stmt.For s -> s.body();
            case Stmt.IfAny s -> s.body();
            case Stmt.While s -> s.body();
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> List.of();
        };
    }

    /** How variables are replaced. */
    interface Replacement {
        /** The value of an occurrence under {@code level} enclosing expressions. */
        Expr value(Expr.Var var, int level);

        Index index(Index index);
    }

    static Expr expr(Expr expr, Replacement by) {
        return expr(expr, by, 0);
    }

    private static Expr expr(Expr expr, Replacement by, int level) {
        return switch (expr) {
            case Expr.Const e -> e;
            case Expr.Var e -> by.value(e, level);
            case Expr.Load e -> new Expr.Load(e.buffer(), by.index(e.index()), e.dtype(), e.lanes(), e.count());
            case Expr.Apply e -> {
                List<Expr> args = new ArrayList<>(e.args().size());
                for (Expr a : e.args()) {
                    args.add(expr(a, by, level + 1));
                }
                yield new Expr.Apply(e.fn(), args);
            }
            case Expr.Convert e -> new Expr.Convert(e.dtype(), expr(e.arg(), by, level + 1));
            case Expr.Bits e -> new Expr.Bits(e.dtype(), expr(e.arg(), by, level + 1));
            case Expr.Splat e -> new Expr.Splat(expr(e.arg(), by, level + 1), e.lanes());
            case Expr.Rotate e -> new Expr.Rotate(expr(e.arg(), by, level + 1), e.by());
            case Expr.Ramp e -> new Expr.Ramp(by.index(e.base()), e.stride(), e.dtype(), e.lanes());
            case Expr.Checked e -> new Expr.Checked(expr(e.arg(), by, level + 1), e.extent(), e.what());
        };
    }

    /**
     * The statement with what it reads replaced; the variable it binds or assigns stays.
     *
     * @param body replaces nested statements; called after the statement's own operands were replaced
     */
    static Stmt stmt(Stmt stmt, Replacement by, UnaryOperator<List<Stmt>> body) {
        return switch (stmt) {
            case Stmt.Let s -> new Stmt.Let(s.var(), expr(s.value(), by));
            case Stmt.Assign s -> new Stmt.Assign(s.var(), expr(s.value(), by));
            case Stmt.For s -> {
                Index from = by.index(s.from());
                Index to = by.index(s.to());
                yield new Stmt.For(s.var(), from, to, s.step(), body.apply(s.body()));
            }
            case Stmt.Store s -> {
                Index index = by.index(s.index());
                yield new Stmt.Store(s.buffer(), index, expr(s.value(), by), s.count());
            }
            case Stmt.Copy s -> new Stmt.Copy(s.to(), by.index(s.toAt()), s.from(), by.index(s.fromAt()), s.count());
            case Stmt.IfAny s -> {
                Expr condition = expr(s.condition(), by);
                yield new Stmt.IfAny(condition, body.apply(s.body()));
            }
            case Stmt.Sort s -> new Stmt.Sort(s.keys(), by.index(s.keysAt()), s.order(), by.index(s.orderAt()), s.size(), s.count());
            case Stmt.While s -> {
                Index index = by.index(s.index());
                yield new Stmt.While(s.buffer(), index, s.limit(), s.what(), body.apply(s.body()));
            }
            case Stmt.Call s -> new Stmt.Call(s.method(), s.args().stream().map(by::index).toList());
            case Stmt.Parallel s -> s;
        };
    }

    /** The index with each variable replaced by an index. */
    static Index index(Index index, java.util.function.Function<Expr.Var, Index> by) {
        Index sum = Index.of(index.constant());
        for (Index.Term t : index.terms()) {
            sum = sum.plus(by.apply(t.var()).times(t.coefficient()));
        }
        return sum;
    }
}
