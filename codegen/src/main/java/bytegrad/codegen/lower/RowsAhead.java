package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.LoopDistribution;
import bytegrad.codegen.kernel.Stmt;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reductions of rows that others wait for, of all rows first: the maxima of a softmax, or the means of a layer norm. All operations at a row's end wait for each other, and next to
 * nothing could go on meanwhile but the same row; so the ends of several rows go on side by side.
 */
final class RowsAhead {
    /** What the rows may take in memory: they are read twice, the second time from a cache. */
    private static final int MOST_BYTES = 1 << 18;

    private RowsAhead() {}

    /**
     * A reduction along a row.
     *
     * @param result a variable
     * @param end how many statements of its scope are written by then
     * @param depth how many reductions there are one behind another, up to this
     * @param elements that it reduces
     */
    record Reduced(Expr.Var result, int end, int depth, int elements) {}

    /**
     * Divides a loop over rows, the scope's last statement, where that is of use and possible.
     *
     * @param rows how many there are, all chunks together
     * @param each how many a chunk has
     * @param own each chunk has all rows, with space for them; else it has rows of its own
     */
    static void divide(Scope s, Scope body, int rows, int each, boolean own, Buffers buffers) {
        int first = (int) body.reductions.stream().takeWhile(r -> r.depth() == 1).count();
        if (each == 1 || first == 0 || first == body.reductions.size() || !(s.out.getLast() instanceof Stmt.For loop)) {
            return;
        }
        List<Reduced> ahead = body.reductions.subList(0, first);
        long bytes = ahead.stream().mapToLong(r -> (long) each * r.elements() * r.result().dtype().bytes()).sum();
        if (bytes > MOST_BYTES) {
            return;
        }
        Set<Expr.Var> results = ahead.stream().map(Reduced::result).collect(Collectors.toUnmodifiableSet());
        Optional<LoopDistribution> divided = LoopDistribution.of(loop, ahead.getLast().end(), results, buffers::isScratch);
        divided.ifPresent(d -> {
            s.out.removeLast();
            s.out.addAll(d.loops(v -> {
                Optional<Cut> cut = own ? s.method().cut() : Optional.empty();
                Scratch waiting = Scratch.of(buffers, v.dtype(), rows, cut);
                return new Expr.Load(waiting.buffer(), waiting.at(Index.of(loop.var()), cut), v.dtype(), 1);
            }));
        });
    }
}
