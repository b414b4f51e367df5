package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A contraction as register tiles: a micro-kernel keeps a tile's sums in registers over a block of k and puts them in
 * scratch; the epilogue lowers everything else of the kernel over the tile just stored, while it is in L1. Each element
 * is added in the order of {@link bytegrad.ir.ContractOrder}, so neither tile nor lanes change a bit.
 *
 * <p>Rows come from the left operand and are broadcast; columns come from the right one in vectors. Where neighbouring
 * columns are not neighbours in memory, a panel of the right operand is first packed into scratch. A tile at the edge
 * computes whole vectors of which the epilogue uses a part: what it reads beyond a row is in the arena, and unused.
 */
final class Tiles {
    private final Partition partition;
    private final Definitions definitions;
    private final Buffers buffers;
    private final Cluster cluster;
    private final Node y;
    private final Op.Contract op;
    private final int lanes;
    private final int laneBytes;
    /** The axes of the result, in order: batch, rows, columns; all but the last rows and columns axis become outer loops. */
    private final int batchAxes;
    private final int rowAxes;
    private final int columnAxes;
    private final int rows;
    private final int columns;
    private final int chunks;
    private final Contracted contracted;
    private final MethodWriter.Names names = new MethodWriter.Names();
    private final Map<String, Kernel.Method> methods = new LinkedHashMap<>();

    Tiles(Partition partition, Definitions definitions, Buffers buffers, Cluster cluster, Lanes lanes, int chunks) {
        this.chunks = chunks;
        this.partition = partition;
        this.definitions = definitions;
        this.buffers = buffers;
        this.cluster = cluster;
        this.y = cluster.core().orElseThrow();
        this.op = (Op.Contract) y.op();
        if (lanes.loop() > 1 && y.dtype().bytes() != lanes.bytes()) {
            throw new NotVectorizable("the contraction has other lanes");
        }
        this.lanes = lanes.loop();
        this.laneBytes = lanes.bytes();
        this.contracted = new Contracted(op.leftContract().stream().map(y.input(0).shape()::dim).toList(), y.dtype());
        this.batchAxes = op.leftBatch().size();
        this.rowAxes = y.input(0).rank() - batchAxes - op.leftContract().size();
        this.columnAxes = y.input(1).rank() - batchAxes - op.rightContract().size();
        this.rows = rowAxes == 0 ? 1 : y.shape().dim(batchAxes + rowAxes - 1);
        this.columns = columnAxes == 0 ? 1 : y.shape().dim(y.rank() - 1);
    }

    List<Kernel.Method> methods() {
        MethodWriter entry = new MethodWriter("run", List.of(), laneBytes, names);
        if (y.shape().size() == 0) {
            return List.of(entry.finish());
        }
        Operand left = Operand.of(y.input(0), partition, definitions, names);
        Operand right = Operand.of(y.input(1), partition, definitions, names);
        int vectors = (columns + lanes - 1) / lanes;
        TileShape tile = TileShape.choose(rows, vectors, lanes);
        List<Integer> outerAxes = IntStream.range(0, y.rank())
                .filter(a -> !(rowAxes > 0 && a == batchAxes + rowAxes - 1) && !(columnAxes > 0 && a == y.rank() - 1)).boxed().toList();
        boolean direct = lanes == 1 || columnAxes == 0 || right.strides().get(lastFree(y.input(1).rank())) == 1;
        int wanted = direct ? chunks : TileAxis.chunks(chunks, (long) contracted() * tile.vectors() * lanes);
        TileAxis axis = cutAxis(outerAxes, tile, direct, wanted);
        List<Kernel.Method> all = new ArrayList<>();
        if (wanted > 1 && axis.units() > 1) {
            Cut cut = Cut.of(Expr.Var.index("c"), axis.units(), wanted, axis.unit());
            MethodWriter part = cut.method("part", laneBytes, names);
            new Panels(left, right, tile, direct, outerAxes, axis.number(), part).write();
            entry.body.out.add(new Stmt.Parallel("part", cut.count()));
            all.add(part.finish());
        } else {
            new Panels(left, right, tile, direct, outerAxes, TileAxis.NONE, entry).write();
        }
        all.addFirst(entry.finish());
        all.addAll(methods.values());
        return all;
    }

    /** Where the right operand stays the same along an axis, its panel does, in cache and packed. */
    private boolean isRows(int axis) {
        return axis >= batchAxes && axis < batchAxes + rowAxes;
    }

    /** Rows only where each chunk need not pack all panels, or there is nothing else. */
    private TileAxis cutAxis(List<Integer> outerAxes, TileShape tile, boolean direct, int wanted) {
        List<TileAxis> axes = new ArrayList<>();
        outerAxes.stream().filter(a -> !isRows(a)).forEach(a -> axes.add(new TileAxis(a, y.shape().dim(a), 1)));
        int width = tile.vectors() * lanes;
        axes.add(new TileAxis(TileAxis.COLUMNS, (columns + width - 1) / width, width));
        if (direct || axes.stream().allMatch(a -> a.units() == 1)) {
            outerAxes.stream().filter(this::isRows).forEach(a -> axes.add(new TileAxis(a, y.shape().dim(a), 1)));
            axes.add(new TileAxis(TileAxis.ROWS, (rows + tile.rows() - 1) / tile.rows(), tile.rows()));
        }
        return TileAxis.best(axes, wanted);
    }

    private interface Outer {
        void visit(Scope s, Index[] axes);
    }

    /** The loops around tiles: over batches and panels of columns, inside them over rows. */
    private final class Panels {
        private final Operand left;
        private final Operand right;
        private final TileShape tile;
        private final List<Integer> outerAxes;
        private final int cutAxis;
        private final MethodWriter m;
        private final Scratch tileScratch;
        private final Optional<Scratch> panel;

        Panels(Operand left, Operand right, TileShape tile, boolean direct, List<Integer> outerAxes, int cutAxis, MethodWriter m) {
            this.left = left;
            this.right = right;
            this.tile = tile;
            this.outerAxes = outerAxes;
            this.cutAxis = cutAxis;
            this.m = m;
            int sums = tile.rows() * tile.vectors() * lanes;
            this.tileScratch = Scratch.of(buffers, y.dtype(), lanes == 1 && !contracted.isChain() ? 2 * sums : sums, m.cut());
            this.panel = direct ? Optional.empty() : Optional.of(Scratch.of(buffers, y.dtype(), contracted() * tile.vectors() * lanes, m.cut()));
        }

        private Optional<Cut> cutOf(int axis) {
            return axis == cutAxis ? m.cut() : Optional.empty();
        }

        void write() {
            List<Integer> shared = outerAxes.stream().filter(a -> !isRows(a)).toList();
            List<Integer> rowsOnly = outerAxes.stream().filter(Tiles.this::isRows).toList();
            over(m.body, shared, new Index[y.rank()], (outer, known) -> tile.overColumns(m, outer, columns, lanes, cutOf(TileAxis.COLUMNS), (s, column, width) -> {
                panel.ifPresent(p -> pack(m, s, right, p, known, column, width));
                over(s, rowsOnly, known, (each, axes) -> tile.overRows(m, each, rows, cutOf(TileAxis.ROWS), (inner, row, height) ->
                        new TileCalls(left, right, tile, tileScratch, panel, width, height).call(inner, axes, outerAxes, row, column)));
            }));
        }

        /** Loops over axes of the result. */
        private void over(Scope s, List<Integer> loops, Index[] axes, Outer body) {
            if (loops.isEmpty()) {
                body.visit(s, axes);
                return;
            }
            int a = loops.getFirst();
            int extent = y.shape().dim(a);
            MethodWriter.Body each = (inner, i) -> {
                Index[] known = axes.clone();
                known[a] = definitions.known(i, extent);
                over(inner, loops.subList(1, loops.size()), known, body);
            };
            cutOf(a).ifPresentOrElse(c -> c.loop(s, extent, 1, 1, each), () -> m.each(s, extent, each));
        }
    }

    /** The right operand's axis along which the result's last axis runs. */
    private int lastFree(int rank) {
        int a = rank - 1;
        while (op.rightBatch().contains(a) || op.rightContract().contains(a)) {
            a--;
        }
        return a;
    }

    private int contracted() {
        return op.leftContract().stream().mapToInt(y.input(0).shape()::dim).reduce(1, (a, b) -> a * b);
    }

    private List<Index> leftIndex(Index[] axes, List<Index> k) {
        return operandIndex(y.input(0).rank(), op.leftBatch(), op.leftContract(), axes, batchAxes, k);
    }

    private List<Index> rightIndex(Index[] axes, List<Index> k) {
        return operandIndex(y.input(1).rank(), op.rightBatch(), op.rightContract(), axes, batchAxes + rowAxes, k);
    }

    private List<Index> operandIndex(int rank, List<Integer> batch, List<Integer> contract, Index[] axes, int firstFree, List<Index> k) {
        List<Index> index = new ArrayList<>();
        int free = firstFree;
        for (int a = 0; a < rank; a++) {
            int b = batch.indexOf(a);
            int c = contract.indexOf(a);
            index.add(b >= 0 ? axes[b] : c >= 0 ? k.get(c) : axes[free++]);
        }
        return index;
    }

    private List<Integer> contractedExtents() {
        return op.leftContract().stream().map(y.input(0).shape()::dim).toList();
    }

    private List<Index> known(List<Index> k) {
        for (int i = 0; i < k.size(); i++) {
            definitions.known(k.get(i), contractedExtents().get(i));
        }
        return k;
    }

    private Index[] with(Index[] axes, Index row, Index column) {
        Index[] a = axes.clone();
        if (rowAxes > 0) {
            a[batchAxes + rowAxes - 1] = row;
        }
        if (columnAxes > 0) {
            a[y.rank() - 1] = column;
        }
        return a;
    }

    /** panel[k, c] = right[k, column + c]: neighbouring columns become neighbours. */
    private void pack(MethodWriter m, Scope s, Operand right, Scratch panel, Index[] axes, Index column, int columnsHere) {
        int width = (columnsHere + lanes - 1) / lanes * lanes;
        int source = buffers.read(right.place());
        List<Integer> extents = new ArrayList<>(contractedExtents());
        extents.add(0, columnsHere);
        m.eachOf(s, extents, nest -> {
            Index c = nest.index().getFirst();
            List<Index> k = nest.index().subList(1, extents.size());
            Index from = right.position(rightIndex(with(axes, Index.ZERO, column.plus(c)), known(k)));
            Scope inner = nest.scope();
            Expr v = inner.variable(new Expr.Load(source, from, y.dtype(), 1));
            inner.out.add(new Stmt.Store(panel.buffer(), panel.at(flat(k).times(width).plus(c), m.cut()), v));
        });
    }

    /** The position of an index among all contracted ones, row-major. */
    private Index flat(List<Index> k) {
        return ViewIndex.flatten(bytegrad.ir.Shape.of(contractedExtents()), k);
    }

    /** The calls for one tile, and the methods they need. */
    private final class TileCalls {
        private final Operand left;
        private final Operand right;
        private final TileShape tile;
        private final Scratch tileScratch;
        private final Optional<Scratch> panel;
        private final int width;
        private final int count;
        private final int height;

        TileCalls(Operand left, Operand right, TileShape tile, Scratch tileScratch, Optional<Scratch> panel, int width, int height) {
            this.left = left;
            this.right = right;
            this.tile = tile;
            this.tileScratch = tileScratch;
            this.panel = panel;
            this.width = width;
            this.count = (width + lanes - 1) / lanes;
            this.height = height;
        }

        void call(Scope s, Index[] axes, List<Integer> outerAxes, Index row, Index column) {
            List<Expr.Var> params = new ArrayList<>();
            List<Index> args = new ArrayList<>();
            Index[] inside = axes.clone();
            Optional<Cut> cut = s.method().cut().map(c -> new Cut(Expr.Var.index("chunk"), c.count(), c.size()));
            cut.ifPresent(c -> {
                params.add(c.chunk());
                args.add(Index.of(s.method().cut().orElseThrow().chunk()));
            });
            for (int a : outerAxes) {
                if (!axes[a].isConstant()) {
                    Expr.Var p = Expr.Var.index("o" + a);
                    inside[a] = definitions.known(Index.of(p), y.shape().dim(a));
                    params.add(p);
                    args.add(axes[a]);
                }
            }
            Expr.Var rowVar = Expr.Var.index("row");
            Expr.Var columnVar = Expr.Var.index("column");
            params.add(rowVar);
            params.add(columnVar);
            args.add(row);
            args.add(column);
            String micro = "tile" + height + "x" + count;
            String epilogue = "store" + height + "x" + width;
            methods.computeIfAbsent(micro, name -> microKernel(new MethodWriter(name, params, laneBytes, names, cut), inside, Index.of(rowVar), Index.of(columnVar)));
            methods.computeIfAbsent(epilogue, name -> epilogue(new MethodWriter(name, params, laneBytes, names, cut), inside, Index.of(rowVar), Index.of(columnVar)));
            s.out.add(new Stmt.Call(micro, args));
            s.out.add(new Stmt.Call(epilogue, args));
        }

        private Kernel.Method microKernel(MethodWriter m, Index[] axes, Index row, Index column) {
            Expr zero = m.body.splat(Expr.Const.of(y.dtype(), 0), lanes);
            int l = buffers.read(left.place());
            int r = panel.map(Scratch::buffer).orElseGet(() -> buffers.read(right.place()));
            if (lanes == 1) {
                inMemory(m, axes, row, column, zero, l, r);
                return m.finish();
            }
            boolean chain = contracted.isChain();
            if (!chain) {
                eachSum((at, i, v) -> m.body.out.add(new Stmt.Store(tileScratch.buffer(), at, zero)), m);
            }
            contracted.blocks(m, m.body, block -> {
                Scope s = block.scope();
                Expr.Var[][] acc = new Expr.Var[height][count];
                eachSum((at, i, v) -> acc[i][v] = s.accumulator(zero), m);
                block.each(m, (inner, index) -> {
                    List<Index> k = known(index);
                    List<Expr> b = new ArrayList<>();
                    for (int v = 0; v < count; v++) {
                        int ahead = v * lanes;
                        Index at = panel.map(p -> p.at(flat(k).times(count * lanes).plus(ahead), m.cut()))
                                .orElseGet(() -> right.position(rightIndex(with(axes, row, column.plus(ahead)), k)));
                        b.add(inner.variable(new Expr.Load(r, at, y.dtype(), lanes)));
                    }
                    for (int i = 0; i < height; i++) {
                        Index at = left.position(leftIndex(with(axes, row.plus(i), column), k));
                        Expr a = inner.variable(new Expr.Splat(inner.variable(new Expr.Load(l, at, y.dtype(), 1)), lanes));
                        for (int v = 0; v < count; v++) {
                            inner.out.add(new Stmt.Assign(acc[i][v], multiplyAdd(a, b.get(v), acc[i][v])));
                        }
                    }
                });
                eachSum((at, i, v) -> {
                    Expr sum = chain ? acc[i][v] : Expr.Apply.of(ScalarFn.ADD, s.variable(new Expr.Load(tileScratch.buffer(), at, y.dtype(), lanes)), acc[i][v]);
                    s.out.add(new Stmt.Store(tileScratch.buffer(), at, sum));
                }, m);
            });
            return m.finish();
        }

        private interface Sum {
            void visit(Index at, int i, int v);
        }

        /** The vectors of sums of a tile, and where each is in scratch. */
        private void eachSum(Sum action, MethodWriter m) {
            for (int i = 0; i < height; i++) {
                for (int v = 0; v < count; v++) {
                    action.visit(tileScratch.at(Index.of((i * count + v) * lanes), m.cut()), i, v);
                }
            }
        }

        /** One lane: the tile's sums stay in scratch, those of a block behind those of all, and k is outside, so that the inner loop runs along memory. */
        private void inMemory(MethodWriter m, Index[] axes, Index row, Index column, Expr zero, int l, int r) {
            int behind = contracted.isChain() ? 0 : tile.vectors();
            m.each(m.body, count, (s, c) -> s.out.add(new Stmt.Store(tileScratch.buffer(), tileScratch.at(c, m.cut()), zero)));
            contracted.blocks(m, m.body, block -> {
                if (behind > 0) {
                    m.each(block.scope(), count, (s, c) -> s.out.add(new Stmt.Store(tileScratch.buffer(), tileScratch.at(c.plus(behind), m.cut()), zero)));
                }
                block.each(m, (inner, index) -> {
                    List<Index> k = known(index);
                    Index from = left.position(leftIndex(with(axes, row, column), k));
                    Expr a = inner.variable(new Expr.Load(l, from, y.dtype(), 1));
                    m.each(inner, count, (s, c) -> {
                        Expr b = s.variable(new Expr.Load(r, right.position(rightIndex(with(axes, row, column.plus(c)), k)), y.dtype(), 1));
                        Index sum = tileScratch.at(c.plus(behind), m.cut());
                        Expr old = s.variable(new Expr.Load(tileScratch.buffer(), sum, y.dtype(), 1));
                        s.out.add(new Stmt.Store(tileScratch.buffer(), sum, multiplyAdd(a, b, old)));
                    });
                });
                if (behind > 0) {
                    m.each(block.scope(), count, (s, c) -> {
                        Index sum = tileScratch.at(c, m.cut());
                        Expr old = s.variable(new Expr.Load(tileScratch.buffer(), sum, y.dtype(), 1));
                        Expr part = s.variable(new Expr.Load(tileScratch.buffer(), tileScratch.at(c.plus(behind), m.cut()), y.dtype(), 1));
                        s.out.add(new Stmt.Store(tileScratch.buffer(), sum, Expr.Apply.of(ScalarFn.ADD, old, part)));
                    });
                }
            });
        }

        private Expr multiplyAdd(Expr a, Expr b, Expr c) {
            return y.dtype().isFloat() ? Expr.Apply.of(ScalarFn.FMA, a, b, c) : Expr.Apply.of(ScalarFn.ADD, c, Expr.Apply.of(ScalarFn.MUL, a, b));
        }

        private Kernel.Method epilogue(MethodWriter m, Index[] axes, Index row, Index column) {
            int main = lanes > 1 ? width - width % lanes : 0;
            // An axis of one element has index 0 everywhere, and so no loop: what is hoisted for it must find the tile.
            if (rows == 1) {
                columns(m, m.body, axes, Index.ZERO, column, column.times(-1), main);
            } else {
                m.loop(m.body, row, row.plus(height), 1, 1, (s, i) ->
                        columns(m, s, axes, definitions.known(i, rows), column, i.plus(row.times(-1)).times(count * lanes).plus(column.times(-1)), main));
            }
            return m.finish();
        }

        private void columns(MethodWriter m, Scope s, Index[] axes, Index row, Index column, Index tileRow, int main) {
            if (columns == 1) {
                point(s, axes, row, Index.ZERO, tileRow.plus(column));
                return;
            }
            if (main > 0) {
                m.loop(s, column, column.plus(main), lanes, lanes, (inner, c) -> point(inner, axes, row, c, tileRow.plus(c)));
            }
            if (main < width) {
                m.loop(s, column.plus(main), column.plus(width), 1, 1, (inner, c) -> point(inner, axes, row, c, tileRow.plus(c)));
            }
        }

        private void point(Scope s, Index[] axes, Index row, Index column, Index inTile) {
            Index[] here = with(axes, row, definitions.known(column, columns));
            Index at = tileScratch.at(inTile, s.method().cut());
            definitions.tile((scope, index) -> Definitions.load(tileScratch.buffer(), at, y.dtype(), s));
            List<Expr> values = cluster.roots().stream().map(root -> definitions.at(root.node(), List.of(here), s)).toList();
            for (int k = 0; k < values.size(); k++) {
                Node n = cluster.roots().get(k).node();
                s.store(buffers.write(new Place.Value(n)), ViewIndex.flatten(n.shape(), List.of(here)), values.get(k));
            }
        }
    }
}
