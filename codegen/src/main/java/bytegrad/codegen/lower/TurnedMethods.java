package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The micro-kernels of tiles whose vectors run along rows, and the way of their sums to where those of other tiles are. */
final class TurnedMethods {
    private final Contraction c;
    private final Buffers buffers;
    private final int lanes;
    private final Lanes laneWidths;
    private final MethodWriter.Names names;
    private final Transpose transpose;
    private final List<TurnedEpilogue.Result> results;
    private final Map<String, Kernel.Method> methods = new LinkedHashMap<>();

    /** @param results all of the kernel's, if they can be made before sums are turned; else none */
    TurnedMethods(Contraction c, Buffers buffers, Lanes lanes, MethodWriter.Names names, Transpose transpose, List<TurnedEpilogue.Result> results) {
        this.results = results;
        this.c = c;
        this.buffers = buffers;
        this.lanes = lanes.loop();
        this.laneWidths = lanes;
        this.names = names;
        this.transpose = transpose;
    }

    Collection<Kernel.Method> all() {
        return Collections.unmodifiableCollection(methods.values());
    }

    /** Calls the micro-kernel for all of a tile's vectors; what it adds up becomes the tile's sums, or is added to them. */
    void add(Scope s, Tile tile, Turned.Tile turned, Contracted.Block block, boolean onTop) {
        turn(s, tile, sums(s, tile, turned, block), unturned(turned), onTop);
    }

    /** Whether the kernel's results are made before sums are turned. */
    boolean storesResults() {
        return !results.isEmpty();
    }

    /** Calls the micro-kernel for all vectors of a tile whose products are one chain; what is made of the sums is turned on its way to the results. */
    void compute(Scope s, Tile tile, Turned.Tile turned) {
        RowVectors vectors = sums(s, tile, turned, c.contracted().all(s));
        Transpose.Rows from = unturned(turned);
        for (TurnedEpilogue.Result result : results) {
            result.before().ifPresent(made -> inPlace(s, from, tile.width(), vectors.count(), made));
            s.method().each(s, vectors.lines(), (inner, line) -> transpose.make(inner, c.result().dtype(), from.moved(line.times(vectors.line())), tile.width(), vectors.rows(),
                    new Transpose.Rows(result.buffer(), result.at(tile, line), tile.width()), result.made()));
        }
    }

    private RowVectors sums(Scope s, Tile tile, Turned.Tile turned, Contracted.Block block) {
        RowVectors vectors = turned.turned().vectors(c, tile.height(), lanes);
        vectors.each(s.method(), s, lanes, (inner, first) -> sum(inner, tile, turned, vectors, first, block));
        return vectors;
    }

    /** Calls what makes it of so many vectors of each of the rows, where they are. */
    private void inPlace(Scope s, Transpose.Rows rows, int height, int count, Transpose.Made made) {
        Expr.Var first = Expr.Var.index("first");
        Expr.Var vectors = Expr.Var.index("vectors");
        methods.computeIfAbsent("made", name -> {
            MethodWriter m = new MethodWriter(name, List.of(first, vectors), laneWidths, names);
            m.loop(m.body, Index.ZERO, Index.of(vectors), 1, 1, (inner, v) -> {
                for (int j = 0; j < height; j++) {
                    Index at = Index.of(first).plus(j * rows.pitch()).plus(v.times(lanes));
                    inner.out.add(new Stmt.Store(rows.buffer(), at, made.of(inner, j, inner.variable(new Expr.Load(rows.buffer(), at, c.result().dtype(), lanes)))));
                }
            });
            return m.finish();
        });
        s.out.add(new Stmt.Call("made", List.of(rows.at(), Index.of(count))));
    }

    /** Where a tile's sums are before they are turned. */
    private Transpose.Rows unturned(Turned.Tile turned) {
        return new Transpose.Rows(turned.sums().buffer(), turned.sums().first(), turned.turned().vectors(c, turned.turned().tile().rows(), lanes).count() * lanes);
    }

    /** Calls the micro-kernel for a tile's vectors from one on. */
    private void sum(Scope s, Tile tile, Turned.Tile turned, RowVectors vectors, Index first, Contracted.Block block) {
        int pitch = unturned(turned).pitch();
        int count = vectors.offsets().size();
        MicroKernel micro = MicroKernel.turned(c, buffers, lanes, tile, turned, vectors.offsets(), first, block.in(s));
        String name = "turned" + (vectors.count() > count ? count * lanes : tile.height()) + "x" + tile.width();
        s.out.add(new Stmt.Call(name, micro.args(turned.sums().at(first))));
        if (methods.containsKey(name)) {
            return;
        }
        Expr.Var sums = Expr.Var.index("sums");
        MethodWriter m = new MethodWriter(name, micro.params(sums), laneWidths, names);
        Expr.Var[][] acc = micro.passed(m.body).write(m);
        for (int j = 0; j < tile.width(); j++) {
            for (int v = 0; v < count; v++) {
                m.body.out.add(new Stmt.Store(turned.sums().buffer(), Index.of(sums).plus(j * pitch + v * lanes), acc[j][v]));
            }
        }
        methods.put(name, m.finish());
    }

    /** From columns of lines of rows to rows of the tile's sums; what vectors have behind a line is written, too, and then the next line over it. */
    private void turn(Scope s, Tile tile, RowVectors vectors, Transpose.Rows from, boolean onTop) {
        int rows = vectors.rows();
        int written = onTop ? rows : lanes * Math.ceilDiv(rows, lanes);
        int pitch = tile.vectors(lanes) * lanes;
        Transpose.Rows to = new Transpose.Rows(tile.sums().buffer(), tile.sums().first(), pitch);
        s.method().each(s, vectors.lines(), (inner, line) -> {
            for (int j = 0; j < tile.width(); j += lanes) {
                transpose.turn(inner, c.result().dtype(), from.moved(line.times(vectors.line()).plus(j * from.pitch())), Math.min(lanes, tile.width() - j), written,
                        to.moved(line.times(rows * pitch).plus(j)), onTop);
            }
        });
    }
}
