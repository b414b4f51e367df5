package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Copies of parts of a contraction's operands in the order in which micro-kernels read them. */
final class Packing {
    /** Columns that are read side by side where they are not neighbours: more would share too few sets of a cache. */
    private static final int SIDE_BY_SIDE = 8;

    private final Contraction c;
    private final Buffers buffers;
    private final int lanes;

    Packing(Contraction c, Buffers buffers, int lanes) {
        this.c = c;
        this.buffers = buffers;
        this.lanes = lanes;
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
        int whole = width - width % SIDE_BY_SIDE;
        if (whole > 0) {
            m.loop(s, Index.ZERO, Index.of(whole), SIDE_BY_SIDE, 1, (group, first) -> sideBySide(group, products, m, axes, column, first, SIDE_BY_SIDE, buffer, place));
        }
        if (whole < width) {
            sideBySide(s, products, m, axes, column, Index.of(whole), width - whole, buffer, place);
        }
    }

    private void sideBySide(Scope s, Contracted.Block products, MethodWriter m, Index[] axes, Index column, Index first, int count, int buffer, Place place) {
        int source = buffers.read(c.right().place());
        products.in(s).each(m, (inner, k) -> {
            List<Expr> values = new ArrayList<>();
            for (int j = 0; j < count; j++) {
                Index from = c.rightAt(c.with(axes, Index.ZERO, column.plus(first).plus(j)), c.known(k));
                values.add(inner.variable(new Expr.Load(source, from, c.result().dtype(), 1)));
            }
            for (int j = 0; j < count; j++) {
                inner.out.add(new Stmt.Store(buffer, place.of(k).plus(first).plus(j), values.get(j)));
            }
        });
    }

    /** rows[k, i] = left[row + i, k] for the rows of a tile. Whole vectors are written: the next product's, or tile's, then overwrite what is too much. */
    void rows(Scope s, Contracted.Block products, MethodWriter m, Index[] axes, Index row, int height, int buffer, Place place) {
        int source = buffers.read(c.left().place());
        products.in(s).each(m, (inner, k) -> {
            for (int ahead = 0; ahead < height; ahead += lanes) {
                copy(inner, source, c.leftAt(c.with(axes, row.plus(ahead), Index.ZERO), c.known(k)), lanes, buffer, place.of(k).plus(ahead));
            }
        });
    }

    private void copy(Scope s, int source, Index from, int count, int target, Index to) {
        s.out.add(new Stmt.Store(target, to, s.variable(new Expr.Load(source, from, c.result().dtype(), count))));
    }
}
