package bytegrad.codegen.kernel;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The buffers that statements load or store, in the order in which they come up. */
public final class Touched {
    /** Of which the methods are that statements call; none where calls are not followed. */
    private final Optional<Kernel> kernel;
    private final Set<Integer> buffers = new LinkedHashSet<>();
    private boolean calls;

    private Touched(Optional<Kernel> kernel) {
        this.kernel = kernel;
    }

    /** Those of statements of a kernel, and of all methods that they call. */
    public static Set<Integer> by(List<Stmt> body, Kernel kernel) {
        Touched t = new Touched(Optional.of(kernel));
        t.block(body);
        return t.buffers;
    }

    /** Those of statements that call no method; nothing where one does. */
    public static Optional<Set<Integer>> withoutCalls(List<Stmt> body) {
        Touched t = new Touched(Optional.empty());
        t.block(body);
        return t.calls ? Optional.empty() : Optional.of(t.buffers);
    }

    private void block(List<Stmt> body) {
        body.forEach(this::stmt);
    }

    private void stmt(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let s -> expr(s.value());
            case Stmt.Assign s -> expr(s.value());
            case Stmt.For s -> block(s.body());
            case Stmt.Store s -> {
                buffers.add(s.buffer());
                expr(s.value());
            }
            case Stmt.Copy s -> {
                buffers.add(s.to());
                buffers.add(s.from());
            }
            case Stmt.IfAny s -> {
                expr(s.condition());
                block(s.body());
            }
            case Stmt.Sort s -> {
                buffers.add(s.keys());
                buffers.add(s.order());
            }
            case Stmt.While s -> {
                buffers.add(s.buffer());
                block(s.body());
            }
            case Stmt.Call s -> call(s.method());
            case Stmt.Parallel s -> call(s.method());
        }
    }

    private void call(String method) {
        calls = true;
        kernel.ifPresent(k -> k.methods().stream().filter(m -> m.name().equals(method)).forEach(m -> block(m.body())));
    }

    private void expr(Expr expr) {
        switch (expr) {
            case Expr.Load e -> buffers.add(e.buffer());
            case Expr.Apply e -> e.args().forEach(this::expr);
            case Expr.Convert e -> expr(e.arg());
            case Expr.Bits e -> expr(e.arg());
            case Expr.Splat e -> expr(e.arg());
            case Expr.Rotate e -> expr(e.arg());
            case Expr.Checked e -> expr(e.arg());
            case Expr.Const _, Expr.Var _, Expr.Ramp _ -> {}
        }
    }
}
