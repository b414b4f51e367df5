package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies with rows as columns, a square of as many rows as a vector has lanes at a time. Half of the lanes of each two vectors change places, first those of rows half a square
 * apart, then a quarter:
 *
 * <pre>{@code
 * a0 a1 a2 a3      a0 a1 c0 c1      a0 b0 c0 d0
 * b0 b1 b2 b3  →   b0 b1 d0 d1  →   a1 b1 c1 d1
 * c0 c1 c2 c3      a2 a3 c2 c3      a2 b2 c2 d2
 * d0 d1 d2 d3      b2 b3 d2 d3      a3 b3 c3 d3
 * }</pre>
 */
final class Transpose {
    private final Lanes laneWidths;
    private final MethodWriter.Names names;
    private final Map<Copying, Kernel.Method> methods = new LinkedHashMap<>();

    Transpose(Lanes lanes, MethodWriter.Names names) {
        this.laneWidths = lanes;
        this.names = names;
    }

    private int side() {
        return laneWidths.loop();
    }

    /** Whether there are vectors to do it with, and rows for a square; of few columns, a part of one is turned. */
    boolean takes(int rows) {
        return side() > 1 && rows >= side();
    }

    /** The same with columns for a square, too. */
    boolean suits(int rows, int columns) {
        return takes(rows) && columns >= side();
    }

    List<Kernel.Method> methods() {
        return List.copyOf(methods.values());
    }

    /**
     * Where elements are.
     *
     * @param at the first
     * @param pitch how far apart rows are, each of neighbours
     */
    record Rows(int buffer, Index at, int pitch) {
        Rows moved(Index by) {
            return new Rows(buffer, at.plus(by), pitch);
        }
    }

    /** {@code to[j, i] = from[i, j]} for so many rows that it {@linkplain #takes takes}; where they are no multiple of a square's, some are copied twice. The longer side is a loop. */
    void copy(Scope s, DType dtype, Rows from, int rows, int columns, Rows to) {
        int side = side();
        if (rows < columns) {
            s.method().overlapping(s, rows, side, (inner, i) -> {
                Rows source = from.moved(i.times(from.pitch));
                Rows target = to.moved(i);
                turn(inner, dtype, source, side, columns - columns % side, target, false);
                if (columns % side > 0) {
                    turn(inner, dtype, source.moved(Index.of(columns - side)), side, side, target.moved(Index.of((columns - side) * to.pitch)), false);
                }
            });
            return;
        }
        s.method().spans(s, columns, side, Optional.empty(), (inner, j, count) -> {
            Square square = Square.of(dtype, side, count, false);
            Rows source = from.moved(j);
            Rows target = to.moved(j.times(to.pitch));
            squares(inner, source, target, rows / side, true, square);
            if (rows % side > 0) {
                squares(inner, source.moved(Index.of((rows - side) * from.pitch)), target.moved(Index.of(rows - side)), 1, true, square);
            }
        });
    }

    /** The same of so many lines of rows, each so far from the one before. */
    void copyLines(Scope s, DType dtype, Rows from, int rows, int columns, Rows to, int lines, int fromStep, int toStep) {
        int side = side();
        s.method().spans(s, columns, side, Optional.empty(), (inner, j, count) -> {
            for (int i = 0; i < rows; i += side) {
                int row = Math.min(i, rows - side);
                squares(inner, from.moved(j.plus(row * from.pitch)), to.moved(j.times(to.pitch).plus(row)), lines, fromStep, toStep, Square.of(dtype, side, count, false));
            }
        });
    }

    /**
     * {@code to[j, i] = from[i, j]} for no more rows than a vector has lanes, or {@code to[j, i] += from[i, j]}; nothing is stored beyond so many columns. Lanes of {@code to} behind
     * the rows then mean nothing.
     */
    void turn(Scope s, DType dtype, Rows from, int rows, int columns, Rows to, boolean onTop) {
        int side = side();
        int whole = columns / side;
        if (whole > 0) {
            squares(s, from, to, whole, false, Square.of(dtype, rows, side, onTop));
        }
        if (columns % side > 0) {
            squares(s, from.moved(Index.of(whole * side)), to.moved(Index.of(whole * side * to.pitch)), 1, false, Square.of(dtype, rows, columns % side, onTop));
        }
    }

    /** What is made of a row's elements, before they are turned: the same of all. */
    @FunctionalInterface
    interface Made {
        Expr of(Scope s, int row, Expr elements);
    }

    static final Made AS_IT_IS = (_, _, elements) -> elements;

    /**
     * {@code to[j, i] = made(from[i, j])} for no more rows than a vector has lanes, where columns become rows of memory one right behind the other: whole vectors are stored over the beginning of the
     * next ones, which come later, and of the last ones as much as there is.
     */
    void make(Scope s, DType dtype, Rows from, int rows, int columns, Rows to, Made made) {
        int side = side();
        int whole = (columns - 1) / side;
        // Whole vectors of these squares reach over what comes behind: the last squares have to have that much, and store no more than they have.
        int beyond = (columns - whole * side + 1) * rows < side ? whole - 1 : whole;
        if (beyond > 0) {
            squares(s, from, to, beyond, false, Square.made(dtype, rows, side, made, false));
        }
        for (int first = Math.max(0, beyond) * side; first < columns; first += side) {
            squares(s, from.moved(Index.of(first)), to.moved(Index.of(first * to.pitch)), 1, false, Square.made(dtype, rows, Math.min(side, columns - first), made, true));
        }
    }

    /** Whether HotSpot inlines all of that. */
    boolean makes(DType dtype, int rows, Made made) {
        Rows anywhere = new Rows(0, Index.ZERO, rows);
        return !VectorCode.isLong(method(anywhere, anywhere, side(), side() * rows, Square.made(dtype, rows, side(), made, true)));
    }

    /**
     * How a square is turned.
     *
     * @param rows that there are; the others are not read
     * @param columns that are stored
     * @param onTop they are added to what is there
     * @param made what is stored instead
     * @param last nothing is stored behind its rows
     */
    private record Square(DType dtype, int rows, int columns, boolean onTop, Optional<Made> made, boolean last) {
        static Square of(DType dtype, int rows, int columns, boolean onTop) {
            return new Square(dtype, rows, columns, onTop, Optional.empty(), false);
        }

        static Square made(DType dtype, int rows, int columns, Made made, boolean last) {
            return new Square(dtype, rows, columns, false, Optional.of(made), last);
        }

        DType bits() {
            return dtype.bytes() == 4 ? DType.I32 : DType.I64;
        }

        /** Whether two columns are in one vector when they are stored. */
        boolean pairs(int side) {
            return made.isPresent() && 2 * rows <= side;
        }

        /** Elements that are stored of a vector with so many columns in front. */
        int stored(int column, int count, int side) {
            return last && (columns - column) * rows < side ? count * rows : side;
        }
    }

    /** Squares between two buffers, and how far the next one is in both. */
    private record Copying(int from, int fromPitch, int to, int toPitch, int fromStep, int toStep, Square square) {}

    /** Calls for so many squares, one below the other or side by side. */
    private void squares(Scope s, Rows from, Rows to, int count, boolean below, Square square) {
        squares(s, from, to, count, side() * (below ? from.pitch : 1), side() * (below ? 1 : to.pitch), square);
    }

    /** Calls for so many squares: in a method's loop, in front of which masks are made and bounds are checked. */
    private void squares(Scope s, Rows from, Rows to, int count, int fromStep, int toStep, Square square) {
        Kernel.Method method = methods.computeIfAbsent(new Copying(from.buffer, from.pitch, to.buffer, to.pitch, fromStep, toStep, square),
                _ -> method(from, to, fromStep, toStep, square));
        s.out.add(new Stmt.Call(method.name(), List.of(from.at, to.at, Index.of(count))));
    }

    private Kernel.Method method(Rows from, Rows to, int fromStep, int toStep, Square square) {
        Expr.Var source = Expr.Var.index("from");
        Expr.Var target = Expr.Var.index("to");
        Expr.Var count = Expr.Var.index("count");
        MethodWriter m = new MethodWriter("transpose" + methods.size(), List.of(source, target, count), laneWidths, names);
        List<Expr> low = low(m.body, square);
        m.loop(m.body, Index.ZERO, Index.of(count), 1, 1, (inner, k) -> write(inner, square, low,
                new Rows(from.buffer, Index.of(source).plus(k.times(fromStep)), from.pitch), new Rows(to.buffer, Index.of(target).plus(k.times(toStep)), to.pitch)));
        return m.finish();
    }

    /** For each distance: lanes that keep what they have in the first of two vectors. Of pairs of columns, those of the first. */
    private List<Expr> low(Scope s, Square square) {
        DType bits = square.bits();
        List<Expr> masks = new ArrayList<>();
        for (int d : distances(square.rows)) {
            Expr lane = new Expr.Ramp(Index.ZERO, 1, bits, side());
            Expr bit = Expr.Apply.of(ScalarFn.AND, lane, new Expr.Splat(Expr.Const.of(bits, d), side()));
            masks.add(s.variable(Expr.Apply.of(ScalarFn.EQ, bit, new Expr.Splat(Expr.Const.of(bits, 0), side()))));
        }
        if (square.pairs(side())) {
            Expr lane = new Expr.Ramp(Index.ZERO, 1, bits, side());
            masks.add(s.variable(Expr.Apply.of(ScalarFn.LT, lane, new Expr.Splat(Expr.Const.of(bits, square.rows), side()))));
        }
        return masks;
    }

    /**
     * Half a square, a quarter and so on, in the order in which lanes change places, which is free: far ones first, after which few columns are in few vectors; but last those at which no vector has another,
     * since they make two vectors of one.
     */
    private List<Integer> distances(int rows) {
        List<Integer> all = new ArrayList<>();
        for (int d = side() / 2; d > 0; d /= 2) {
            all.add(d);
        }
        all.sort(Comparator.comparing(d -> d >= rows));
        return all;
    }

    private void write(Scope s, Square square, List<Expr> low, Rows from, Rows to) {
        int side = side();
        DType dtype = square.dtype;
        DType bits = square.bits();
        List<Optional<Expr>> v = new ArrayList<>();
        for (int i = 0; i < side; i++) {
            if (i >= square.rows) {
                v.add(Optional.empty());
                continue;
            }
            Expr loaded = s.variable(new Expr.Load(from.buffer, from.at.plus(i * from.pitch), dtype, side, square.columns));
            int number = i;
            Expr row = square.made.map(m -> m.of(s, number, loaded)).orElse(loaded);
            // Masks of whole numbers choose between whole numbers.
            v.add(Optional.of(dtype == bits ? row : s.variable(new Expr.Bits(bits, row))));
        }
        int known = 0;
        int stage = 0;
        for (int d : distances(square.rows)) {
            Expr keeps = low.get(stage++);
            known |= d;
            for (int i = 0; i < side; i++) {
                if ((i & d) == 0 && v.get(i).isPresent()) {
                    Expr a = v.get(i).get();
                    Optional<Expr> b = v.get(i + d);
                    v.set(i, Optional.of(b.isEmpty() ? a : s.variable(Expr.Apply.of(ScalarFn.SELECT, keeps, a, s.variable(new Expr.Rotate(b.get(), side - d))))));
                    // What comes of a vector are columns that have those bits of its number.
                    boolean stored = (i + d & known) < square.columns;
                    v.set(i + d, stored ? Optional.of(upper(s, keeps, s.variable(new Expr.Rotate(a, d)), b)) : Optional.empty());
                }
            }
        }
        if (square.pairs(side)) {
            pairs(s, square, low.getLast(), v.stream().flatMap(Optional::stream).toList(), to);
            return;
        }
        for (int j = 0; j < square.columns; j++) {
            Expr column = dtype == bits ? v.get(j).orElseThrow() : s.variable(new Expr.Bits(dtype, v.get(j).orElseThrow()));
            Index at = to.at.plus(j * to.pitch);
            Expr value = square.onTop ? Expr.Apply.of(ScalarFn.ADD, s.variable(new Expr.Load(to.buffer, at, dtype, side)), column) : column;
            s.out.add(new Stmt.Store(to.buffer, at, value, square.stored(j, 1, side)));
        }
    }

    /** Stores two neighbouring columns at a time: half of the stores, most of which begin in one line of the cache and end in the next. */
    private void pairs(Scope s, Square square, Expr first, List<Expr> columns, Rows to) {
        int side = side();
        for (int j = 0; j < square.columns; j += 2) {
            int count = Math.min(2, square.columns - j);
            Expr bits = count == 1 ? columns.get(j)
                    : s.variable(Expr.Apply.of(ScalarFn.SELECT, first, columns.get(j), s.variable(new Expr.Rotate(columns.get(j + 1), side - square.rows))));
            Expr value = square.dtype == square.bits() ? bits : s.variable(new Expr.Bits(square.dtype, bits));
            s.out.add(new Stmt.Store(to.buffer, to.at.plus(j * to.pitch), value, square.stored(j, count, side)));
        }
    }

    private static Expr upper(Scope s, Expr keeps, Expr turned, Optional<Expr> b) {
        return b.isEmpty() ? turned : s.variable(Expr.Apply.of(ScalarFn.SELECT, keeps, turned, b.get()));
    }
}
