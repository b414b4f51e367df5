package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A contraction of few columns as micro-kernels whose vectors run along rows: the lanes that columns would leave empty are then used. What they read of the
 * left operand must be neighbours along rows: it is, or a copy with two of its axes exchanged is. Sums are turned when they go to scratch, so that whatever
 * comes after a micro-kernel finds them as if they were of columns.
 *
 * @param left where the left operand's elements are, in the copy if there is one
 * @param copy the copy, if the operand has no such rows itself
 * @param tile rows, and vectors of columns
 */
record Turned(Operand left, Optional<Copy> copy, TileShape tile) {
    /** Of memory as {@code outer} pieces of so many rows of so many columns each: with columns as rows. */
    record Copy(int outer, int rows, int columns) {
        private int piece() {
            return rows * columns;
        }
    }

    /** What elements cost that change places in registers, in multiply-adds of vectors: copied, and turned. */
    private static final double COPIED = 1;
    private static final double TURNED = 1.2;

    /** Multiply-adds of one vector of columns need a load each, and take so many times as long. */
    private static final double NARROW = 1.15;

    /** The loops over what a copy is multiplied by do not join, and take so many times as long. */
    private static final double NESTED = 1.25;

    /** Multiply-adds that must be under way for none to wait. */
    private static final double BUSY = 8;

    /** Estimates are rough: what is to be turned is to be better by that. */
    private static final double BETTER = 0.85;

    /** Multiply-adds of a contraction for which two more methods, which HotSpot takes 0.1 s to compile, are not worth a microsecond that is saved. */
    private static final long WORTH_METHODS = 1 << 17;

    /** How to turn it; nothing where that cannot be, or does not pay. */
    static Optional<Turned> of(Contraction c, int lanes) {
        int most = TileShape.accumulators(lanes);
        if (lanes == 1 || !c.taps().isEmpty() || !c.hasRows() || !c.hasColumns() || c.columns() == 1 || c.columns() > most || c.rowStride() < 1
                || c.extents(c.outerAxes()) * c.rows() * c.columns() * c.products() < WORTH_METHODS) {
            return Optional.empty();
        }
        int vectors = ceil(c.rows(), lanes);
        boolean neighbours = c.rowStride() == 1;
        // Loops over a copy's products are short and do not join: several lines of rows make their beginnings longer.
        boolean lines = c.groupAxis() != Contraction.NONE && (neighbours || vectors * c.columns() < BUSY);
        int together = Math.max(1, lines ? Math.min(most / c.columns(), (most + most / 4 - 1) / (c.columns() + 1)) : most / c.columns());
        int parts = ceil(vectors, together);
        int high = parts > 1 || !lines ? Math.min(c.rows(), lanes * ceil(vectors, parts)) : c.rows() * TileShape.even(c.extent(c.groupAxis()), together / vectors);
        TileShape tile = new TileShape(high, ceil(c.columns(), lanes));
        Optional<Turned> turned = neighbours ? Optional.of(new Turned(c.left(), Optional.empty(), tile)) : copied(c, tile);
        return turned.filter(t -> t.pays(c, lanes, most));
    }

    private static int ceil(int a, int b) {
        return (a + b - 1) / b;
    }

    private boolean pays(Contraction c, int lanes, int most) {
        int across = ceil(c.columns(), lanes);
        double usual = across * Math.max(across == 1 ? NARROW : 1, BUSY / (across * Math.min(c.rows(), most / across)));
        double along = (double) ceil(c.rows(), lanes) * c.columns() / c.rows() * Math.max(1, BUSY / (c.columns() * offsets(c, tile.rows(), lanes).size()));
        double reads = (double) c.extents(c.outerRows()) * c.rows() * c.products();
        double copying = copy.isPresent() ? COPIED * c.left().place().size() / (reads * c.extents(c.sharedAxes())) : 0;
        along *= copy.isPresent() ? NESTED : 1;
        return along + TURNED * c.columns() / c.products() + copying < BETTER * usual;
    }

    /** How far a tile's vectors are from its first: those of a line of rows, one behind the other, line after line. */
    List<Integer> offsets(Contraction c, int height, int lanes) {
        int lines = c.groups(height);
        int line = lines > 1 ? c.groupStride(left) : 0;
        int vectors = ceil(height / lines, lanes);
        return IntStream.range(0, lines * vectors).map(v -> v / vectors * line + v % vectors * lanes).boxed().toList();
    }

    /** Elements move with the rows by a stride that parts what moves less (and is to move as far as there are rows) from what moves as far or farther. */
    private static Optional<Turned> copied(Contraction c, TileShape tile) {
        int columns = c.rowStride();
        int size = c.left().place().size();
        List<Integer> strides = c.left().strides();
        List<Integer> extents = c.leftExtents();
        if (strides.stream().anyMatch(s -> s < 0)) {
            return Optional.empty();
        }
        int piece = size;
        for (int a = 0; a < strides.size(); a++) {
            if (extents.get(a) > 1 && strides.get(a) > columns && isOuter(strides.get(a), strides, extents)) {
                piece = Math.min(piece, strides.get(a));
            }
        }
        if (columns < 2 || piece % columns != 0 || size % piece != 0) {
            return Optional.empty();
        }
        int rows = piece / columns;
        int within = c.left().constant() % piece;
        long lastRow = within / columns;
        long lastColumn = within % columns;
        List<Integer> moved = new ArrayList<>();
        for (int a = 0; a < strides.size(); a++) {
            int s = strides.get(a);
            int steps = extents.get(a) - 1;
            if (steps == 0) {
                moved.add(0);
            } else if (s >= piece) {
                if (s % piece != 0) {
                    return Optional.empty();
                }
                moved.add(s);
            } else if (s >= columns) {
                if (s % columns != 0) {
                    return Optional.empty();
                }
                lastRow += (long) steps * (s / columns);
                moved.add(s / columns);
            } else {
                lastColumn += (long) steps * s;
                moved.add(s * rows);
            }
        }
        if (lastRow >= rows || lastColumn >= columns) {
            return Optional.empty();
        }
        int constant = c.left().constant() - within + within % columns * rows + within / columns;
        return Optional.of(new Turned(new Operand(c.left().place(), constant, moved), Optional.of(new Copy(size / piece, rows, columns)), tile));
    }

    /** Whether all that moves by less than that stride stays below it, together. */
    private static boolean isOuter(int stride, List<Integer> strides, List<Integer> extents) {
        long reach = 0;
        for (int a = 0; a < strides.size(); a++) {
            reach += strides.get(a) < stride ? (long) strides.get(a) * (extents.get(a) - 1) : 0;
        }
        return reach < stride;
    }

    /** Writes the copy's loops. */
    void copy(MethodWriter m, Scope s, int from, int to, DType dtype, Transpose transpose) {
        copy.ifPresent(c -> m.each(s, c.outer(), (piece, o) -> {
            Index first = o.times(c.piece());
            if (transpose.takes(c.rows())) {
                transpose.copy(piece, dtype, new Transpose.Rows(from, first, c.columns()), c.rows(), c.columns(), new Transpose.Rows(to, first, c.rows()));
                return;
            }
            m.spans(piece, c.columns(), Packing.SIDE_BY_SIDE, Optional.empty(), (group, column, count) -> m.each(group, c.rows(), (inner, row) ->
                    Packing.sideBySide(inner, dtype, count, from, j -> first.plus(row.times(c.columns())).plus(column).plus(j),
                            to, j -> first.plus(column.plus(j).times(c.rows())).plus(row))));
        }));
    }

    /**
     * What a tile needs for it.
     *
     * @param left the buffer of the left operand, or of its copy
     * @param sums where sums are before they are turned
     */
    record Tile(Turned turned, int left, TilePart sums) {}
}
