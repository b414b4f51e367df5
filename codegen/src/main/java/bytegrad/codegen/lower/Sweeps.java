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
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A contraction on one lane, as loops that HotSpot turns into vector code by itself. It does so where one loop touches one array
 * at places that are constant distances apart. Therefore a portion of the right operand's rows is copied into scratch, a panel of
 * columns wide; for each row of the left operand, the row's sums are copied in front of them, and {@code sums[j] =
 * fma(a3, right3[j], … fma(a0, right0[j], sums[j]))} runs over them:
 *
 * <pre>{@code
 * for each row block, each portion of k:
 *   copy right[k..k+16, columns] → work[1..17]
 *   for each row:
 *     copy sums[row] → work[0]
 *     for j: work[0, j] = fma(left[row, k+3], work[4, j], … fma(left[row, k], work[1, j], work[0, j]))      4 times
 *     copy work[0] → sums[row]
 * for each row: everything else of the kernel
 * }</pre>
 *
 * Each element is added in the order of {@link bytegrad.ir.ContractOrder}.
 */
final class Sweeps {
    /** Products in one loop: with more arrays, HotSpot gives up where a loop does not begin at a constant. */
    private static final int AT_ONCE = 4;
    /** Bytes of a panel's row: long loops, and a portion of rows that fits in L1. */
    private static final int PANEL_BYTES = 1024;
    /** Rows whose sums are in scratch at a time. */
    private static final int MOST_ROWS = 256;
    /** Rows that a chunk should have, since it copies the right operand for itself. */
    private static final int ROWS_OF_CHUNK = 16;
    /** Elements of scratch in all chunks together. */
    private static final int MOST_SCRATCH = 1 << 20;
    /** With fewer columns a loop is over before it was worth to begin. */
    private static final int FEWEST_COLUMNS = 16;
    private static final int FEWEST_COLUMNS_OF_A_ROW = 64;

    private final Partition partition;
    private final Definitions definitions;
    private final Buffers buffers;
    private final Cluster cluster;
    private final Node y;
    private final DType dtype;
    private final Contraction c;
    private final Portions portions;
    private final int chunks;
    private final Lanes laneWidths;
    private final MethodWriter.Names names = new MethodWriter.Names();
    private final Map<String, Kernel.Method> methods = new LinkedHashMap<>();

    Sweeps(Partition partition, Definitions definitions, Buffers buffers, Cluster cluster, Lanes lanes, int chunks) {
        this.partition = partition;
        this.definitions = definitions;
        this.buffers = buffers;
        this.cluster = cluster;
        this.chunks = chunks;
        this.laneWidths = lanes;
        this.y = cluster.core().orElseThrow();
        this.dtype = y.dtype();
        this.c = new Contraction(cluster, partition, definitions, names).ofRows();
        this.portions = new Portions(c.contractedExtents(), dtype);
    }

    /** Whether the cluster's contraction is better off so. One row uses what is copied only once, and copies pay only in long ones. */
    static boolean suit(Partition partition, Definitions definitions, Cluster cluster, Lanes lanes) {
        if (lanes.loop() > 1) {
            return false;
        }
        Contraction c = new Contraction(cluster, partition, definitions, new MethodWriter.Names());
        return c.columns() >= (c.rows() == 1 ? FEWEST_COLUMNS_OF_A_ROW : FEWEST_COLUMNS) && c.contractedExtents().stream().anyMatch(k -> k > 1);
    }

    List<Kernel.Method> methods() {
        MethodWriter entry = new MethodWriter("run", List.of(), laneWidths, names);
        if (y.shape().size() == 0) {
            return List.of(entry.finish());
        }
        List<Kernel.Method> all = new ArrayList<>();
        int width = width();
        int wanted = (int) Math.min(chunks, Math.max(1, MOST_SCRATCH / ((long) width * c.window() * Math.min(mostRows(), c.rows()))));
        TileAxis axis = cutAxis(width, wanted);
        if (wanted > 1 && axis.units() > 1) {
            Cut cut = Cut.of(Expr.Var.index("c"), axis.units(), wanted, axis.unit());
            MethodWriter part = cut.method("part", laneWidths, names);
            new Panels(width, axis, part).write();
            entry.body.out.add(Cut.parallel("part", List.of(cut)));
            all.add(part.finish());
        } else {
            new Panels(width, new TileAxis(TileAxis.NONE, 1, 1), entry).write();
        }
        all.addFirst(entry.finish());
        all.addAll(methods.values());
        return all;
    }

    /** Columns of a panel: all, or as many in each as can be, in whole lines. */
    private int width() {
        int most = PANEL_BYTES / dtype.bytes();
        int panels = Math.ceilDiv(c.columns(), most);
        int line = WorkRows.line(dtype);
        return panels == 1 ? c.columns() : Math.ceilDiv(Math.ceilDiv(c.columns(), panels), line) * line;
    }

    /** The outermost loop with enough iterations, else the one with most. */
    private TileAxis cutAxis(int width, int wanted) {
        List<TileAxis> all = new ArrayList<>();
        outerAxes().forEach(a -> all.add(new TileAxis(a, c.extent(a), 1)));
        all.add(new TileAxis(TileAxis.COLUMNS, Math.ceilDiv(c.columns(), width), width));
        int rows = Math.clamp(Math.ceilDiv(Math.ceilDiv(c.rows(), wanted), ROWS_OF_CHUNK) * ROWS_OF_CHUNK, ROWS_OF_CHUNK, mostRows());
        all.add(new TileAxis(TileAxis.ROWS, Math.ceilDiv(c.rows(), rows), rows));
        return TileAxis.best(all, wanted);
    }

    /** Rows of which each element of a window has a sum in scratch. */
    private int mostRows() {
        return MOST_ROWS / c.window();
    }

    /** What loops around blocks run over; those over windows are within. */
    private List<Integer> outerAxes() {
        return c.outerAxes().stream().filter(a -> !c.taps().contains(a)).toList();
    }

    private interface Outer {
        void visit(Scope s, Index[] known);
    }

    /** The loops around blocks of rows and panels of columns. */
    private final class Panels {
        private final int width;
        private final int height;
        private final int cutAxis;
        private final MethodWriter m;
        private final WorkRows work;
        private final Scratch sums;

        Panels(int width, TileAxis cut, MethodWriter m) {
            this.width = width;
            this.height = Math.min(c.rows(), cut.number() == TileAxis.ROWS ? cut.unit() : mostRows());
            this.cutAxis = cut.number();
            this.m = m;
            this.work = WorkRows.of(buffers, dtype, 1 + Portions.MOST, width, m.cut());
            this.sums = Scratch.of(buffers, dtype, width * height * c.window() * (portions.isChain() ? 1 : 2), m.cut());
        }

        private Optional<Cut> cutOf(int axis) {
            return axis == cutAxis ? m.cut() : Optional.empty();
        }

        void write() {
            work.clearFronts(m);
            over(m.body, outerAxes(), new Index[c.rank()], (outer, known) ->
                    m.spans(outer, c.columns(), width, cutOf(TileAxis.COLUMNS), (s, column, columns) ->
                            m.spans(s, c.rows(), height, cutOf(TileAxis.ROWS), (inner, row, rows) ->
                                    new Block(this, c.first(known), row, rows, column, columns).write(inner))));
        }

        /** Loops over axes of the result. */
        private void over(Scope s, List<Integer> loops, Index[] known, Outer body) {
            if (loops.isEmpty()) {
                body.visit(s, known);
                return;
            }
            int a = loops.getFirst();
            int extent = c.extent(a);
            MethodWriter.Body each = (inner, i) -> {
                Index[] more = known.clone();
                more[a] = definitions.known(i, extent);
                over(inner, loops.subList(1, loops.size()), more, body);
            };
            cutOf(a).ifPresentOrElse(c -> c.loop(s, extent, 1, 1, each), () -> m.each(s, extent, each));
        }
    }

    /** A block of rows by a panel of columns. */
    private final class Block {
        private final Panels all;
        private final Index[] known;
        private final Index row;
        private final int rows;
        private final Index column;
        private final int columns;

        Block(Panels all, Index[] known, Index row, int rows, Index column, int columns) {
            this.all = all;
            this.known = known;
            this.row = row;
            this.rows = rows;
            this.column = column;
            this.columns = columns;
        }

        void write(Scope s) {
            MethodWriter m = s.method();
            int size = rows * columns * c.window();
            call(s, "clear" + size, List.of(), p -> clear(p.m, 0, size));
            portions.blocks(m, s, block -> {
                // The same for blocks of fewer rows, which share the methods that add there.
                int behind = portions.isChain() ? 0 : all.width * all.height * c.window();
                if (behind > 0) {
                    call(block.scope(), "part" + size, List.of(), p -> clear(p.m, behind, size));
                }
                portions.each(m, block, (inner, k) -> {
                    List<Index> first = new ArrayList<>(k.first());
                    first.add(column);
                    call(inner, "copy" + k.count() + "x" + columns, first, p -> copy(p, k.count()));
                    m.eachOf(inner, c.taps().stream().map(c::extent).toList(), tap -> m.each(tap.scope(), rows, (each, i) -> {
                        Index[] at = known.clone();
                        for (int t = 0; t < tap.index().size(); t++) {
                            at[c.taps().get(t)] = definitions.known(tap.index().get(t), c.extent(c.taps().get(t)));
                        }
                        List<Index> of = new ArrayList<>(k.first());
                        of.add(row.plus(i));
                        of.add(c.tap(at).times(rows).plus(i));
                        call(each, at, "sweep" + k.count() + "x" + columns, of, p -> sweep(p, k.count(), behind));
                    }));
                });
                if (behind > 0) {
                    call(block.scope(), "add" + size, List.of(), p -> add(p.m, size, behind));
                }
            });
            m.each(s, rows, (each, i) -> call(each, "store" + (c.window() > 1 ? rows + "x" : "") + columns, List.of(row.plus(i), i, column), this::store));
        }

        /** The method that a call is of, once it is written: its parameters for the outer axes, and the others. */
        private record Called(MethodWriter m, Index[] outer, List<Index> own) {}

        private void call(Scope s, String name, List<Index> own, Function<Called, Kernel.Method> body) {
            call(s, known, name, own, body);
        }

        private void call(Scope s, Index[] known, String name, List<Index> own, Function<Called, Kernel.Method> body) {
            List<Expr.Var> params = new ArrayList<>();
            List<Index> args = new ArrayList<>();
            Index[] inside = known.clone();
            Optional<Cut> cut = s.method().cut().map(c -> new Cut(Index.of(Expr.Var.index("chunk")), c.count(), c.size()));
            cut.ifPresent(c -> {
                params.add(c.variable());
                args.add(s.method().cut().orElseThrow().chunk());
            });
            for (int a : c.outerAxes()) {
                if (!known[a].isConstant()) {
                    Expr.Var p = Expr.Var.index("o" + a);
                    inside[a] = definitions.known(Index.of(p), c.extent(a));
                    params.add(p);
                    args.add(known[a]);
                }
            }
            List<Index> inner = new ArrayList<>();
            for (Index i : own) {
                Expr.Var p = Expr.Var.index("p" + inner.size());
                params.add(p);
                args.add(i);
                inner.add(Index.of(p));
            }
            s.out.add(new Stmt.Call(name, args));
            if (!methods.containsKey(name)) {
                methods.put(name, body.apply(new Called(new MethodWriter(name, params, laneWidths, names, cut), inside, inner)));
            }
        }

        private Kernel.Method clear(MethodWriter m, int from, int size) {
            Index first = all.sums.at(Index.of(from), m.cut());
            m.loop(m.body, first, first.plus(size), 1, 1, (s, i) -> s.out.add(new Stmt.Store(all.sums.buffer(), i, Expr.Const.of(dtype, 0))));
            return m.finish();
        }

        /** Adds the sums of one block of products to those of all before. */
        private Kernel.Method add(MethodWriter m, int size, int behind) {
            Index first = all.sums.at(Index.ZERO, m.cut());
            m.loop(m.body, first, first.plus(size), 1, 1, (s, i) -> {
                Expr old = s.variable(new Expr.Load(all.sums.buffer(), i, dtype, 1));
                Expr part = s.variable(new Expr.Load(all.sums.buffer(), i.plus(behind), dtype, 1));
                s.out.add(new Stmt.Store(all.sums.buffer(), i, Expr.Apply.of(ScalarFn.ADD, old, part)));
            });
            return m.finish();
        }

        /** work[1 + k, c] = right[k, column + c] for the products of a portion. */
        private Kernel.Method copy(Called p, int count) {
            MethodWriter m = p.m;
            WorkRows work = all.work;
            int source = buffers.read(c.right().place());
            List<Index> first = p.own.subList(0, p.own.size() - 1);
            Index from = p.own.getLast();
            boolean neighbours = c.columnStride() == 1;
            if (neighbours) {
                for (int k = 0; k < count; k++) {
                    Index at = c.rightAt(c.with(p.outer, Index.ZERO, from), portions.at(first, k));
                    m.body.out.add(new Stmt.Copy(work.buffer(), work.row(1 + k, m), source, at, columns));
                }
            } else {
                m.each(m.body, columns, (s, j) -> {
                    for (int k = 0; k < count; k++) {
                        Index at = c.rightAt(c.with(p.outer, Index.ZERO, from.plus(j)), portions.at(first, k));
                        Expr v = s.variable(new Expr.Load(source, at, dtype, 1));
                        s.out.add(new Stmt.Store(work.buffer(), work.row(1 + k, m).plus(j), v));
                    }
                });
            }
            return m.finish();
        }

        /** A row's sums, with a portion's products added. */
        private Kernel.Method sweep(Called p, int count, int behind) {
            MethodWriter m = p.m;
            Scope body = m.body;
            WorkRows work = all.work;
            int l = buffers.read(c.left().place());
            List<Index> first = p.own.subList(0, p.own.size() - 2);
            Index at = p.own.get(p.own.size() - 2);
            Index here = all.sums.at(p.own.getLast().times(columns).plus(behind), m.cut());
            body.out.add(new Stmt.Copy(work.buffer(), work.row(0, m), all.sums.buffer(), here, columns));
            for (int k = 0; k < count; k += AT_ONCE) {
                List<Expr> a = new ArrayList<>();
                for (int i = k; i < Math.min(count, k + AT_ONCE); i++) {
                    Index from = c.leftAt(c.with(p.outer, at, Index.ZERO), portions.at(first, i));
                    a.add(body.variable(new Expr.Load(l, from, dtype, 1)));
                }
                int row = 1 + k;
                work.loop(body, columns, (s, j) -> {
                    Expr sum = s.variable(new Expr.Load(work.buffer(), j, dtype, 1));
                    for (int i = 0; i < a.size(); i++) {
                        Expr b = s.variable(new Expr.Load(work.buffer(), j.plus((row + i) * work.pitch()), dtype, 1));
                        sum = s.variable(MicroKernel.multiplyAdd(a.get(i), b, sum));
                    }
                    s.out.add(new Stmt.Store(work.buffer(), j, sum));
                });
            }
            body.out.add(new Stmt.Copy(all.sums.buffer(), here, work.buffer(), work.row(0, m), columns));
            return m.finish();
        }

        /** Everything else of the kernel, over a row of sums. */
        private Kernel.Method store(Called p) {
            MethodWriter m = p.m;
            // An axis of one element has index 0 everywhere: what is hoisted for it must find the row.
            Index at = c.rows() == 1 ? Index.ZERO : definitions.known(p.own.get(0), c.rows());
            Index from = p.own.get(2);
            Index line = p.own.get(1).times(columns).plus(from.times(-1));
            m.loop(m.body, from, from.plus(columns), 1, 1, (s, j) -> {
                Index[] here = c.with(p.outer, at, definitions.known(j, c.columns()));
                Index in = all.sums.at(line.plus(j), m.cut());
                definitions.tile((scope, index) -> Definitions.load(all.sums.buffer(), in.plus(c.tap(index, here).times(rows * columns)), dtype, s));
                definitions.store(cluster.roots(), here, s);
            });
            if (m.body.out.getLast() instanceof Stmt.For loop) {
                StageRows.of(loop, columns, all.work, m).ifPresent(staged -> {
                    m.body.out.removeLast();
                    m.body.out.addAll(staged);
                });
            }
            return m.finish();
        }
    }
}
