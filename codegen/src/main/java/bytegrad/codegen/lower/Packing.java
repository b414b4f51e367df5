package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Copies of parts of a contraction's operands in the order in which micro-kernels read them. */
final class Packing {
    /** Columns that are read side by side where they are not neighbours: more would share too few sets of a cache. */
    static final int SIDE_BY_SIDE = 8;

    /**
     * Products of which all tiles' rows are copied before the next: rows of several tiles are in a line, and where products are a multiple of 4 KiB apart, few sets of a cache have
     * all of their lines, so that each tile would fetch them again.
     */
    static final int TOGETHER = 32;

    private final Contraction c;
    private final Buffers buffers;
    private final int lanes;
    private final Transpose transpose;

    Packing(Contraction c, Buffers buffers, int lanes, Transpose transpose) {
        this.c = c;
        this.buffers = buffers;
        this.lanes = lanes;
        this.transpose = transpose;
    }

    /**
     * Where a product's first column of a panel is among panels of all columns.
     *
     * @param column the panel's first
     * @param width the panel's columns, rounded up
     */
    static Index panelAt(Index column, int width, int products, Index product) {
        return column.times(products).plus(product.times(width));
    }

    /** Where a product's elements are in the copy, of the first. */
    @FunctionalInterface
    interface Place {
        Index of(List<Index> k);
    }

    /** panel[k, j] = right[k, column + j] for the columns of a panel, rounded up to vectors. */
    void panel(Scope s, Contracted.Block products, MethodWriter m, Index[] axes, Index column, int width, int buffer, Place place) {
        int source = buffers.read(c.right().place());
        if (c.columnStride() == 1) {
            products.in(s).each(m, (inner, k) -> {
                for (int ahead = 0; ahead < width; ahead += lanes) {
                    copy(inner, source, c.rightAt(c.with(axes, Index.ZERO, column.plus(ahead)), c.known(k)), lanes, buffer, place.of(k).plus(ahead));
                }
            });
            return;
        }
        if (products.row() > 1 && transpose.suits(width, products.row()) && c.rightProductStrides().getLast() == 1) {
            products.in(s).eachRow(m, (inner, k) -> {
                Index to = place.of(k);
                int pitch = place.of(next(k)).minus(to).constant();
                transpose.copy(inner, c.result().dtype(), new Transpose.Rows(source, c.rightAt(c.with(axes, Index.ZERO, column), c.known(k)), c.columnStride()), width,
                        products.row(), new Transpose.Rows(buffer, to, pitch));
            });
            return;
        }
        m.spans(s, width, SIDE_BY_SIDE, Optional.empty(), (group, first, count) -> products.in(group).each(m, (inner, k) ->
                sideBySide(inner, c.result().dtype(), count, source, j -> c.rightAt(c.with(axes, Index.ZERO, column.plus(first).plus(j)), c.known(k)),
                        buffer, j -> place.of(k).plus(first).plus(j))));
    }

    private static List<Index> next(List<Index> k) {
        List<Index> next = new ArrayList<>(k);
        next.set(k.size() - 1, k.getLast().plus(1));
        return next;
    }

    /** Copies so many elements that lie apart: all are read before the first is written. */
    static void sideBySide(Scope s, DType dtype, int count, int source, IntFunction<Index> from, int target, IntFunction<Index> to) {
        List<Expr> values = new ArrayList<>();
        for (int j = 0; j < count; j++) {
            values.add(s.variable(new Expr.Load(source, from.apply(j), dtype, 1)));
        }
        for (int j = 0; j < count; j++) {
            s.out.add(new Stmt.Store(target, to.apply(j), values.get(j)));
        }
    }

    /** Elements that a row has in a copy, of so many products: of a tile's last product whole vectors are written, too, and those behind it may be written already. */
    int rowLength(int products) {
        return products + lanes;
    }

    /** rows[k, i] = left[row + i, k] for the rows of a tile. Whole vectors are written: the next product's then overwrite what is too much. */
    void rows(Scope s, Contracted.Piece products, Index[] axes, Index row, int height, int buffer, Place place) {
        int source = buffers.read(c.left().place());
        products.each(s, (inner, k) -> {
            for (int ahead = 0; ahead < height; ahead += lanes) {
                copy(inner, source, c.leftAt(c.with(axes, row.plus(ahead), Index.ZERO), c.known(k)), lanes, buffer, place.of(k).plus(ahead));
            }
        });
    }

    private void copy(Scope s, int source, Index from, int count, int target, Index to) {
        s.out.add(new Stmt.Store(target, to, s.variable(new Expr.Load(source, from, c.result().dtype(), count))));
    }
}
