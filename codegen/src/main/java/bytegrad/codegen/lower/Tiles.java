package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A contraction as register tiles, blocked and packed as {@link Blocking} says. Each element is added in the order of
 * {@link bytegrad.ir.ContractOrder}, so neither tiles nor lanes, blocks nor chunks change a bit.
 */
final class Tiles {
    private final Partition partition;
    private final Definitions definitions;
    private final Buffers buffers;
    private final Cluster cluster;
    private final Node y;
    private final Lanes laneWidths;
    private final int lanes;
    private final Division division;
    private final MethodWriter.Names names = new MethodWriter.Names();
    private final Transpose transpose;
    /** One for each strip of columns; none where there is nothing to compute. */
    private final List<Loops> strips = new ArrayList<>();

    Tiles(Partition partition, Definitions definitions, Buffers buffers, Cluster cluster, Lanes lanes, MachineProfile machine, Division division) {
        this.partition = partition;
        this.definitions = definitions;
        this.buffers = buffers;
        this.cluster = cluster;
        this.y = cluster.core().orElseThrow();
        this.division = division;
        if (lanes.loop() > 1 && y.dtype().bytes() != lanes.bytes()) {
            throw new NotVectorizable("the contraction has other lanes");
        }
        this.laneWidths = lanes;
        this.lanes = lanes.loop();
        this.transpose = new Transpose(laneWidths, names);
        if (y.shape().size() > 0) {
            Turned.strips(new Contraction(cluster, partition, definitions, names), this.lanes, division.chunks()).forEach(c -> strips.add(new Loops(c, machine)));
        }
    }

    List<Kernel.Method> methods() {
        MethodWriter entry = new MethodWriter("run", List.of(), laneWidths, names);
        List<Kernel.Method> parts = new ArrayList<>();
        strips.forEach(strip -> strip.write(entry, parts));
        parts.addFirst(entry.finish());
        strips.forEach(strip -> parts.addAll(strip.tileMethods.all()));
        parts.addAll(transpose.methods());
        return parts;
    }

    /** How it is tiled, blocked and packed, for people. */
    String schedule() {
        return strips.stream().map(Loops::words).collect(Collectors.joining("; the last columns in "));
    }

    private interface Outer {
        void visit(Scope s, Index[] axes);
    }

    /** The loops around tiles. */
    private final class Loops {
        private final Contraction c;
        private final Optional<Turned> turned;
        private final Blocking blocking;
        private final TileShape tile;
        private final TileMethods tileMethods;
        private final Packing packing;
        private final DType dtype = y.dtype();
        /** The left operand's copy with rows as neighbours, if it is made once. */
        private final Optional<Scratch> wholeCopy;
        /** The right operand's panels, if all are packed, by this kernel or another. */
        private final Optional<Scratch> whole;
        /** The left operand's tiles of rows, if all are packed: for chunks of columns, each of which reads all of them. */
        private final Optional<Scratch> wholeRows;

        Loops(Contraction all, MachineProfile machine) {
            this.turned = unpadded(all, strips.isEmpty() ? Turned.of(all, lanes, division.chunks()) : Turned.behind(all, lanes, division.chunks()));
            this.c = turned.flatMap(Turned::copy).map(copy -> all.apart(copy.apart())).orElse(all);
            boolean chains = lanes > 1 && c.columns() > 1 && c.window() == 1 && c.contracted().isChain();
            Optional<ReadRegion> region = chains && turned.isEmpty() ? ReadRegion.of(cluster, definitions).filter(r -> r.leavesOut(c, lanes)) : Optional.empty();
            this.tileMethods = new TileMethods(c, definitions, buffers, cluster, laneWidths, names, transpose, region, turned.isPresent() && c.contracted().isChain());
            int most = TileShape.accumulators(lanes);
            int sums = chains && region.isEmpty() ? tileMethods.accumulators(most) : most;
            this.blocking = Blocking.choose(c, lanes, sums, turned.map(Turned::tile), division, machine.residentBytes(), region.isPresent());
            this.tile = blocking.tile();
            this.wholeCopy = turned.flatMap(Turned::copy).filter(copy -> copy.apart().isEmpty()).map(copy -> Scratch.of(buffers, dtype, copy.size(), Optional.empty()));
            this.packing = new Packing(c, buffers, lanes, transpose);
            this.whole = switch (blocking.right()) {
                case NOT, PANEL -> Optional.empty();
                case WHOLE -> Optional.of(Scratch.of(buffers, dtype, c.products() * panels() * width(), Optional.empty()));
                case STORED -> Optional.of(new Scratch(buffers.read(c.rightPanels(width(), lanes)), 0));
            };
            boolean columnChunks = blocking.cuts().stream().anyMatch(cut -> cut.axis().number() == TileAxis.COLUMNS);
            this.wholeRows = blocking.leftPacked() && columnChunks && !blocking.blocked() && c.extents(c.sharedAxes()) == 1
                    ? Optional.of(Scratch.of(buffers, dtype, Math.toIntExact(c.window() * c.extents(c.outerRows()) * c.rows() * packing.rowLength(c.products())), Optional.empty()))
                    : Optional.empty();
        }

        /** Where the left operand is padded, and that is not in memory, it is a copy's border. */
        private Optional<Turned> unpadded(Contraction all, Optional<Turned> shaped) {
            if (!(all.left().place() instanceof Place.Value(Node pad)) || partition.hasBuffer(pad)) {
                return shaped;
            }
            Operand inside = Operand.of(pad.input(0), partition, definitions, names);
            return Optional.of(shaped.flatMap(t -> t.unpadded(pad, inside, lanes)).orElseThrow(() -> new NotVectorizable("no copy has the border that is to be put around " + pad)));
        }

        private int width() {
            return tile.vectors() * lanes;
        }

        private int panels() {
            return (c.columns() + width() - 1) / width();
        }

        private String words() {
            return blocking.words(lanes) + (turned.isPresent() ? ", lanes along rows" : "") + (c.axesApart().isEmpty() ? "" : " of copies in " + c.extents(c.axesApart()) + " parts")
                    + (turned.flatMap(Turned::copy).flatMap(Turned.Copy::lines).isPresent() ? " with a pad's border" : "")
                    + (c.window() > 1 ? ", reduced in windows of " + c.window() : "");
        }

        /** Writes its part of the entry, and adds the methods of its chunks. */
        void write(MethodWriter entry, List<Kernel.Method> parts) {
            String strip = this == strips.getFirst() ? "" : "Last";
            wholeRows.ifPresent(p -> packAllRows(entry, p));
            wholeCopy.ifPresent(to -> turned.orElseThrow().copy(c, entry, entry.body, new Index[c.rank()], left(), new TilePart(to.buffer(), Index.ZERO), transpose));
            whole.filter(_ -> blocking.right() == Blocking.Packed.WHOLE).ifPresent(p -> {
                Cut cut = Cut.of(Expr.Var.index("c"), panels(), blocking.chunks(), width());
                if (cut.count() > 1) {
                    parts.add(inChunks(entry, "pack" + strip, List.of(cut), m -> packAll(m, p)));
                } else {
                    packAll(entry, p);
                }
            });
            Map<Integer, Cut> cuts = new LinkedHashMap<>();
            blocking.cuts().forEach(cut -> cuts.put(cut.axis().number(), cut.cut(Expr.Var.index("c" + cuts.size()))));
            if (cuts.isEmpty()) {
                new Part(entry, cuts).write();
            } else {
                parts.add(inChunks(entry, "part" + strip, List.copyOf(cuts.values()), m -> new Part(m, cuts).write()));
            }
        }

        private TilePart left() {
            Place place = turned.flatMap(Turned::copy).map(copy -> copy.from().place()).orElse(c.left().place());
            return new TilePart(buffers.read(place), Index.ZERO);
        }

        private Kernel.Method inChunks(MethodWriter entry, String name, List<Cut> cuts, java.util.function.Consumer<MethodWriter> body) {
            MethodWriter m = Cut.method(name, cuts, laneWidths, names);
            body.accept(m);
            entry.body.out.add(Cut.parallel(name, cuts));
            return m.finish();
        }

        private void packAll(MethodWriter m, Scratch to) {
            over(m, m.body, c.sharedAxes(), new Index[c.rank()], _ -> Optional.empty(), (s, axes) ->
                    tile.overColumns(m, s, c.columns(), lanes, m.cut(), (inner, column, width) ->
                            packing.panel(inner, c.contracted().all(inner), m, axes, column, width, to.buffer(),
                                    k -> panelAt(axes, column, width, c.contracted().position(k)))));
        }

        /** In one piece: a copy writes whole vectors, the last beyond its tile, where another chunk's would be. */
        private void packAllRows(MethodWriter m, Scratch to) {
            over(m, m.body, c.sharedAxes(), new Index[c.rank()], _ -> Optional.empty(), (s, shared) ->
                    c.contracted().all(s).pieces(m, Packing.TOGETHER, (piece, products) -> over(m, piece, Stream.concat(c.taps().stream(), c.outerRows().stream()).toList(), shared, _ -> Optional.empty(), (each, axes) ->
                            tile.overRows(m, each, c.rows(), Optional.empty(), (inner, row, height) ->
                                    packing.rows(inner, products, axes, row, height, to.buffer(),
                                            k -> rowAt(axes, row).plus(c.contracted().position(k).times(height)))))));
        }

        /** Where a tile's rows begin, where all are packed. */
        private Index rowAt(Index[] axes, Index row) {
            Index before = c.tap(axes);
            for (int a : c.outerRows()) {
                before = before.times(c.extent(a)).plus(axes[a]);
            }
            return before.times(c.rows()).plus(row).times(packing.rowLength(c.products()));
        }

        /** Where a product of a panel is, where all panels are packed. */
        private Index panelAt(Index[] axes, Index column, int width, Index product) {
            return c.matrix(axes).times(c.products() * rounded(c.columns())).plus(Packing.panelAt(column, rounded(width), c.products(), product));
        }

        private int rounded(int columns) {
            return (columns + lanes - 1) / lanes * lanes;
        }

        /** Loops over axes of the result. */
        private void over(MethodWriter m, Scope s, List<Integer> loops, Index[] axes, java.util.function.IntFunction<Optional<Cut>> cuts, Outer body) {
            if (loops.isEmpty()) {
                body.visit(s, axes);
                return;
            }
            int a = loops.getFirst();
            int extent = c.extent(a);
            MethodWriter.Body each = (inner, i) -> {
                Index[] known = axes.clone();
                known[a] = definitions.known(i, extent);
                over(m, inner, loops.subList(1, loops.size()), known, cuts, body);
            };
            cuts.apply(a).ifPresentOrElse(cut -> cut.loop(s, extent, 1, 1, each), () -> m.each(s, extent, each));
        }

        /** All of the result, or what a chunk has of it. */
        private final class Part {
            private final MethodWriter m;
            /** By the axis whose loop is in chunks. */
            private final Map<Integer, Cut> cuts;
            private final int blockAxis = Blocking.blockAxis(c);
            /** Of the loop over rows that is in blocks. */
            private final Optional<Cut> rowBlock;
            /** Products that are added at a time. */
            private final int depth = blocking.blocked() ? c.contracted().longestBlock() : c.products();
            private final Scratch sums;
            /** From the sums of one element of a window to those of the next. */
            private final int pitch;
            private final Optional<Scratch> panel;
            private final Optional<Scratch> packedRows;
            /** Of a tile before it is turned. */
            private final Optional<Scratch> unturned;
            /** The left operand's copy with rows as neighbours, if it is made at each index of some axes. */
            private final Optional<Scratch> partCopy;

            Part(MethodWriter m, Map<Integer, Cut> cuts) {
                this.m = m;
                this.cuts = cuts;
                this.rowBlock = blocking.rowBlocks() > 1 ? Optional.of(blocksOfRows()) : Optional.empty();
                // Whole vectors of rows are turned.
                int one = tileMethods.storesTurned() ? 0 : (tile.rows() + (turned.isPresent() ? lanes - 1 : 0)) * width() * (lanes == 1 && !c.contracted().isChain() ? 2 : 1);
                this.pitch = blocking.blocked() ? rowsHere() / c.window() * width() : one;
                this.sums = Scratch.of(buffers, dtype, blocking.blocked() ? Math.multiplyExact(rowsHere(), columnsHere()) : one * c.window(), m.cut());
                this.unturned = turned.map(t -> Scratch.of(buffers, dtype, (c.columns() * t.vectors(c, tile.rows(), lanes).count() + 1) * lanes, m.cut()));
                this.partCopy = turned.flatMap(Turned::copy).filter(copy -> !copy.apart().isEmpty()).map(copy -> Scratch.of(buffers, dtype, copy.size() + lanes, m.cut()));
                this.panel = blocking.right() == Blocking.Packed.PANEL ? Optional.of(Scratch.of(buffers, dtype, depth * width(), m.cut())) : Optional.empty();
                this.packedRows = blocking.leftPacked() && wholeRows.isEmpty() ? Optional.of(Scratch.of(buffers, dtype, rowsHere() * packing.rowLength(depth), m.cut())) : Optional.empty();
            }

            private Cut blocksOfRows() {
                boolean tiles = blockAxis == TileAxis.ROWS;
                TileAxis rows = tiles ? new TileAxis(TileAxis.ROWS, (c.rows() + tile.rows() - 1) / tile.rows(), tile.rows()) : Blocking.outerRows(c, tile, blockAxis);
                return Cut.of(Expr.Var.index("b" + names.next()), rows.units(), blocking.rowBlocks(), rows.unit());
            }

            private Optional<Cut> cutOf(int axis) {
                return Optional.ofNullable(cuts.get(axis)).or(() -> axis == blockAxis ? rowBlock : Optional.empty());
            }

            /** An index along an axis, from where the chunk or block begins. */
            private Index local(int axis, Index i) {
                return cutOf(axis).map(cut -> i.minus(cut.part(cut.size()))).orElse(i);
            }

            private int extentHere(int axis, int extent) {
                return cutOf(axis).map(Cut::size).orElse(extent);
            }

            private int rowsHere() {
                return c.outerRows().stream().mapToInt(a -> extentHere(a, c.extent(a))).reduce(c.window() * extentHere(TileAxis.ROWS, c.rows()), Math::multiplyExact);
            }

            private int columnsHere() {
                return extentHere(TileAxis.COLUMNS, panels() * width());
            }

            /** How many rows of the part are before this one. */
            private Index rowsBefore(Index[] axes, Index row) {
                Index before = c.tap(axes);
                for (int a : c.outerRows()) {
                    before = before.times(extentHere(a, c.extent(a))).plus(local(a, axes[a]));
                }
                return before.times(extentHere(TileAxis.ROWS, c.rows())).plus(local(TileAxis.ROWS, row));
            }

            void write() {
                partCopy.ifPresent(to -> turned.orElseThrow().border(dtype, m, m.body, lanes, new TilePart(to.buffer(), to.at(Index.ZERO, m.cut()))));
                over(m, m.body, c.axesApart(), new Index[c.rank()], this::cutOf, (s, axes) -> {
                    partCopy.ifPresent(to -> turned.orElseThrow().copy(c, m, s, axes, left(), new TilePart(to.buffer(), to.at(Index.ZERO, m.cut())), transpose));
                    blocks(s, axes);
                });
            }

            private void blocks(Scope outside, Index[] known) {
                over(m, outside, c.sharedAxes().stream().filter(a -> !c.axesApart().contains(a)).toList(), known, this::cutOf, (s, axes) -> {
                    if (rowBlock.isEmpty()) {
                        block(s, axes);
                        return;
                    }
                    Cut cut = rowBlock.get();
                    Scope inner = s.loop(cut.variable(), 1);
                    block(inner, axes);
                    s.out.add(new Stmt.For(cut.variable(), Index.ZERO, Index.of(cut.count()), 1, inner.out));
                });
            }

            private interface Rows {
                void visit(Scope s, Index[] axes, Index row, int height);
            }

            private void eachTileOfRows(Scope s, Index[] axes, Rows body) {
                int group = c.groups(tile.rows());
                if (group > 1) {
                    int outside = c.groupAxis();
                    over(m, s, c.outerRows().stream().filter(a -> a != outside).toList(), axes, this::cutOf, (each, known) ->
                            m.spans(each, c.extent(outside), group, cutOf(outside), (inner, first, count) -> {
                                Index[] all = known.clone();
                                all[outside] = definitions.known(first, c.extent(outside) - count + 1);
                                body.visit(inner, all, Index.ZERO, count * c.rows());
                            }));
                    return;
                }
                over(m, s, c.outerRows(), axes, this::cutOf, (each, known) ->
                        tile.overRows(m, each, c.rows(), cutOf(TileAxis.ROWS), (inner, row, height) -> body.visit(inner, known, row, height)));
            }

            private void eachPanel(Scope s, MethodWriter.Span body) {
                tile.overColumns(m, s, c.columns(), lanes, cutOf(TileAxis.COLUMNS), body);
            }

            private Tile tile(Index[] axes, Index row, int height, Index column, int width, Contracted.Block products) {
                Index at = blocking.blocked() ? local(TileAxis.COLUMNS, column).times(rowsHere()).plus(rowsBefore(axes, row).times(width())) : c.tap(axes).times(pitch);
                Optional<TilePart> columnsFrom = whole.map(p -> new TilePart(p.buffer(), panelAt(axes, column, width, products.first())))
                        .or(() -> panel.map(p -> new TilePart(p.buffer(), p.at(Index.ZERO, m.cut()))));
                Optional<TilePart> rowsFrom = wholeRows.map(p -> new TilePart(p.buffer(), rowAt(axes, row)))
                        .or(() -> packedRows.map(p -> new TilePart(p.buffer(), rowsAt(p, axes, row))));
                return new Tile(axes, row, column, height, width, new TilePart(sums.buffer(), sums.at(at, m.cut())), pitch, columnsFrom, rowsFrom,
                        turned.map(t -> new Turned.Tile(t, turnedLeft(), new TilePart(unturned.orElseThrow().buffer(), unturned.orElseThrow().at(Index.ZERO, m.cut())))));
            }

            /** Where the left operand begins that has rows as neighbours: itself, or its copy. */
            private TilePart turnedLeft() {
                return wholeCopy.or(() -> partCopy).map(copy -> new TilePart(copy.buffer(), partCopy.isEmpty() ? Index.ZERO : copy.at(Index.ZERO, m.cut()))).orElseGet(Loops.this::left);
            }

            private Index rowsAt(Scratch to, Index[] axes, Index row) {
                return to.at(rowsBefore(axes, row).times(packing.rowLength(depth)), m.cut());
            }

            /** What the tiles of these products read again and again is copied first. */
            private void packRows(Contracted.Block products, Index[] axes) {
                packedRows.ifPresent(to -> products.pieces(m, Packing.TOGETHER, (piece, some) -> eachTileOfRows(piece, axes, (each, all, row, height) -> eachTap(each, all, (inner, known) ->
                        packing.rows(inner, some, known, row, height, to.buffer(), k -> rowsAt(to, known, row).plus(products.position(k).times(height)))))));
            }

            private void packPanel(Scope s, Index[] axes, Contracted.Block products, Index column, int width) {
                panel.ifPresent(to -> packing.panel(s, products, m, axes, column, width, to.buffer(),
                        k -> to.at(products.position(k).times(rounded(width)), m.cut())));
            }

            private void eachTap(Scope s, Index[] axes, Outer body) {
                over(m, s, c.taps(), axes, _ -> Optional.empty(), body);
            }

            /** A tile of which all products are one chain; of windows, all sums before what is made of them. */
            private void compute(Scope s, Index[] axes, Index row, int height, Index column, int width) {
                Tile first = tile(c.first(axes), row, height, column, width, c.contracted().all(s));
                if (c.window() == 1) {
                    tileMethods.compute(s, first);
                    return;
                }
                eachTap(s, axes, (inner, known) -> {
                    Contracted.Block all = c.contracted().all(inner);
                    tileMethods.add(inner, tile(known, row, height, column, width, all), all, false);
                });
                tileMethods.store(s, first);
            }

            /** The tiles of a block of rows. */
            private void block(Scope s, Index[] axes) {
                if (!blocking.blocked()) {
                    Contracted.Block all = c.contracted().all(s);
                    packRows(all, axes);
                    if (blocking.rowsOutside()) {
                        eachTileOfRows(s, axes, (each, known, row, height) ->
                                eachPanel(each, (inner, column, width) -> compute(inner, known, row, height, column, width)));
                        return;
                    }
                    eachPanel(s, (p, column, width) -> {
                        packPanel(p, axes, all, column, width);
                        eachTileOfRows(p, axes, (inner, known, row, height) -> compute(inner, known, row, height, column, width));
                    });
                    return;
                }
                Expr zero = m.body.splat(Expr.Const.of(dtype, 0), lanes);
                m.loop(s, Index.ZERO, Index.of(rowsHere() * columnsHere()), lanes, 1,
                        (inner, i) -> inner.out.add(new Stmt.Store(sums.buffer(), sums.at(i, m.cut()), zero)));
                c.contracted().blocks(m, s, products -> {
                    packRows(products, axes);
                    eachPanel(products.scope(), (p, column, width) -> {
                        packPanel(p, axes, products, column, width);
                        eachTileOfRows(p, axes, (each, all, row, height) -> eachTap(each, all, (inner, known) ->
                                tileMethods.add(inner, tile(known, row, height, column, width, products), products, true)));
                    });
                });
                eachPanel(s, (p, column, width) -> eachTileOfRows(p, axes, (inner, known, row, height) ->
                        tileMethods.store(inner, tile(c.first(known), row, height, column, width, c.contracted().all(inner)))));
            }
        }
    }
}
