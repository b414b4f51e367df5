package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.LoopDistribution;
import bytegrad.codegen.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What rows wait for is done for all rows of a loop, one kind after another. Reductions that others wait for come first: the maxima of a softmax, or the means of a layer norm. And a
 * row's last reduction leaves a vector of partials, which is reduced when there is one of each row. All operations at a row's end wait for each other, and next to nothing could go
 * on meanwhile but the same row; so the ends of several rows go on side by side.
 */
final class RowsAhead {
    /** What the rows may take in memory: they are read twice, the second time from a cache. */
    private static final int MOST_BYTES = 1 << 18;

    /** What the partials of all rows may take in memory, a vector each. */
    private static final int MOST_BYTES_OF_PARTIALS = 1 << 16;

    private RowsAhead() {}

    /**
     * A reduction along a row.
     *
     * @param partials a vector, of which the result is made from statement {@code begin} on
     * @param begin how many statements of its scope are written by then
     * @param result a variable
     * @param end how many statements are written when it is bound
     * @param depth how many reductions there are one behind another, up to this
     * @param elements that it reduces
     */
    record Reduced(Expr.Var partials, int begin, Expr.Var result, int end, int depth, int elements) {}

    /**
     * Divides a loop over rows, the scope's last statement, where that is of use and possible.
     *
     * @param rows how many there are, all chunks together
     * @param each how many a chunk has
     * @param own each chunk has all rows, with space for them; else it has rows of its own
     */
    static void divide(Scope s, Scope body, int rows, int each, boolean own, Buffers buffers) {
        if (each == 1 || body.reductions.isEmpty() || !(s.out.getLast() instanceof Stmt.For loop) || !loop.body().equals(body.out)) {
            return;
        }
        Function<Expr.Var, Expr.Load> place = v -> {
            Optional<Cut> cut = own ? s.method().cut() : Optional.empty();
            Scratch waiting = Scratch.of(buffers, v.dtype(), rows * v.lanes(), cut);
            return new Expr.Load(waiting.buffer(), waiting.at(Index.of(loop.var()).times(v.lanes()), cut), v.dtype(), v.lanes());
        };
        List<Stmt> loops = new ArrayList<>(ends(loop, body, each, buffers).map(d -> d.loops(place)).orElse(List.of(loop)));
        if (loops.getFirst() instanceof Stmt.For front) {
            first(front, body, each, buffers).ifPresent(d -> {
                loops.removeFirst();
                loops.addAll(0, d.loops(place));
            });
        }
        s.out.removeLast();
        s.out.addAll(loops);
    }

    /** The reductions that others wait for, and the rest. */
    private static Optional<LoopDistribution> first(Stmt.For loop, Scope body, int each, Buffers buffers) {
        int first = (int) body.reductions.stream().takeWhile(r -> r.depth() == 1).count();
        if (first == 0 || first == body.reductions.size()) {
            return Optional.empty();
        }
        List<Reduced> ahead = body.reductions.subList(0, first);
        long bytes = ahead.stream().mapToLong(r -> (long) each * r.elements() * r.result().dtype().bytes()).sum();
        if (bytes > MOST_BYTES) {
            return Optional.empty();
        }
        Set<Expr.Var> results = ahead.stream().map(Reduced::result).collect(Collectors.toUnmodifiableSet());
        return LoopDistribution.of(loop, ahead.getLast().end(), results, buffers::isScratch);
    }

    /** The row's partials, and its end, if that is all there is behind them. */
    private static Optional<LoopDistribution> ends(Stmt.For loop, Scope body, int each, Buffers buffers) {
        Reduced last = body.reductions.getLast();
        List<Stmt> end = loop.body().subList(last.begin(), loop.body().size());
        long bytes = (long) each * last.partials().lanes() * last.partials().dtype().bytes();
        if (bytes > MOST_BYTES_OF_PARTIALS || end.stream().anyMatch(stmt -> stmt instanceof Stmt.For)) {
            return Optional.empty();
        }
        Expr.Var waiting = body.method().fresh(last.partials().dtype(), last.partials().lanes());
        Expr.Var turned = body.method().fresh(last.partials().dtype(), last.partials().lanes());
        List<Stmt> all = new ArrayList<>(loop.body().subList(0, last.begin()));
        all.add(new Stmt.Let(waiting, last.partials()));
        all.add(new Stmt.Let(turned, waiting));
        all.addAll(LoopDistribution.renamed(end, last.partials(), turned));
        return LoopDistribution.of(new Stmt.For(loop.var(), loop.from(), loop.to(), loop.step(), all), last.begin() + 1, Set.of(waiting), buffers::isStoredAhead);
    }
}
