package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;

/**
 * A loop around a contraction's tiles that is cut into chunks.
 *
 * @param wanted at most so many
 */
record Chunks(TileAxis axis, int wanted) {
    /** How many there are. */
    int count() {
        return cut(Expr.Var.index("chunk")).count();
    }

    /** @param number the variable that is a chunk's number */
    Cut cut(Expr.Var number) {
        return Cut.of(number, axis.units(), wanted, axis.unit());
    }
}
