package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * One loop of a nest in chunks that may run at the same time: chunk c has what lies from c·{@code size} to (c + 1)·{@code size} − 1.
 *
 * @param chunk the number of the chunk at hand, a variable; of cells of several cuts, made of theirs
 * @param count how many there are
 * @param size elements in each but the last, which may have fewer
 */
record Cut(Index chunk, int count, int size) {
    /**
     * Cuts so many units (vectors, tiles, iterations) into chunks of whole ones.
     *
     * @param wanted at most so many chunks
     * @param unit elements of a unit
     */
    static Cut of(Expr.Var chunk, int units, int wanted, int unit) {
        int each = (units + wanted - 1) / wanted;
        return new Cut(Index.of(chunk), (units + each - 1) / each, each * unit);
    }

    /** The chunk's part of a loop over 0 to {@code whole} − 1. */
    void loop(Scope s, int whole, int step, int lanes, MethodWriter.Body body) {
        s.beginsChunks();
        s.method().loop(s, from(), to(s, whole), step, lanes, ofChunk(body));
    }

    /** As the other, for a body that handles so many vectors. */
    void panels(Scope s, int whole, int lanes, int vectors, MethodWriter.Body body) {
        s.beginsChunks();
        s.method().panels(s, from(), to(s, whole), lanes, vectors, ofChunk(body));
    }

    private static MethodWriter.Body ofChunk(MethodWriter.Body body) {
        return (inner, i) -> {
            inner.isOfChunk();
            body.write(inner, i);
        };
    }

    private Index from() {
        return chunk.times(size);
    }

    private Index to(Scope s, int whole) {
        Index to = from().plus(size);
        return (long) count * size == whole ? to : Index.of(s.variable(Expr.Apply.of(ScalarFn.MIN, value(to), value(Index.of(whole)))));
    }

    /**
     * What follows {@code whole}, in the last chunk alone; the body is given its scope and the index {@code whole}, written as one
     * that advances with the chunk.
     */
    void rest(Scope s, int whole, BiConsumer<Scope, Index> body) {
        s.beginsChunks();
        int last = count - 1;
        Scope inner = s.branch();
        body.accept(inner, chunk.times(size).plus(whole - last * size));
        s.out.add(new Stmt.IfAny(Expr.Apply.of(ScalarFn.EQ, value(chunk), value(Index.of(last))), inner.out));
    }

    private static Expr value(Index i) {
        return i.isConstant() ? Expr.Const.of(DType.I32, i.constant()) : new Expr.Ramp(i, 0, DType.I32, 1);
    }

    /** The place in scratch of the chunk's own part, of so many elements. */
    Index part(int stride) {
        return chunk.times(stride);
    }

    /** The variable that is the chunk's number. */
    Expr.Var variable() {
        return chunk.terms().getFirst().var();
    }

    /** The cells of this cut of one loop by that of another, row by row. */
    private Cut by(Cut inside) {
        return new Cut(chunk.times(inside.count).plus(inside.chunk), Math.multiplyExact(count, inside.count), 1);
    }

    /** The cells of cuts of several loops, the outermost first. */
    static Cut all(List<Cut> cuts) {
        return cuts.stream().reduce(Cut::by).orElseThrow();
    }

    /** The method of a chunk, which takes its number. */
    MethodWriter method(String name, Lanes lanes, MethodWriter.Names names) {
        return method(name, List.of(this), lanes, names);
    }

    /** The method of a chunk of several loops, which takes its number in each, the outermost first. */
    static MethodWriter method(String name, List<Cut> cuts, Lanes lanes, MethodWriter.Names names) {
        return new MethodWriter(name, cuts.stream().map(Cut::variable).toList(), lanes, names, Optional.of(all(cuts)));
    }

    /** Runs the method of all chunks. */
    static Stmt parallel(String name, List<Cut> cuts) {
        return new Stmt.Parallel(name, cuts.stream().map(Cut::count).toList());
    }
}
