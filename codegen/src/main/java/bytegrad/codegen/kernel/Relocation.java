package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A kernel's method as part of a larger kernel: its buffers are parts of that one's buffers.
 *
 * <pre>{@code
 * method run()              method step_run(t)
 *   b1[i] = neg(b0[i])  →     b4[i + 96] = neg(b2[i + t*10])
 * }</pre>
 */
public final class Relocation {
    /** Where a buffer begins: in a buffer of the larger kernel, at an index of the parameters that are added. */
    public record Target(int buffer, Index base) {}

    private final List<Target> targets;
    private final Function<String, List<Expr.Var>> added;
    private final UnaryOperator<String> names;

    private Relocation(List<Target> targets, Function<String, List<Expr.Var>> added, UnaryOperator<String> names) {
        this.targets = targets;
        this.added = added;
        this.names = names;
    }

    /**
     * The method under its new name.
     *
     * @param targets one for each buffer of its kernel
     * @param added parameters that follow those it has; its calls pass them on
     * @param names the new name of each method of its kernel
     */
    public static Kernel.Method of(Kernel.Method method, List<Target> targets, List<Expr.Var> added, UnaryOperator<String> names) {
        return of(method, targets, _ -> added, names);
    }

    /**
     * The same where methods differ in what is added.
     *
     * @param added by the old name of a method, parameters that follow those it has; whoever calls it has them too
     */
    public static Kernel.Method of(Kernel.Method method, List<Target> targets, Function<String, List<Expr.Var>> added, UnaryOperator<String> names) {
        Relocation r = new Relocation(List.copyOf(targets), added, names);
        List<Expr.Var> params = new ArrayList<>(method.params());
        params.addAll(added.apply(method.name()));
        return new Kernel.Method(names.apply(method.name()), params, r.block(method.body()));
    }

    private List<Stmt> block(List<Stmt> body) {
        return body.stream().map(this::stmt).toList();
    }

    private Index at(int buffer, Index index) {
        return targets.get(buffer).base().plus(index);
    }

    private Stmt stmt(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let s -> new Stmt.Let(s.var(), expr(s.value()));
            case Stmt.Assign s -> new Stmt.Assign(s.var(), expr(s.value()));
            case Stmt.For s -> new Stmt.For(s.var(), s.from(), s.to(), s.step(), block(s.body()));
            case Stmt.Store s -> new Stmt.Store(targets.get(s.buffer()).buffer(), at(s.buffer(), s.index()), expr(s.value()), s.count());
            case Stmt.Copy s -> new Stmt.Copy(targets.get(s.to()).buffer(), at(s.to(), s.toAt()), targets.get(s.from()).buffer(), at(s.from(), s.fromAt()), s.count());
            case Stmt.IfAny s -> new Stmt.IfAny(expr(s.condition()), block(s.body()));
            case Stmt.While s ->
                new Stmt.While(targets.get(s.buffer()).buffer(), at(s.buffer(), s.index()), s.limit(), s.what(), block(s.body()));
            case Stmt.Sort s -> new Stmt.Sort(targets.get(s.keys()).buffer(), at(s.keys(), s.keysAt()), targets.get(s.order()).buffer(),
                    at(s.order(), s.orderAt()), s.size(), s.count());
            case Stmt.Call s -> {
                List<Index> args = new ArrayList<>(s.args());
                added.apply(s.method()).forEach(v -> args.add(Index.of(v)));
                yield new Stmt.Call(names.apply(s.method()), args);
            }
            case Stmt.Parallel s -> throw new IllegalArgumentException("a part of a kernel has no parallel loops: " + s);
        };
    }

    private Expr expr(Expr expr) {
        return switch (expr) {
            case Expr.Load e -> new Expr.Load(targets.get(e.buffer()).buffer(), at(e.buffer(), e.index()), e.dtype(), e.lanes(), e.count());
            case Expr.Apply e -> new Expr.Apply(e.fn(), e.args().stream().map(this::expr).toList());
            case Expr.Convert e -> new Expr.Convert(e.dtype(), expr(e.arg()));
            case Expr.Bits e -> new Expr.Bits(e.dtype(), expr(e.arg()));
            case Expr.Splat e -> new Expr.Splat(expr(e.arg()), e.lanes());
            case Expr.Rotate e -> new Expr.Rotate(expr(e.arg()), e.by());
            case Expr.Checked e -> new Expr.Checked(expr(e.arg()), e.extent(), e.what());
            case Expr.Const _, Expr.Var _, Expr.Ramp _ -> expr;
        };
    }
}
