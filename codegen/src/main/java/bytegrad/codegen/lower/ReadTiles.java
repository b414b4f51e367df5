package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.function.BiConsumer;

/**
 * Of a tile whose sums are read in a {@link ReadRegion} only, how many of its vectors are so, from the first on: at a causal attention's diagonal some, above it none.
 *
 * @param least the bound's least value in the tile's first vector of columns
 * @param step how much more that is in the next vector, at least 1
 */
record ReadTiles(Index least, int step, int vectors) {
    /**
     * Writes what is to be done for each number of vectors that there may be, if there are several.
     *
     * @param definitions know how far the variables of indices run
     * @param body is given the number of vectors
     */
    void each(Scope s, Definitions definitions, BiConsumer<Scope, Integer> body) {
        long from = least.constant();
        long to = least.constant();
        for (Index.Term t : least.terms()) {
            long end = (long) t.coefficient() * (definitions.extent(t.var()) - 1L);
            from += Math.min(0, end);
            to += Math.max(0, end);
        }
        for (int n = 0; n <= vectors; n++) {
            // The last vector that is read begins where the bound is at most 0; the one behind it does not.
            boolean mayBeRead = n == 0 || from + (n - 1L) * step <= 0;
            boolean mayEnd = n == vectors || to + (long) n * step > 0;
            if (!mayBeRead || !mayEnd) {
                continue;
            }
            boolean isRead = n == 0 || to + (n - 1L) * step <= 0;
            boolean ends = n == vectors || from + (long) n * step > 0;
            if (isRead && ends) {
                body.accept(s, n);
                return;
            }
            Scope inner = s.branch();
            body.accept(inner, n);
            Expr read = compared(ScalarFn.LE, least.plus((n - 1) * step));
            Expr end = compared(ScalarFn.GT, least.plus(n * step));
            s.out.add(new Stmt.IfAny(isRead ? end : ends ? read : Expr.Apply.of(ScalarFn.AND, read, end), inner.out));
        }
    }

    private static Expr compared(ScalarFn fn, Index i) {
        return Expr.Apply.of(fn, new Expr.Ramp(i, 0, DType.I32, 1), Expr.Const.of(DType.I32, 0));
    }
}
