package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.Collections;
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
 * @param together vectors of rows in a micro-kernel, at most
 */
record Turned(Operand left, Optional<Copy> copy, TileShape tile, int together) {
    /**
     * Of memory as so many rows of so many columns: with columns as rows, each of them a plane.
     *
     * @param pitch from one plane to the next
     * @param from where the rows begin
     * @param apart the result's axes at each index of which the copy is made anew, of what is read there alone; none where it is made once, of everything
     * @param lines which of its rows are in memory, if a pad puts others around them
     */
    record Copy(int rows, int columns, int pitch, Operand from, List<Integer> apart, Optional<PaddedLines> lines) {
        Copy {
            apart = List.copyOf(apart);
        }

        /** Planes an odd number of vectors apart are in different sets of a cache. */
        static Copy of(int size, int columns, int lanes, Operand from, List<Integer> apart) {
            int rows = size / columns;
            return new Copy(rows, columns, lanes * (Math.ceilDiv(rows, lanes) | 1), from, apart, Optional.empty());
        }

        /** Elements. */
        int size() {
            return columns * pitch;
        }

        /** Where an element is in the copy, or how far it moves there. */
        private int moved(int element) {
            return element / columns + element % columns * pitch;
        }
    }

    /** Bytes of a copy from which on it is made in parts: each is still in the second cache when it is read, and chunks make their own. */
    private static final int LEAST_PART = 8 << 10;

    /** Parts that can be shared out evenly among a few threads. */
    private static final int ENOUGH_PARTS = 4;

    /** What elements cost that change places in registers, in multiply-adds of vectors: copied, and turned. */
    private static final double COPIED = 0.5;
    private static final double TURNED = 0.6;

    /** Multiply-adds of one vector of columns need a load each, and take so many times as long. */
    private static final double NARROW = 1.15;

    /** So do those of one vector of rows, of as many columns as fill the registers: 18 took 1.3 times as long as two vectors of columns. */
    private static final double ONE_VECTOR = 1.35;

    /** The loops over what a copy is multiplied by do not join, and take so many times as long. */
    private static final double NESTED = 1.05;

    /** What a run of a micro-kernel takes beside its sums, for each product, in sums. */
    private static final double RUN = 2;

    /** Multiply-adds of a loop over few products that HotSpot writes out; it then needs twice the registers. */
    private static final int MOST_WRITTEN_OUT = 64;

    /** Sums of a tile at most: they are turned in the first cache. */
    private static final int MOST_SUMS = 4096;

    /** Rows of a tile at least that are not too many. */
    private static final int ENOUGH_ROWS = 256;

    /** Multiply-adds that must be under way for none to wait. */
    private static final double BUSY = 8;

    /** What it takes to make of a strip's sums what the kernel stores, apart from the other columns, in multiply-adds of vectors a row. */
    private static final double STORED = 16;

    /** Estimates are rough: what is to be turned is to be better by that. */
    private static final double BETTER = 0.9;

    /** And a strip behind others by more, since rows are passed over once more for it: 186 x 40 with 186 products took 20 % longer with its last 8 columns turned. */
    private static final double BEHIND_BETTER = 0.55;

    /** Multiply-adds of a contraction for which two more methods, which HotSpot takes 0.1 s to compile, are not worth a microsecond that is saved. */
    private static final long WORTH_METHODS = 1 << 17;

    /** How to turn it; nothing where that cannot be, or does not pay. */
    static Optional<Turned> of(Contraction c, int lanes, int chunks) {
        boolean worthMethods = c.extents(c.outerAxes()) * c.rows() * c.columns() * c.products() >= WORTH_METHODS;
        return c.columns() == 1 || !worthMethods ? Optional.empty() : shaped(c, lanes).filter(t -> t.pays(c, lanes)).map(t -> t.inParts(c, lanes, chunks));
    }

    /**
     * The contraction as strips of columns: one, or where columns end inside a vector, what fills vectors and what does not, if that is estimated to pay if turned.
     */
    static List<Contraction> strips(Contraction c, int lanes, int chunks) {
        int rest = c.columns() % lanes;
        int whole = c.columns() - rest;
        if (whole == 0 || rest == 0 || of(c, lanes, chunks).isPresent()) {
            return List.of(c);
        }
        Contraction last = c.strip(whole, rest);
        return shaped(last, lanes).filter(t -> t.paysBehind(whole / lanes, last, lanes)).isPresent() ? List.of(c.strip(0, whole), last) : List.of(c);
    }

    /** How to turn a strip behind others. */
    static Optional<Turned> behind(Contraction c, int lanes, int chunks) {
        return shaped(c, lanes).map(t -> t.inParts(c, lanes, chunks));
    }

    private static Optional<Turned> shaped(Contraction c, int lanes) {
        int most = TileShape.accumulators(lanes);
        if (lanes == 1 || !c.taps().isEmpty() || !c.hasRows() || !c.hasColumns() || c.columns() > most || c.rowStride() < 1 || c.products() == 0) {
            return Optional.empty();
        }
        Optional<Turned> one = c.rowStride() == 1 ? Optional.of(new Turned(c.left(), Optional.empty(), new TileShape(c.rows(), 1), 1)) : copied(c, lanes);
        return one.map(t -> t.tiled(c, lanes));
    }

    /** With as many sums in a tile as registers allow. */
    private Turned tiled(Contraction c, int lanes) {
        Turned one = oneLine(c, lanes);
        return c.groupAxis() == Contraction.NONE ? one : one.severalLines(c, lanes);
    }

    private Turned oneLine(Contraction c, int lanes) {
        int vectors = Math.ceilDiv(c.rows(), lanes);
        int each = Math.ceilDiv(vectors, Math.ceilDiv(vectors, atOnce(c, lanes)));
        return tiled(Math.min(c.rows(), lanes * each), each, c, lanes);
    }

    /** The same, or with a tile of several lines of rows, if fewer sums are then made for nothing, or more at a time. */
    private Turned severalLines(Contraction c, int lanes) {
        int atOnce = atOnce(c, lanes);
        int vectors = Math.ceilDiv(c.rows(), lanes);
        int lines = c.extent(c.groupAxis());
        if (!RowVectors.runThrough(c.rows(), c.groupStride(left), lanes)) {
            return vectors > atOnce ? this : tiled(c.rows() * TileShape.even(lines, atOnce / vectors), atOnce, c, lanes);
        }
        Turned best = this;
        for (int g = 2; g <= Math.min(lines, Math.max(ENOUGH_ROWS, MOST_SUMS / c.columns()) / c.rows()); g++) {
            int count = RowVectors.of(g, c.rows(), c.groupStride(left), atOnce, lanes).count();
            Turned t = tiled(g * c.rows(), Math.ceilDiv(count, Math.ceilDiv(count, atOnce)), c, lanes);
            best = t.sums(c, lanes) < best.sums(c, lanes) ? t : best;
        }
        return best;
    }

    private Turned tiled(int rows, int together, Contraction c, int lanes) {
        return new Turned(left, copy, new TileShape(rows, Math.ceilDiv(c.columns(), lanes)), together);
    }

    /** Vectors of rows in a micro-kernel at most. */
    private int atOnce(Contraction c, int lanes) {
        int most = TileShape.accumulators(lanes);
        int fit = most / c.columns();
        if (c.groupAxis() != Contraction.NONE) {
            int withOperands = (most + most / 4 - 1) / (c.columns() + 1);
            boolean writtenOut = copy.isPresent() && c.contractedExtents().getLast() * withOperands * c.columns() <= MOST_WRITTEN_OUT;
            fit = Math.min(writtenOut ? most / 2 / c.columns() : fit, withOperands);
        }
        return Math.max(1, fit);
    }

    /** Of all lines and one product, and as many more as each run of a micro-kernel takes longer. */
    private double sums(Contraction c, int lanes) {
        int lines = c.extent(c.groupAxis());
        boolean parts = tile.rows() < c.rows();
        int total = parts ? c.rows() : lines * c.rows();
        double all = (double) (total / tile.rows()) * sums(c, tile.rows(), lanes) + (total % tile.rows() > 0 ? sums(c, total % tile.rows(), lanes) : 0);
        return parts ? lines * all : all;
    }

    private double sums(Contraction c, int height, int lanes) {
        RowVectors v = vectors(c, height, lanes);
        return v.calls() * (RUN + Math.max(BUSY, v.offsets().size() * c.columns()));
    }

    private boolean pays(Contraction c, int lanes) {
        int most = TileShape.accumulators(lanes);
        int across = Math.ceilDiv(c.columns(), lanes);
        double usual = across * Math.max(across == 1 ? NARROW : 1, BUSY / (across * Math.min(c.rows(), most / across)));
        return cost(c, lanes) < BETTER * usual;
    }

    /** The same where so many whole vectors of columns are in front of it. */
    private boolean paysBehind(int vectors, Contraction c, int lanes) {
        double saved = vectors == 1 ? 2 - NARROW : 1;
        return cost(c, lanes) + STORED / c.products() < BEHIND_BETTER * saved;
    }

    /** In multiply-adds of vectors for each row and product. */
    private double cost(Contraction c, int lanes) {
        RowVectors v = vectors(c, tile.rows(), lanes);
        double along = (double) v.summed() * c.columns() / tile.rows() * Math.max(1, BUSY / (c.columns() * v.offsets().size()));
        double reads = (double) c.extents(c.outerRows()) * c.rows() * c.products();
        double copying = copy.isPresent() ? COPIED * c.left().place().size() / (reads * c.extents(c.sharedAxes())) : 0;
        along *= (copy.isPresent() ? NESTED : 1) * (v.offsets().size() == 1 ? ONE_VECTOR : 1);
        return along + TURNED * c.columns() / c.contracted().longestBlock() + copying;
    }

    /** The vectors of a tile of so many rows. */
    RowVectors vectors(Contraction c, int height, int lanes) {
        int lines = c.groups(height);
        return RowVectors.of(lines, height / lines, lines > 1 ? c.groupStride(left) : 0, together, lanes);
    }

    /** Elements move with the rows by a stride that parts what moves less, and together stays below it, from what moves by whole rows. */
    private static Optional<Turned> copied(Contraction c, int lanes) {
        int columns = c.rowStride();
        int size = c.left().place().size();
        List<Integer> strides = c.left().strides();
        List<Integer> extents = c.leftExtents();
        if (columns < 2 || size % columns != 0) {
            return Optional.empty();
        }
        long lastColumn = c.left().constant() % columns;
        for (int a = 0; a < strides.size(); a++) {
            int s = strides.get(a);
            if (s < 0 || extents.get(a) > 1 && s > columns && s % columns != 0) {
                return Optional.empty();
            }
            lastColumn += extents.get(a) > 1 && s < columns ? (extents.get(a) - 1L) * s : 0;
        }
        if (lastColumn >= columns) {
            return Optional.empty();
        }
        Operand from = new Operand(c.left().place(), 0, Collections.nCopies(strides.size(), 0));
        return Optional.of(of(c, Copy.of(size, columns, lanes, from, List.of()), List.of(), new TileShape(c.rows(), 1), 1));
    }

    /** @param outside axes of the left operand along which the copy is another */
    private static Turned of(Contraction c, Copy copy, List<Integer> outside, TileShape tile, int together) {
        Operand all = c.left();
        List<Integer> moved = IntStream.range(0, all.strides().size()).map(a -> outside.contains(a) || c.leftExtents().get(a) == 1 ? 0 : copy.moved(all.strides().get(a))).boxed().toList();
        return new Turned(new Operand(all.place(), copy.moved(all.constant() - copy.from.constant()), moved), Optional.of(copy), tile, together);
    }

    /**
     * With a copy of what is read at one index of an axis, such as one picture, if there are enough of them: what moves as far or farther is apart, and nothing of that is
     * contracted.
     */
    private Turned inParts(Contraction c, int lanes, int chunks) {
        if (copy.isEmpty()) {
            return this;
        }
        Copy whole = copy.get();
        List<Integer> strides = c.left().strides();
        List<Integer> extents = c.leftExtents();
        List<Integer> axes = c.axesOfLeft();
        int tiled = c.groups(tile.rows()) > 1 ? c.groupAxis() : Contraction.NONE;
        int part = IntStream.range(0, strides.size()).filter(a -> extents.get(a) > 1 && strides.get(a) > whole.columns).map(strides::get)
                .filter(s -> (long) s * c.result().dtype().bytes() >= LEAST_PART && c.left().constant() % s + reach(s, strides, extents) < s).min().orElse(0);
        List<Integer> outside = IntStream.range(0, strides.size()).filter(a -> part > 0 && extents.get(a) > 1 && strides.get(a) >= part).boxed().toList();
        List<Integer> apart = outside.stream().map(axes::get).toList();
        if (apart.contains(Contraction.NONE) || !c.outerAxes().containsAll(apart) || apart.stream().mapToInt(c::extent).max().orElse(0) < Math.clamp(chunks, 2, ENOUGH_PARTS)) {
            return this;
        }
        if (apart.contains(tiled)) {
            Turned one = oneLine(c, lanes);
            return one.together * c.columns() < BUSY ? this : one.inParts(c, lanes, chunks);
        }
        int before = c.left().constant() - c.left().constant() % part;
        // Where only every other picture is read, what is apart is two of them, and the last may lack the second.
        if (before + outside.stream().mapToLong(a -> (long) strides.get(a) * (extents.get(a) - 1)).sum() + part > c.left().place().size()) {
            return this;
        }
        Operand from = new Operand(left.place(), before, IntStream.range(0, strides.size()).map(a -> outside.contains(a) ? strides.get(a) : 0).boxed().toList());
        return of(c, Copy.of(part, whole.columns, lanes, from, apart), outside, tile, together);
    }

    /** How far all that moves by less than that stride moves, together. */
    private static long reach(int stride, List<Integer> strides, List<Integer> extents) {
        return IntStream.range(0, strides.size()).filter(a -> strides.get(a) < stride).mapToLong(a -> (long) strides.get(a) * (extents.get(a) - 1)).sum();
    }

    /** With a copy that has the border which a pad puts around what is in memory, and is made of that; nothing where it cannot be. */
    Optional<Turned> unpadded(Node pad, Operand inside, int lanes) {
        return copy.filter(c -> !c.apart.isEmpty()).flatMap(c -> PaddedLines.copy(c, pad, inside, lanes)).map(c -> new Turned(left, Optional.of(c), tile, together));
    }

    /** Writes the border of a copy, which stays there while what is inside is copied again and again. */
    void border(DType dtype, MethodWriter m, Scope s, int lanes, TilePart to) {
        copy.ifPresent(c -> c.lines.ifPresent(lines -> {
            Expr border = m.body.splat(new Expr.Const(dtype, lines.border()), lanes);
            m.loop(s, Index.ZERO, Index.of(c.size()), lanes, 1, (inner, i) -> inner.out.add(new Stmt.Store(to.buffer(), to.at(i), border)));
        }));
    }

    /** Writes the copy's loops, at an index of the axes that are apart. */
    void copy(Contraction of, MethodWriter m, Scope s, Index[] axes, TilePart from, TilePart to, Transpose transpose) {
        DType dtype = of.result().dtype();
        copy.ifPresent(c -> {
            Index begin = from.at(of.leftAt(c.from, of.outside(axes), Collections.nCopies(of.contractedExtents().size(), Index.ZERO)));
            if (c.lines.isPresent()) {
                PaddedLines lines = c.lines.get();
                transpose.copyLines(s, dtype, new Transpose.Rows(from.buffer(), begin, c.columns), lines.length(), c.columns,
                        new Transpose.Rows(to.buffer(), to.first().plus(lines.first()), c.pitch), lines.count(), lines.length() * c.columns, lines.pitch());
                return;
            }
            if (transpose.takes(c.rows)) {
                transpose.copy(s, dtype, new Transpose.Rows(from.buffer(), begin, c.columns), c.rows, c.columns, new Transpose.Rows(to.buffer(), to.first(), c.pitch));
                return;
            }
            m.spans(s, c.columns, Packing.SIDE_BY_SIDE, Optional.empty(), (group, column, count) -> m.each(group, c.rows, (inner, row) ->
                    Packing.sideBySide(inner, dtype, count, from.buffer(), j -> begin.plus(row.times(c.columns)).plus(column).plus(j),
                            to.buffer(), j -> to.at(column.plus(j).times(c.pitch)).plus(row))));
        });
    }

    /**
     * What a tile needs for it.
     *
     * @param left where the left operand begins, or its copy
     * @param sums where sums are before they are turned
     */
    record Tile(Turned turned, TilePart left, TilePart sums) {}
}
