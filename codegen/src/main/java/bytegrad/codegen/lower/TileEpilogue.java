package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** The epilogue over a tile whose sums are in scratch. */
final class TileEpilogue {
    /** Statements written out for every vector of a row. */
    private static final int MOST_WRITTEN_OUT = 120;

    private final TilePoints points;
    private final Contraction c;
    private final Definitions definitions;
    private final Lanes laneWidths;
    private final MethodWriter m;
    private final Tile tile;
    private final Expr.Var column;
    private final int lanes;
    private final int count;
    /** How far each vector is from the first. */
    private final List<Integer> vectors;
    private final boolean onLanes;

    /**
     * @param m begins with the method's parameters
     * @param tile what of it is a parameter
     * @param column of them the tile's first
     */
    TileEpilogue(TilePoints points, Lanes laneWidths, MethodWriter m, Tile tile, Expr.Var column, List<Integer> vectors) {
        this.points = points;
        this.c = points.contraction();
        this.definitions = points.definitions();
        this.laneWidths = laneWidths;
        this.m = m;
        this.tile = tile;
        this.column = column;
        this.vectors = vectors;
        this.lanes = laneWidths.loop();
        this.count = tile.vectors(lanes);
        this.onLanes = lanes > 1 && c.columns() > 1;
    }

    Kernel.Method method() {
        if (!onLanes) {
            rows(m.body, this::oneByOne);
        } else if (!vectorsWrittenOut()) {
            rows(m.body, this::eachVector);
        }
        return m.finish();
    }

    private interface Row {
        /** @param tileRow where the row begins in the tile */
        void visit(Scope s, Index[] axes, Index row, Index tileRow);
    }

    /** An axis of one element has index 0 everywhere, and so no loop: what is hoisted for it must find the tile. */
    private void rows(Scope outside, Row body) {
        if (c.groups(tile.height()) > 1 && c.rows() > 1) {
            Index first = tile.axes()[c.groupAxis()];
            m.loop(outside, first, first.plus(c.groups(tile.height())), 1, 1, (each, g) -> {
                Index[] axes = c.inGroup(tile.axes(), definitions.known(g, c.extent(c.groupAxis())));
                m.loop(each, Index.ZERO, Index.of(c.rows()), 1, 1,
                        (s, i) -> body.visit(s, axes, definitions.known(i, c.rows()), g.minus(first).times(c.rows()).plus(i).times(count * lanes)));
            });
        } else if (c.rows() == 1) {
            body.visit(outside, tile.axes(), Index.ZERO, Index.ZERO);
        } else {
            m.loop(outside, tile.row(), tile.row().plus(tile.height()), 1, 1,
                    (s, i) -> body.visit(s, tile.axes(), definitions.known(i, c.rows()), i.minus(tile.row()).times(count * lanes)));
        }
    }

    /** All vectors of a row one after another, what depends on columns alone before the rows; not if that is long. */
    boolean vectorsWrittenOut() {
        boolean overlap = !vectors.equals(tile.apart(lanes));
        int whole = overlap ? count : tile.width() / lanes;
        int rest = overlap ? 0 : tile.width() % lanes;
        if (rest > 0 && !laneWidths.parts()) {
            return false;
        }
        List<Stmt> all = new ArrayList<>();
        int statements = 0;
        if (whole > 0) {
            statements += writtenOut(m.body.loop(column, lanes), points.lastVector(tile, vectors.getLast()), 0, whole, all);
        }
        if (rest > 0) {
            statements += writtenOut(m.body.part(column, lanes, rest), points.lastVector(tile, (count - 1) * lanes), whole, count, all);
        }
        if (statements > MOST_WRITTEN_OUT) {
            return false;
        }
        m.body.out.addAll(all);
        return true;
    }

    private int writtenOut(Scope wide, Index column, int from, int to, List<Stmt> all) {
        int[] statements = {0};
        rows(wide, (s, axes, row, tileRow) -> {
            int first = s.out.size();
            for (int v = from; v < to; v++) {
                Index at = tile.sums().at(tileRow.plus(v * lanes));
                Index[] here = c.with(axes, row, column.plus(vectors.get(v)));
                points.store(s, axes, row, column.plus(vectors.get(v)),
                        (scope, index) -> scope.variable(new Expr.Load(tile.sums().buffer(), at.plus(inWindow(index, here)), c.result().dtype(), lanes)));
            }
            if (vectors.get(to - 1) % lanes > 0) {
                // Of what is written in place, the last vector must read nothing new. It is stored first: where it is not read, its sums are nothing, those of the one before may be.
                List<Stmt> ofRow = s.out.subList(first, s.out.size());
                List<Stmt> stores = ofRow.stream().filter(stmt -> stmt instanceof Stmt.Store).toList();
                ofRow.removeIf(stmt -> stmt instanceof Stmt.Store);
                ofRow.addAll(stores.reversed());
            }
            statements[0] = s.out.size();
        });
        all.addAll(wide.out);
        return statements[0];
    }

    private void eachVector(Scope s, Index[] axes, Index row, Index tileRow) {
        MethodWriter.Body each = (inner, i) -> points.store(inner, axes, row, definitions.known(i, c.columns()), loaded(tileRow.plus(i).minus(tile.column()), c.with(axes, row, i)));
        int rest = tile.width() % lanes;
        Index behind = tile.column().plus(tile.width() - rest);
        if (rest < tile.width()) {
            m.loop(s, tile.column(), behind, lanes, lanes, each);
        }
        if (rest > 0) {
            m.rest(s, behind, rest, lanes, each);
        }
    }

    private void oneByOne(Scope s, Index[] axes, Index row, Index tileRow) {
        if (c.columns() == 1) {
            points.store(s, axes, row, Index.ZERO, loaded(tileRow, c.with(axes, row, Index.ZERO)));
            return;
        }
        m.loop(s, tile.column(), tile.column().plus(tile.width()), 1, 1, (inner, i) ->
                points.store(inner, axes, row, definitions.known(i, c.columns()), loaded(tileRow.plus(i).minus(tile.column()), c.with(axes, row, i))));
    }

    private Definitions.Tile loaded(Index inTile, Index[] here) {
        return (scope, index) -> Definitions.load(tile.sums().buffer(), tile.sums().at(inTile).plus(inWindow(index, here)), c.result().dtype(), scope);
    }

    /** How far the sums of an element of a window are behind those of its first. */
    private Index inWindow(List<Index> element, Index[] here) {
        return c.tap(element, here).times(tile.pitch());
    }
}
