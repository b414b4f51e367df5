package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The loops over a block of a tile's products, whose sums are variables. The elements of row i are at {@code rows + offsets[i] + Σ k·leftStrides},
 * those of the first column at {@code columns + Σ k·rightStrides}: as a method it is given these positions, so that many contractions have the same.
 */
final class MicroKernel {
    private static final Expr.Var ROWS = Expr.Var.index("rows");
    private static final Expr.Var COLUMNS = Expr.Var.index("columns");
    private static final Expr.Var TRIPS = Expr.Var.index("trips");

    /** As many as a chain has: so that methods do not differ where contractions are shorter. */
    private static final int MOST_TRIPS = 1024;

    private final Contraction c;
    private final int lanes;
    /** How far each vector is from the first. */
    private final List<Integer> vectors;
    private final int left;
    private final Index rows;
    private final List<Integer> offsets;
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
        this.vectors = of.vectors;
        this.left = of.left;
        this.offsets = of.offsets;
        this.rows = rows;
        this.leftStrides = of.leftStrides;
        this.right = of.right;
        this.columns = columns;
        this.rightStrides = of.rightStrides;
        this.trips = trips;
        this.inside = of.inside;
    }

    /** What is multiplied: numbers of rows, or vectors, so far from the first. */
    private record Factor(int buffer, Index at, List<Integer> offsets, List<Integer> strides) {}

    private static List<Integer> apart(int count, int stride) {
        return IntStream.range(0, count).map(i -> i * stride).boxed().toList();
    }

    private MicroKernel(Contraction c, int lanes, Contracted.Block block, Factor numbers, Factor vectors) {
        this.c = c;
        this.lanes = lanes;
        this.vectors = vectors.offsets;
        this.left = numbers.buffer;
        this.rows = numbers.at;
        this.offsets = numbers.offsets;
        this.right = vectors.buffer;
        this.columns = vectors.at;
        Products products = new Products(block.trips(), inside(c), numbers.strides, vectors.strides).joined();
        this.trips = products.trips;
        this.inside = products.inside;
        this.leftStrides = products.left;
        this.rightStrides = products.right;
    }

    /**
     * For a tile.
     *
     * @param vectors how far each vector of columns is from the first
     */
    static MicroKernel of(Contraction c, Buffers buffers, int lanes, Tile tile, List<Integer> vectors, Contracted.Block block) {
        Index[] first = c.with(tile.axes(), tile.row(), tile.column());
        Factor left = tile.packedRows().map(p -> new Factor(p.buffer(), p.first(), apart(tile.height(), 1), packed(tile.height(), c)))
                .orElseGet(() -> new Factor(buffers.read(c.left().place()), c.leftAt(first, block.begin()), c.rowOffsets(tile.height()), strides(c, c.leftProductStrides())));
        Factor right = tile.panel().map(p -> new Factor(p.buffer(), p.at(Index.ZERO), vectors, packed(tile.vectors(lanes) * lanes, c)))
                .orElseGet(() -> new Factor(buffers.read(c.right().place()), c.rightAt(first, block.begin()), vectors, strides(c, c.rightProductStrides())));
        return new MicroKernel(c, lanes, block, left, right);
    }

    /**
     * For a tile whose vectors run along rows.
     *
     * @param vectors how far each vector of rows is from the first
     * @param ahead how far that is from the tile's first
     */
    static MicroKernel turned(Contraction c, Buffers buffers, int lanes, Tile tile, Turned.Tile turned, List<Integer> vectors, Index ahead, Contracted.Block block) {
        Index[] first = c.with(tile.axes(), tile.row(), tile.column());
        Operand left = turned.turned().left();
        return new MicroKernel(c, lanes, block,
                new Factor(buffers.read(c.right().place()), c.rightAt(first, block.begin()), apart(tile.width(), c.columnStride()), strides(c, c.rightProductStrides())),
                new Factor(turned.left().buffer(), turned.left().at(c.leftAt(left, first, block.begin())).plus(ahead), vectors, strides(c, c.leftProductStrides(left))));
    }

    /** Extents of the axes inside the first that a block runs over. */
    private static List<Integer> inside(Contraction c) {
        return c.contractedExtents().stream().skip(c.contracted().blockAxis() + 1L).toList();
    }

    /** Of the axes that a block runs over. */
    private static List<Integer> strides(Contraction c, List<Integer> all) {
        return all.subList(c.contracted().blockAxis(), all.size());
    }

    /** How far apart products are that lie k after k, each of so many elements. */
    private static List<Integer> packed(int elements, Contraction c) {
        List<Integer> strides = new ArrayList<>();
        if (!c.contractedExtents().isEmpty()) {
            strides.add(elements);
            inside(c).reversed().forEach(n -> strides.addFirst(strides.getFirst() * n));
        }
        return strides;
    }

    /** The loops over products: how often the first runs, extents of those inside it, and how far each moves in both operands. */
    private record Products(Index trips, List<Integer> inside, List<Integer> left, List<Integer> right) {
        /** With one loop for two where the inner one ends where the outer one goes on, as along a window's columns and channels: each end of a loop costs a misprediction. */
        Products joined() {
            for (int a = 0; a < inside.size(); a++) {
                int n = inside.get(a);
                if (n == 1 || left.get(a) == n * left.get(a + 1) && right.get(a) == n * right.get(a + 1)) {
                    List<Integer> fewer = new ArrayList<>(inside);
                    fewer.remove(a);
                    if (a > 0) {
                        fewer.set(a - 1, inside.get(a - 1) * n);
                    }
                    int gone = n == 1 ? a + 1 : a;
                    return new Products(a > 0 ? trips : trips.times(n), fewer, without(left, gone), without(right, gone)).joined();
                }
            }
            return this;
        }

        private static List<Integer> without(List<Integer> strides, int axis) {
            List<Integer> fewer = new ArrayList<>(strides);
            fewer.remove(axis);
            return fewer;
        }
    }

    /** The parameters of a method that is this micro-kernel, with some more. */
    List<Expr.Var> params(Expr.Var... more) {
        return Stream.concat(Stream.of(ROWS, COLUMNS, TRIPS), Stream.of(more)).toList();
    }

    /** What a call gives for them. */
    List<Index> args(Index... more) {
        return Stream.concat(Stream.of(rows, columns, trips), Stream.of(more)).toList();
    }

    /** The micro-kernel in that method, which many contractions have, at the beginning of its body. */
    MicroKernel passed(Scope s) {
        Index told = inside.isEmpty() ? bounded(s, Math.max(MOST_TRIPS, c.contracted().longestBlock())) : Index.of(TRIPS);
        return new MicroKernel(this, Index.of(ROWS), Index.of(COLUMNS), told);
    }

    /**
     * As many products as the method is told, which are no more than that. To say so is to tell HotSpot that no index overflows: it then computes one for all rows where it would have a
     * register, and an addition, for each; a tile of 12 rows and 32 columns is four times as fast.
     */
    private static Index bounded(Scope s, int most) {
        return Index.of(s.variable(Expr.Apply.of(ScalarFn.MIN, new Expr.Ramp(Index.of(TRIPS), 0, DType.I32, 1), Expr.Const.of(DType.I32, most))));
    }

    /**
     * What a method is told that is more than this micro-kernel: how many products, so that it can be called for few until HotSpot has compiled it.
     * Nothing where loops are nested: HotSpot makes half as fast a loop of them then. Nor for scalar code, which is fast at once.
     */
    Optional<Expr.Var> toldTrips() {
        return lanes > 1 && inside.isEmpty() && trips.isConstant() && !trips.equals(Index.of(1)) ? Optional.of(TRIPS) : Optional.empty();
    }

    /** Whether its products are one loop. */
    boolean isOneLoop() {
        return inside.isEmpty();
    }

    /** How many products there are along the first axis. */
    Index trips() {
        return trips;
    }

    /** The micro-kernel in a method that is told so, at the beginning of its body. */
    MicroKernel told(Scope s) {
        return toldTrips().map(_ -> new MicroKernel(this, rows, columns, bounded(s, trips.constant()))).orElse(this);
    }

    /** Writes the loops; returns the sums, by row and vector. */
    Expr.Var[][] write(MethodWriter m) {
        Expr zero = m.body.splat(Expr.Const.of(c.result().dtype(), 0), lanes);
        Expr.Var[][] acc = new Expr.Var[offsets.size()][vectors.size()];
        for (Expr.Var[] row : acc) {
            for (int v = 0; v < row.length; v++) {
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
        for (int v : vectors) {
            b.add(s.variable(new Expr.Load(right, r.plus(v), c.result().dtype(), lanes)));
        }
        for (int i = 0; i < acc.length; i++) {
            Expr a = s.variable(new Expr.Splat(s.variable(new Expr.Load(left, rows.plus(offsets.get(i)).plus(l), c.result().dtype(), 1)), lanes));
            for (int v = 0; v < b.size(); v++) {
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
