package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Writes the iterations of short innermost loops one after another, of those around them too where all that is short. What HotSpot does for a loop, to know that it stays inside
 * arrays, it does each time the loop begins, at the cost of some thirty iterations; written out, a place is that of the loop around it plus a constant.
 *
 * <pre>{@code
 * for i in 0..100           for i in 0..100
 *   for k in 0..2       →     b0[i*8] = b1[i*2]
 *     b0[i*8 + k*4] = …       b0[i*8 + 4] = b1[i*2 + 1]
 * }</pre>
 */
public final class WriteOut {
    /** Iterations of a loop at most, however short they are. */
    private static final int MOST = 16;

    private final Predicate<List<Stmt>> isShort;
    private int copies;

    private WriteOut(Predicate<List<Stmt>> isShort) {
        this.isShort = isShort;
    }

    /**
     * The kernel with such loops written out.
     *
     * @param isShort whether so many statements may stand for a loop
     */
    public static Kernel loops(Kernel kernel, Predicate<List<Stmt>> isShort) {
        WriteOut w = new WriteOut(isShort);
        return new Kernel(kernel.buffers(), kernel.methods().stream().map(m -> new Kernel.Method(m.name(), m.params(), w.block(m.body()))).toList());
    }

    private List<Stmt> block(List<Stmt> body) {
        List<Stmt> out = new ArrayList<>();
        for (Stmt stmt : body) {
            if (stmt instanceof Stmt.For s) {
                out.addAll(loop(new Stmt.For(s.var(), s.from(), s.to(), s.step(), block(s.body()))));
            } else {
                out.add(stmt);
            }
        }
        return out;
    }

    private List<Stmt> loop(Stmt.For loop) {
        boolean innermost = loop.body().stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Assign || s instanceof Stmt.Store);
        if (!innermost || !loop.from().isConstant() || !loop.to().isConstant()) {
            return List.of(loop);
        }
        // Loops over more than memory holds come here, too, before they are refused: the end may be next to the largest number.
        long count = Math.ceilDiv((long) loop.to().constant() - loop.from().constant(), loop.step());
        if (count > MOST) {
            return List.of(loop);
        }
        List<Stmt> all = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            all.addAll(iteration(loop, loop.from().constant() + k * loop.step()));
        }
        return isShort.test(all) ? all : List.of(loop);
    }

    /** The body at an index, with variables of its own. */
    private List<Stmt> iteration(Stmt.For loop, int at) {
        Map<Expr.Var, Expr.Var> own = new HashMap<>();
        Rewrite.Replacement by = new Rewrite.Replacement() {
            @Override
            public Expr value(Expr.Var var, int level) {
                return own.getOrDefault(var, var);
            }

            @Override
            public Index index(Index index) {
                return Rewrite.index(index, v -> v.equals(loop.var()) ? Index.of(at) : Index.of(own.getOrDefault(v, v)));
            }
        };
        List<Stmt> out = new ArrayList<>(loop.body().size());
        for (Stmt stmt : loop.body()) {
            Stmt copy = Rewrite.stmt(stmt, by, body -> body);
            out.add(switch (copy) {
                case Stmt.Let s -> {
                    Expr.Var fresh = new Expr.Var(s.var().name() + "_" + copies++, s.var().dtype(), s.var().lanes());
                    own.put(s.var(), fresh);
                    yield new Stmt.Let(fresh, s.value());
                }
                case Stmt.Assign s -> new Stmt.Assign(own.getOrDefault(s.var(), s.var()), s.value());
                case Stmt.Store _, Stmt.For _, Stmt.IfAny _, Stmt.While _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> copy;
            });
        }
        return out;
    }
}
