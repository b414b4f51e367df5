package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a kernel makes of sums whose vectors run along rows, if that is of the sum and its column alone, such as a bias and an activation: it is then made of these vectors, which are
 * full, and turned on its way to the result. Sums need not be in scratch as rows, to be read again.
 */
final class TurnedEpilogue {
    private final TilePoints points;
    private final Contraction c;
    private final Definitions definitions;
    private final Lanes laneWidths;
    private final MethodWriter.Names names;

    TurnedEpilogue(TilePoints points, Lanes lanes, MethodWriter.Names names) {
        this.points = points;
        this.c = points.contraction();
        this.definitions = points.definitions();
        this.laneWidths = lanes;
        this.names = names;
    }

    /** One of the kernel's results, whose rows are neighbours in memory, and how its elements are made of sums. */
    final class Result {
        private final Cluster.Root root;
        private final Transpose.Made made = this::make;
        private final boolean isMadeBefore;

        private Result(Cluster.Root root, boolean isMadeBefore) {
            this.root = root;
            this.isMadeBefore = isMadeBefore;
        }

        int buffer() {
            return definitions.target(root);
        }

        /** Where a line of a tile begins. */
        Index at(Tile tile, Index line) {
            Index[] axes = c.with(tile.axes(), tile.row(), tile.column());
            return definitions.position(root, c.groups(tile.height()) > 1 ? c.inGroup(axes, axes[c.groupAxis()].plus(line)) : axes);
        }

        /** What is made of sums while they are turned. */
        Transpose.Made made() {
            return isMadeBefore ? Transpose.AS_IT_IS : made;
        }

        /** What is made of sums where they are, before they are turned. */
        Optional<Transpose.Made> before() {
            return isMadeBefore ? Optional.of(made) : Optional.empty();
        }

        /**
         * Where the sums are does not matter: what depends on that is bound inside, where it is found out. Whoever writes another tile's epilogue says anew what its sums are.
         */
        private Expr make(Scope s, int column, Expr sums) {
            Index[] axes = anywhere(s);
            definitions.tile((_, _) -> sums);
            return definitions.value(root, c.with(axes, row(s), Index.of(column)), s);
        }

        /** Whether rows are one right behind the other, in one vector each. */
        private boolean isDense(MethodWriter m) {
            Index row = row(m.body);
            Expr.Var column = Expr.Var.index("anyColumn");
            m.bind(column, m.body);
            Index at = definitions.position(root, c.with(anywhere(m.body), row, Index.of(column)));
            return at.coefficient(row.terms().getFirst().var()) == c.columns() && at.coefficient(column) == 1;
        }

        /** Whether its elements are made of sums and what is the same for all rows. */
        private boolean isOfColumns() {
            MethodWriter m = new MethodWriter("made", List.of(), laneWidths, names);
            Expr.Var sums = m.fresh(c.result().dtype(), laneWidths.loop());
            Scope inner = m.body.loop(sums, 1);
            for (int j = 0; j < c.columns(); j++) {
                if (make(inner, j, sums).lanes() == 1) {
                    return false;
                }
            }
            return !VectorCode.isLong(new Kernel.Method("made", List.of(), Stream.concat(m.body.out.stream(), inner.out.stream()).toList()))
                    && m.body.out.stream().allMatch(s -> s instanceof Stmt.Let l && !(l.value() instanceof Expr.Checked))
                    && inner.out.stream().allMatch(s -> s instanceof Stmt.Let l && isArithmetic(l.value()));
        }
    }

    /**
     * All of the kernel's results; none where one of them is not of that kind. What is too long for HotSpot beside a transposition is made in place before, which leaves nothing for a
     * second result.
     */
    List<Result> results(Transpose transpose) {
        List<Cluster.Root> roots = points.cluster().roots();
        DType dtype = c.result().dtype();
        boolean vectors = laneWidths.parts() && c.columns() <= laneWidths.loop() && dtype.isFloat();
        if (!vectors || !transpose.makes(dtype, c.columns(), Transpose.AS_IT_IS)) {
            return List.of();
        }
        List<Result> results = roots.stream().map(root -> new Result(root, false)).toList();
        boolean suit = results.stream().allMatch(r -> r.root.node().dtype() == dtype && r.isDense(new MethodWriter("place", List.of(), laneWidths, names)) && r.isOfColumns());
        if (suit && results.stream().allMatch(r -> transpose.makes(dtype, c.columns(), r.made))) {
            return results;
        }
        return suit && roots.size() == 1 ? List.of(new Result(roots.getFirst(), true)) : List.of();
    }

    /** Some indices of the outer axes. */
    private Index[] anywhere(Scope s) {
        Index[] axes = new Index[c.rank()];
        c.outerAxes().forEach(a -> axes[a] = definitions.known(somewhere("any" + a, s), c.extent(a)));
        return axes;
    }

    private Index row(Scope s) {
        return definitions.known(somewhere("anyRow", s), c.rows());
    }

    private static Index somewhere(String name, Scope s) {
        Expr.Var v = Expr.Var.index(name);
        s.method().bind(v, s);
        return Index.of(v);
    }

    /** Whether nothing is read, nor an index that differs from row to row. */
    private static boolean isArithmetic(Expr expr) {
        return switch (expr) {
            case Expr.Const _, Expr.Var _ -> true;
            case Expr.Apply e -> e.args().stream().allMatch(TurnedEpilogue::isArithmetic);
            case Expr.Convert e -> isArithmetic(e.arg());
            case Expr.Bits e -> isArithmetic(e.arg());
            case Expr.Splat e -> isArithmetic(e.arg());
            case Expr.Rotate e -> isArithmetic(e.arg());
            case Expr.Ramp e -> e.base().isConstant() && e.stride() == 0;
            case Expr.Load _, Expr.Checked _ -> false;
        };
    }
}
