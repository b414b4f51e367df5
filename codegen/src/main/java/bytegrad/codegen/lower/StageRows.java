package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A loop along rows of several buffers as one along rows of scratch: HotSpot makes vector code of it only if the rows are constant
 * distances apart, and copies of whole rows cost less than that saves.
 *
 * <pre>{@code
 *                                                   copy 256 to work[16] from b0[i*256]
 * for j in 0..256                                   copy 256 to work[288] from b1[0]
 *   b2[i*300 + j] = add(b0[i*256 + j], b1[j])   →   for j in 15..272
 *                                                     work[j + 544] = add(work[j], work[j + 272])
 *                                                   copy 256 to b2[i*300] from work[560]
 * }</pre>
 */
final class StageRows {
    /** Shorter loops are not worth copies. */
    private static final int SHORTEST = 64;

    /** With more rows HotSpot gives up. */
    private static final int MOST = 7;

    private record Row(int buffer, Index index) {}

    private final Stmt.For loop;
    private final WorkRows work;
    private final Map<Row, Integer> loaded = new LinkedHashMap<>();
    private final List<Row> stored = new ArrayList<>();

    private StageRows(Stmt.For loop, WorkRows work) {
        this.loop = loop;
        this.work = work;
    }

    /** The statements that replace a loop over so many elements; none where it is no better so. */
    static Optional<List<Stmt>> of(Stmt.For loop, int count, WorkRows work, MethodWriter m) {
        StageRows rows = new StageRows(loop, work);
        if (count < SHORTEST || count > work.width() || !rows.collect() || rows.loaded.size() + rows.stored.size() > Math.min(MOST, work.count())) {
            return Optional.empty();
        }
        return Optional.of(rows.staged(count, m));
    }

    /** Whether every statement is such as HotSpot makes vector code of. */
    private boolean collect() {
        for (Stmt stmt : loop.body()) {
            boolean plain = switch (stmt) {
                case Stmt.Let s -> isPlain(s.value());
                case Stmt.Store s -> isPlain(s.value()) && s.value().dtype() == work.dtype() && isAlong(s.index()) && stored.add(new Row(s.buffer(), s.index()));
                case Stmt.Assign _, Stmt.For _, Stmt.Copy _, Stmt.IfAny _, Stmt.Sort _, Stmt.While _, Stmt.Call _, Stmt.Parallel _ -> false;
            };
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private boolean isAlong(Index index) {
        return index.coefficient(loop.var()) == 1;
    }

    private boolean isPlain(Expr value) {
        return switch (value) {
            case Expr.Const e -> e.dtype() == work.dtype();
            case Expr.Var e -> e.dtype() == work.dtype();
            case Expr.Load e -> {
                Row row = new Row(e.buffer(), e.index());
                // A load after a store to the same place would get the old value.
                boolean plain = e.dtype() == work.dtype() && isAlong(e.index()) && !stored.contains(row);
                loaded.putIfAbsent(row, loaded.size());
                yield plain;
            }
            case Expr.Apply e -> isPlain(e.fn()) && e.args().stream().allMatch(this::isPlain);
            case Expr.Convert _, Expr.Bits _, Expr.Splat _, Expr.Rotate _, Expr.Ramp _, Expr.Checked _ -> false;
        };
    }

    private boolean isPlain(ScalarFn fn) {
        return switch (fn) {
            case NEG, ABS, ADD, SUB, MUL, MAX, MIN -> true;
            case SQRT, DIV, FMA -> work.dtype().isFloat();
            case SIGN, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV,
                    LGAMMA, DIGAMMA, FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, REM, MOD, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL,
                    SHR, USHR, STOP_GRADIENT, SELECT -> false;
        };
    }

    private List<Stmt> staged(int count, MethodWriter m) {
        List<Stmt> out = new ArrayList<>();
        loaded.forEach((row, number) -> out.add(new Stmt.Copy(work.buffer(), work.row(number, m), row.buffer(), first(row.index()), count)));
        Index j = Index.of(loop.var());
        List<Stmt> body = new ArrayList<>();
        int number = loaded.size();
        for (Stmt stmt : loop.body()) {
            if (stmt instanceof Stmt.Store s) {
                body.add(new Stmt.Store(work.buffer(), j.plus(number++ * work.pitch()), inWork(s.value())));
            } else if (stmt instanceof Stmt.Let s) {
                body.add(new Stmt.Let(s.var(), inWork(s.value())));
            }
        }
        out.add(new Stmt.For(loop.var(), work.row(0, m).plus(-1), work.row(0, m).plus(count), 1, body));
        int to = loaded.size();
        for (Row row : stored) {
            out.add(new Stmt.Copy(row.buffer(), first(row.index()), work.buffer(), work.row(to++, m), count));
        }
        return out;
    }

    /** The index in the loop's first iteration. */
    private Index first(Index index) {
        return index.plus(Index.of(loop.var()).times(-1)).plus(loop.from());
    }

    private Expr inWork(Expr value) {
        return switch (value) {
            case Expr.Load e -> {
                int number = loaded.getOrDefault(new Row(e.buffer(), e.index()), 0);
                yield new Expr.Load(work.buffer(), Index.of(loop.var()).plus(number * work.pitch()), e.dtype(), 1);
            }
            case Expr.Apply e -> new Expr.Apply(e.fn(), e.args().stream().map(this::inWork).toList());
            case Expr.Const _, Expr.Var _, Expr.Convert _, Expr.Bits _, Expr.Splat _, Expr.Rotate _, Expr.Ramp _, Expr.Checked _ -> value;
        };
    }
}
