package bytegrad.codegen.nest;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The loops over steps that keep carries at one level of a {@link Checkpointing}.
 *
 * @param toTheEnd whether the steps after the last carry that is kept run too
 * @param store what keeps the carries as those of a segment
 * @param step what runs a step
 */
record StepLoops(
        Checkpointing checkpointing, int level, boolean toTheEnd, Function<Index, List<Stmt>> store, Function<Index, List<Stmt>> step) {
    /** The slices that step {@code i} of a scan reads. */
    static Index slice(Op.Scan s, Index i) {
        return s.reverse() ? i.times(-1).plus(s.length() - 1) : i;
    }

    /** So many steps. */
    List<Stmt> from(Index first, int n) {
        List<Checkpointing.Segments> runs = checkpointing.segments(level, n);
        List<Stmt> out = new ArrayList<>();
        for (int k = 0; k < runs.size(); k++) {
            Checkpointing.Segments run = runs.get(k);
            boolean all = toTheEnd || k < runs.size() - 1;
            Expr.Var v = Expr.Var.index("s" + level);
            List<Stmt> segment = new ArrayList<>(store.apply(Index.of(v).plus(run.first())));
            segment.addAll(steps(first.plus(Index.of(v).times(run.length())).plus(run.step()), run.length()));
            int whole = all ? run.count() : run.count() - 1;
            if (all || whole > 0) {
                out.add(new Stmt.For(v, Index.ZERO, Index.of(whole), 1, segment));
            }
            if (!all) {
                out.addAll(store.apply(Index.of(run.first() + whole)));
            }
        }
        return out;
    }

    private List<Stmt> steps(Index first, int length) {
        if (length == 1) {
            return step.apply(first);
        }
        Expr.Var i = Expr.Var.index("i" + level);
        return List.of(new Stmt.For(i, Index.ZERO, Index.of(length), 1, step.apply(first.plus(Index.of(i)))));
    }
}
