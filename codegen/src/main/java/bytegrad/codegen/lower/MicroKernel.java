package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The loops over a block of a tile's products, whose sums are variables. The elements of row i are at {@code rows + i·rowStride + Σ k·leftStrides},
 * those of the first column at {@code columns + Σ k·rightStrides}: as a method it is given these positions, so that many contractions have the same.
 */
final class MicroKernel {
    private static final Expr.Var ROWS = Expr.Var.index("rows");
    private static final Expr.Var COLUMNS = Expr.Var.index("columns");
    private static final Expr.Var TRIPS = Expr.Var.index("trips");

    private final Contraction c;
    private final int lanes;
    private final int count;
    private final int left;
    private final int height;
    private final Index rows;
    private final int rowStride;
    private final List<Integer> leftStrides;
    private final int right;
    private final Index columns;
    private final List<Integer> rightStrides;
    /** Iterations of the first loop, and extents of those inside it. */
    private final Index trips;
    private final List<Integer> inside;

    private MicroKernel(MicroKernel of, Index rows, Index columns, Index trips) {
        this.c = of.c;
        this.lanes = of.lanes;
        this.count = of.count;
        this.left = of.left;
        this.height = of.height;
        this.rowStride = of.rowStride;
        this.rows = rows;
        this.leftStrides = of.leftStrides;
        this.right = of.right;
        this.columns = columns;
        this.rightStrides = of.rightStrides;
        this.trips = trips;
        this.inside = of.inside;
    }

    /**
     * For a tile.
     *
     * @param count vectors of columns
     */
    MicroKernel(Contraction c, Buffers buffers, int lanes, TileMethods.Tile tile, int count, Contracted.Block block) {
        this.c = c;
        this.lanes = lanes;
        this.count = count;
        int axis = c.contracted().blockAxis();
        List<Integer> extents = c.contractedExtents();
        List<Integer> within = extents.isEmpty() ? List.of() : extents.subList(axis + 1, extents.size());
        this.left = tile.packedRows().map(TileMethods.Part::buffer).orElseGet(() -> buffers.read(c.left().place()));
        this.height = tile.height();
        this.rows = tile.packedRows().map(TileMethods.Part::first).orElseGet(() -> c.leftAt(c.with(tile.axes(), tile.row(), tile.column()), block.begin()));
        this.rowStride = tile.packedRows().isPresent() ? 1 : c.hasRows() ? c.rowStride() : 0;
        this.right = tile.panel().map(TileMethods.Part::buffer).orElseGet(() -> buffers.read(c.right().place()));
        this.columns = tile.panel().map(p -> p.at(Index.ZERO)).orElseGet(() -> c.rightAt(c.with(tile.axes(), tile.row(), tile.column()), block.begin()));
        Loops loops = new Loops(block.trips(), within,
                tile.packedRows().isPresent() ? packed(tile.height(), within) : c.leftProductStrides().subList(axis, extents.size()),
                tile.panel().isPresent() ? packed(count * lanes, within) : c.rightProductStrides().subList(axis, extents.size())).joined();
        this.trips = loops.trips;
        this.inside = loops.inside;
        this.leftStrides = loops.left;
        this.rightStrides = loops.right;
    }

    /** The loops over products, and how far apart products are along each. */
    private record Loops(Index trips, List<Integer> inside, List<Integer> left, List<Integer> right) {
        /** Where the last product of an inner loop is followed by the first of its next run, in both operands, they are one loop: each end of a loop costs a misprediction. */
        Loops joined() {
            for (int a = 0; a < inside.size(); a++) {
                int n = inside.get(a);
                if (left.get(a) == n * left.get(a + 1) && right.get(a) == n * right.get(a + 1)) {
                    List<Integer> extents = new ArrayList<>(inside);
                    extents.remove(a);
                    if (a > 0) {
                        extents.set(a - 1, inside.get(a - 1) * n);
                    }
                    return new Loops(a > 0 ? trips : trips.times(n), extents, without(left, a), without(right, a)).joined();
                }
            }
            return this;
        }

        private static List<Integer> without(List<Integer> strides, int a) {
            List<Integer> rest = new ArrayList<>(strides);
            rest.remove(a);
            return rest;
        }
    }

    /** How far apart products are that lie k after k, each of so many elements. */
    private List<Integer> packed(int elements, List<Integer> within) {
        List<Integer> strides = new ArrayList<>();
        if (!c.contractedExtents().isEmpty()) {
            strides.add(elements);
            within.reversed().forEach(n -> strides.addFirst(strides.getFirst() * n));
        }
        return strides;
    }

    /** The parameters of a method that is this micro-kernel, with one more. */
    List<Expr.Var> params(Expr.Var more) {
        return List.of(ROWS, COLUMNS, TRIPS, more);
    }

    /** What a call gives for them. */
    List<Index> args(Index more) {
        return List.of(rows, columns, trips, more);
    }

    /** The micro-kernel in that method. */
    MicroKernel passed() {
        return new MicroKernel(this, Index.of(ROWS), Index.of(COLUMNS), Index.of(TRIPS));
    }

    /**
     * What a method is told that is more than this micro-kernel: how many products, so that it can be called for few until HotSpot has compiled it.
     * Nothing where loops are nested: HotSpot makes half as fast a loop of them then.
     */
    Optional<Expr.Var> toldTrips() {
        return inside.isEmpty() && !trips.equals(Index.of(1)) ? Optional.of(TRIPS) : Optional.empty();
    }

    /** How many products there are along the first axis. */
    Index trips() {
        return trips;
    }

    /** The micro-kernel in a method that is told so. */
    MicroKernel told() {
        return toldTrips().map(t -> new MicroKernel(this, rows, columns, Index.of(t))).orElse(this);
    }

    /** Writes the loops; returns the sums, by row and vector. */
    Expr.Var[][] write(MethodWriter m) {
        Expr zero = m.body.splat(Expr.Const.of(c.result().dtype(), 0), lanes);
        Expr.Var[][] acc = new Expr.Var[height][count];
        for (Expr.Var[] row : acc) {
            for (int v = 0; v < count; v++) {
                row[v] = m.body.accumulator(zero);
            }
        }
        MethodWriter.Body first = (s, k) -> m.eachOf(s, inside, nest -> products(nest.scope(), Stream.concat(Stream.of(k), nest.index().stream()).toList(), acc));
        if (trips.equals(Index.of(1))) {
            first.write(m.body, Index.ZERO);
        } else {
            m.loop(m.body, Index.ZERO, trips, 1, 1, first);
        }
        return acc;
    }

    private void products(Scope s, List<Index> k, Expr.Var[][] acc) {
        Index l = along(k, leftStrides);
        Index r = columns.plus(along(k, rightStrides));
        List<Expr> b = new ArrayList<>();
        for (int v = 0; v < count; v++) {
            b.add(s.variable(new Expr.Load(right, r.plus(v * lanes), c.result().dtype(), lanes)));
        }
        for (int i = 0; i < acc.length; i++) {
            Expr a = s.variable(new Expr.Splat(s.variable(new Expr.Load(left, rows.plus(i * rowStride).plus(l), c.result().dtype(), 1)), lanes));
            for (int v = 0; v < count; v++) {
                s.out.add(new Stmt.Assign(acc[i][v], multiplyAdd(a, b.get(v), acc[i][v])));
            }
        }
    }

    private static Index along(List<Index> k, List<Integer> strides) {
        Index at = Index.ZERO;
        for (int a = 0; a < strides.size(); a++) {
            at = at.plus(k.get(a).times(strides.get(a)));
        }
        return at;
    }

    static Expr multiplyAdd(Expr a, Expr b, Expr sum) {
        return sum.dtype().isFloat() ? Expr.Apply.of(ScalarFn.FMA, a, b, sum) : Expr.Apply.of(ScalarFn.ADD, sum, Expr.Apply.of(ScalarFn.MUL, a, b));
    }
}
