package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Overhang;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The methods of a contraction's tiles, one a shape of tile. A micro-kernel keeps a tile's sums in registers over a chain of products; then the
 * epilogue lowers everything else of the kernel over the tile: in the same method where that is short, else in one that finds the sums in
 * scratch. A tile at the edge computes whole vectors of which the epilogue uses a part: what it reads beyond a row is in the arena, and unused.
 */
final class TileMethods {
    /** Statements of an epilogue written out behind a micro-kernel: with more, HotSpot no longer inlines all of the method's vector operations; with 200, workload A's step took 1.8 times as long. */
    private static final int MOST_FUSED = 80;

    /** Products from which on a lower tile costs more than sums that go through scratch. */
    private static final int LONG = 256;

    private final Contraction c;
    private final Definitions definitions;
    private final Buffers buffers;
    private final TilePoints points;
    private final int lanes;
    private final Lanes laneWidths;
    private final MethodWriter.Names names;
    private final TurnedMethods turned;
    private final Optional<ReadRegion> region;
    private final Map<String, Kernel.Method> methods = new LinkedHashMap<>();

    TileMethods(Contraction c, Definitions definitions, Buffers buffers, Cluster cluster, Lanes lanes, MethodWriter.Names names, Transpose transpose,
            Optional<ReadRegion> region, boolean isTurned) {
        this.region = region;
        this.c = c;
        this.definitions = definitions;
        this.buffers = buffers;
        this.points = new TilePoints(c, definitions, cluster);
        this.lanes = lanes.loop();
        this.laneWidths = lanes;
        this.names = names;
        this.turned = new TurnedMethods(c, buffers, lanes, names, transpose, isTurned ? new TurnedEpilogue(points, lanes, names).results(transpose) : List.of());
    }

    List<Kernel.Method> all() {
        return Stream.concat(methods.values().stream(), turned.all().stream()).toList();
    }

    /** Whether a tile's sums are turned on their way to the results, and never in scratch as rows. */
    boolean storesTurned() {
        return turned.storesResults();
    }

    /** How many vectors a tile may have so that its epilogue can follow the micro-kernel in registers; {@code most} where that would be few. */
    int accumulators(int most) {
        MethodWriter m = new MethodWriter("point", List.of(), laneWidths, names);
        Expr.Var row = Expr.Var.index("row");
        Expr.Var column = Expr.Var.index("column");
        m.bind(row, m.body);
        Scope s = m.body.loop(column, lanes);
        Index[] axes = new Index[c.rank()];
        c.outerAxes().forEach(a -> {
            Expr.Var o = Expr.Var.index("o" + a);
            m.bind(o, m.body);
            axes[a] = definitions.known(Index.of(o), c.extent(a));
        });
        definitions.known(Index.of(row), c.rows());
        definitions.known(Index.of(column), c.columns());
        Expr.Var sum = m.body.accumulator(m.body.splat(Expr.Const.of(c.result().dtype(), 0), lanes));
        int before = m.body.out.size();
        points.store(s, axes, Index.of(row), Index.of(column), (_, _) -> sum);
        int fused = MOST_FUSED / Math.max(1, m.body.out.size() - before + s.out.size());
        // The lower a tile, the more of the right operand is read for each of its products.
        boolean fits = c.products() > LONG ? 6 * fused >= 5 * most : 3 * fused >= 2 * most;
        return fits ? Math.min(most, fused) : most;
    }

    /** Calls for a tile whose products are one chain: computes it and stores what the kernel makes of it. */
    void compute(Scope s, Tile tile) {
        if (storesTurned()) {
            turned.compute(s, tile, tile.turned().orElseThrow());
            return;
        }
        String fused = "tile" + tile.height() + "x" + tile.width();
        if (methods.containsKey(fused) || lanes > 1 && region.isEmpty() && tile.turned().isEmpty() && (tile.width() >= lanes || isPart(tile)) && writtenOut(s, fused, tile)) {
            Passed passed = new Passed(tile, true);
            passed.micro(tile, s);
            s.out.add(new Stmt.Call(fused, passed.args));
            return;
        }
        List<Integer> vectors = overlaps(tile) ? tile.overlapping(lanes) : tile.apart(lanes);
        Optional<ReadTiles> read = region.flatMap(r -> read(r, tile));
        if (read.isEmpty()) {
            computeRead(s, tile, vectors, vectors.size());
        } else {
            read.get().each(s, definitions, (inner, count) -> computeRead(inner, tile, vectors, count));
        }
    }

    /** The same in two methods, where no more than the tile's first vectors are read. */
    private void computeRead(Scope s, Tile tile, List<Integer> vectors, int count) {
        if (count == 0) {
            definitions.take(region.orElseThrow().elsewhere());
            store(s, tile, "unread", vectors);
            definitions.take(Map.of());
        } else {
            add(s, tile, c.contracted().all(s), vectors, count, false);
            store(s, tile, "store", vectors);
        }
    }

    /** Whether columns end inside the tile's last vector, which may then begin so much earlier: all of its rows are stored as whole vectors. */
    private boolean overlaps(Tile tile) {
        boolean inside = lanes > 1 && tile.turned().isEmpty() && tile.width() > lanes && tile.width() % lanes > 0;
        return inside && new Passed(tile, false).epilogue("trial", tile.overlapping(lanes)).vectorsWrittenOut();
    }

    /** What of a tile is read, where that is its first vectors. */
    private Optional<ReadTiles> read(ReadRegion region, Tile tile) {
        if (c.groups(tile.height()) > 1) {
            return Optional.empty();
        }
        Index least = region.at(c.with(tile.axes(), tile.row(), tile.column())).plus(Math.min(0, region.down(c) * (tile.height() - 1)));
        return Optional.of(new ReadTiles(least, region.across(c) * lanes, tile.vectors(lanes)));
    }

    /** Whether rows are part of one vector, of which there is little beyond them. */
    private boolean isPart(Tile tile) {
        return laneWidths.parts() && tile.width() > 1 && tile.width() < lanes && 2 * tile.width() >= lanes && tile.height() > 1 && c.columns() == tile.width();
    }

    /** Calls the micro-kernel alone; what it adds up becomes the tile's sums, or is added to them. */
    void add(Scope s, Tile tile, Contracted.Block block, boolean onTop) {
        add(s, tile, block, tile.apart(lanes), tile.vectors(lanes), onTop);
    }

    /** @param first so many of the tile's vectors, which are so far from its first column */
    private void add(Scope s, Tile tile, Contracted.Block block, List<Integer> vectors, int first, boolean onTop) {
        if (lanes == 1) {
            addInMemory(s, tile);
            return;
        }
        if (tile.turned().isPresent()) {
            turned.add(s, tile, tile.turned().get(), block, onTop);
            return;
        }
        int count = tile.vectors(lanes);
        boolean overlap = first == count && !vectors.equals(tile.apart(lanes));
        String name = "sum" + tile.height() + "x" + first + (first < count ? "of" + count : overlap ? "to" + tile.width() : "");
        MicroKernel micro = MicroKernel.of(c, buffers, lanes, tile, vectors.subList(0, first), block.in(s));
        s.out.add(new Stmt.Call(name, micro.args(tile.sums().first())));
        if (methods.containsKey(name)) {
            return;
        }
        Expr.Var sums = Expr.Var.index("sums");
        MethodWriter m = new MethodWriter(name, micro.params(sums), laneWidths, names);
        Expr.Var[][] acc = micro.passed(m.body).write(m);
        for (int i = 0; i < tile.height(); i++) {
            for (int v = 0; v < first; v++) {
                Index at = Index.of(sums).plus((i * count + v) * lanes);
                int buffer = tile.sums().buffer();
                Expr sum = onTop ? Expr.Apply.of(ScalarFn.ADD, m.body.variable(new Expr.Load(buffer, at, c.result().dtype(), lanes)), acc[i][v]) : acc[i][v];
                m.body.out.add(new Stmt.Store(buffer, at, sum));
            }
        }
        methods.put(name, m.finish());
    }

    private void addInMemory(Scope s, Tile tile) {
        int count = tile.vectors(lanes);
        String name = "sum" + tile.height() + "x" + count;
        Passed passed = new Passed(tile, false);
        methods.computeIfAbsent(name, n -> {
            MethodWriter m = passed.begin(n);
            new OneLane(c, buffers, m, passed.tile, count).write();
            return m.finish();
        });
        s.out.add(new Stmt.Call(name, passed.args));
    }

    /** Calls the epilogue, which finds the tile in its sums. */
    void store(Scope s, Tile tile) {
        store(s, tile, "store", tile.apart(lanes));
    }

    private void store(Scope s, Tile tile, String how, List<Integer> vectors) {
        String name = how + tile.height() + "x" + tile.width();
        Passed passed = new Passed(tile, false);
        methods.computeIfAbsent(name, n -> passed.epilogue(n, vectors).method());
        s.out.add(new Stmt.Call(name, passed.args));
    }

    /** A tile as a method sees it: what differs from call to call is a parameter. */
    private final class Passed {
        private final List<Expr.Var> params = new ArrayList<>();
        private final List<Index> args = new ArrayList<>();
        private final Tile tile;
        private final Expr.Var column;
        /** What is the same in all calls. */
        private final List<Stmt.Let> known = new ArrayList<>();

        /** @param inRegisters its sums are in no memory */
        Passed(Tile t, boolean inRegisters) {
            Index[] inside = t.axes().clone();
            for (int a : c.outerAxes()) {
                int several = a == c.groupAxis() ? c.groups(t.height()) : 1;
                if (!inside[a].isConstant() || several > 1) {
                    inside[a] = definitions.known(Index.of(param("o" + a, inside[a])), c.extent(a) - several + 1);
                }
            }
            Index row = Index.of(c.rows() <= t.height() ? known("row", t.row()) : param("row", t.row()));
            this.column = c.columns() == t.width() ? known("column", t.column()) : param("column", t.column());
            TilePart sums = inRegisters ? t.sums() : part("sums", t.sums());
            Optional<TilePart> panel = t.panel().map(p -> part("panel", p));
            Optional<TilePart> rows = t.packedRows().map(p -> part("rows", p));
            this.tile = new Tile(inside, row, Index.of(column), t.height(), t.width(), sums, t.pitch(), panel, rows, Optional.empty());
        }

        /** Adds what the micro-kernel is to be {@linkplain MicroKernel#told told}, and gives it as the method sees it. */
        MicroKernel micro(Tile outside, Scope s) {
            List<Integer> vectors = outside.overlapping(lanes);
            MicroKernel whole = MicroKernel.of(c, buffers, lanes, outside, vectors, c.contracted().all(s));
            whole.toldTrips().ifPresent(t -> {
                params.add(t);
                args.add(whole.trips());
            });
            return MicroKernel.of(c, buffers, lanes, tile, vectors, c.contracted().all(s));
        }

        private TilePart part(String name, TilePart p) {
            return new TilePart(p.buffer(), Index.of(param(name, p.first())));
        }

        /** Not a parameter if it is a number, such as the first of all rows: HotSpot would keep it, while the micro-kernel runs, where registers are short. */
        private Expr.Var known(String name, Index arg) {
            if (!arg.isConstant()) {
                return param(name, arg);
            }
            Expr.Var v = Expr.Var.index(name);
            known.add(new Stmt.Let(v, new Expr.Ramp(arg, 0, DType.I32, 1)));
            return v;
        }

        MethodWriter begin(String name) {
            MethodWriter m = new MethodWriter(name, params, laneWidths, names);
            known.forEach(let -> {
                m.bind(let.var(), m.body);
                m.body.out.add(let);
            });
            return m;
        }

        TileEpilogue epilogue(String name, List<Integer> vectors) {
            return new TileEpilogue(points, laneWidths, begin(name), tile, column, vectors);
        }

        private Expr.Var param(String name, Index arg) {
            Expr.Var p = Expr.Var.index(name);
            params.add(p);
            args.add(arg);
            return p;
        }
    }

    /**
     * Writes micro-kernel and epilogue as one method, unless that is long. All vectors are whole, since what HotSpot inlines for a store of part of a vector is that of eight
     * others: where columns end inside of one, the last begins so much earlier, and what it has in common with the one before is computed, and stored, twice. Rows that are part of
     * one vector overhang.
     */
    private boolean writtenOut(Scope s, String name, Tile outside) {
        Passed passed = new Passed(outside, true);
        Tile tile = passed.tile;
        List<Integer> vectors = outside.overlapping(lanes);
        MicroKernel micro = passed.micro(outside, s);
        boolean part = tile.width() < lanes;
        if (part && !micro.isOneLoop()) {
            // Of nested loops over products, HotSpot makes slower code with such rows behind them.
            return false;
        }
        MethodWriter m = passed.begin(name);
        Expr.Var[][] acc = micro.told(m.body).write(m);
        int before = m.body.out.size();
        boolean grouped = c.groups(tile.height()) > 1;
        Index row = grouped ? Index.ZERO : definitions.known(tile.row(), c.rows() - tile.height() + 1);
        Index column = points.lastVector(tile, vectors.getLast());
        boolean overlap = !part && tile.width() % lanes > 0;
        List<List<Stmt>> parts = new ArrayList<>();
        for (int i = 0; i < tile.height(); i++) {
            List<Stmt> stores = new ArrayList<>();
            for (int v = 0; v < vectors.size(); v++) {
                Expr sum = acc[i][v];
                // What is loaded for one vector is loaded anew for the next: HotSpot would move one load for all in front of the loop, where registers are short.
                Scope vector = part ? m.body.part(passed.column, lanes, tile.width()) : m.body.loop(passed.column, lanes);
                Index[] axes = grouped ? c.inGroup(tile.axes(), tile.axes()[c.groupAxis()].plus(i / c.rows())) : tile.axes();
                points.store(vector, axes, c.rows() == 1 ? Index.ZERO : row.plus(i % c.rows()), column.plus(vectors.get(v)), (_, _) -> sum);
                // Of what is written in place, the last vector must read nothing new.
                boolean waits = overlap && v >= vectors.size() - 2;
                if (part) {
                    parts.add(vector.out);
                    continue;
                }
                vector.out.forEach(stmt -> (waits && stmt instanceof Stmt.Store ? stores : m.body.out).add(stmt));
            }
            m.body.out.addAll(stores);
        }
        if (part) {
            Optional<List<Stmt>> rows = Overhang.of(parts, tile.width());
            if (rows.isEmpty()) {
                return false;
            }
            m.body.out.addAll(rows.get());
        }
        if (m.body.out.size() - before > MOST_FUSED) {
            return false;
        }
        methods.put(name, m.finish());
        return true;
    }
}
