package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Renames the variables of every method in the order in which they are bound: parameters p0, p1, …; loops i, j, k, i1, j1, …;
 * values v0, v1, …. Kernels that differ in names alone become equal.
 *
 * <pre>{@code
 * for row in 0..4            for i in 0..4
 *   let t7 = b0[row]    →      let v0 = b0[i]
 *   b1[row] = neg(t7)          b1[i] = neg(v0)
 * }</pre>
 */
final class NameVariables implements Rewrite.Replacement {
    private static final String LOOPS = "ijk";

    private final Map<String, String> names = new HashMap<>();
    private int loops;
    private int values;

    private NameVariables() {}

    /** The kernel with canonical names, and what each variable was called. */
    static Tidied in(Kernel kernel) {
        Map<String, String> originals = new HashMap<>();
        List<Kernel.Method> methods = new ArrayList<>();
        for (Kernel.Method m : kernel.methods()) {
            NameVariables naming = new NameVariables();
            methods.add(naming.method(m));
            naming.names.forEach((was, is) -> originals.put(Tidied.key(m.name(), is), was));
        }
        return new Tidied(new Kernel(kernel.buffers(), methods), originals);
    }

    private Kernel.Method method(Kernel.Method m) {
        List<Expr.Var> params = new ArrayList<>();
        for (Expr.Var p : m.params()) {
            params.add(bind(p, "p" + params.size()));
        }
        return new Kernel.Method(m.name(), params, block(m.body()));
    }

    private Expr.Var bind(Expr.Var v, String name) {
        names.put(v.name(), name);
        return new Expr.Var(name, v.dtype(), v.lanes());
    }

    private Expr.Var renamed(Expr.Var v) {
        String name = names.get(v.name());
        if (name == null) {
            throw new KernelException("variable " + v.name() + " is not bound");
        }
        return new Expr.Var(name, v.dtype(), v.lanes());
    }

    private List<Stmt> block(List<Stmt> body) {
        List<Stmt> out = new ArrayList<>(body.size());
        for (Stmt stmt : body) {
            out.add(switch (stmt) {
                case Stmt.Let s -> {
                    Expr value = Rewrite.expr(s.value(), this);
                    yield new Stmt.Let(bind(s.var(), "v" + values++), value);
                }
                case Stmt.Assign s -> new Stmt.Assign(renamed(s.var()), Rewrite.expr(s.value(), this));
                case Stmt.For s -> {
                    Index from = index(s.from());
                    Index to = index(s.to());
                    Expr.Var v = bind(s.var(), loopName(loops++));
                    yield new Stmt.For(v, from, to, s.step(), block(s.body()));
                }
                case Stmt.Store _, Stmt.Copy _, Stmt.IfAny _, Stmt.While _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> Rewrite.stmt(stmt, this, this::block);
            });
        }
        return out;
    }

    private static String loopName(int n) {
        String letter = LOOPS.substring(n % LOOPS.length(), n % LOOPS.length() + 1);
        return n < LOOPS.length() ? letter : letter + n / LOOPS.length();
    }

    @Override
    public Expr value(Expr.Var var, int level) {
        return renamed(var);
    }

    /** Terms are sorted by name, so that an index is built anew. */
    @Override
    public Index index(Index index) {
        return Rewrite.index(index, v -> Index.of(renamed(v)));
    }
}
