package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.Optional;

/**
 * Scratch for the rows of one loop, constant distances apart. HotSpot runs the first iteration of a loop alone, then as many as bring it to
 * a whole line: therefore an element that means nothing is in front of each row, and the row begins a line.
 *
 * @param width elements of a row
 */
record WorkRows(Scratch scratch, int count, int width, DType dtype) {
    private static final int LINE_BYTES = 64;

    static WorkRows of(Buffers buffers, DType dtype, int count, int width, Optional<Cut> cut) {
        return new WorkRows(Scratch.of(buffers, dtype, count * pitch(width, dtype), cut), count, width, dtype);
    }

    static int line(DType dtype) {
        return LINE_BYTES / dtype.bytes();
    }

    private static int pitch(int width, DType dtype) {
        return (Math.ceilDiv(width, line(dtype)) + 1) * line(dtype);
    }

    int buffer() {
        return scratch.buffer();
    }

    /** From one row to the next. */
    int pitch() {
        return pitch(width, dtype);
    }

    /** Where a row begins. */
    Index row(int number, MethodWriter m) {
        return scratch.at(Index.of(number * pitch() + line(dtype)), m.cut());
    }

    /** A loop over all of a row, from the element in front of it on; the index is that in the first row. */
    void loop(Scope s, int columns, MethodWriter.Body body) {
        MethodWriter m = s.method();
        m.loop(s, row(0, m).plus(-1), row(0, m).plus(columns), 1, 1, body);
    }

    /** What is in front of rows must not be numbers that are slow to compute with. */
    void clearFronts(MethodWriter m) {
        Index first = row(0, m).plus(-1);
        m.loop(m.body, first, first.plus(count * pitch()), pitch(), 1, (s, i) -> s.out.add(new Stmt.Store(buffer(), i, Expr.Const.of(dtype, 0))));
    }
}
