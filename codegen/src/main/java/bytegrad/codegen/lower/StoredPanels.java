package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The kernels that store {@link Place.Panels}. They run rarely, and so in code that HotSpot may not have compiled: rows go by whole copies where their columns are neighbours.
 *
 * <pre>
 * panels[b·pitch + p·K·width + k·width + j] = right[b, k, p·width + j]
 * </pre>
 */
final class StoredPanels {
    private final Place.Panels panels;

    private StoredPanels(Place.Panels panels) {
        this.panels = panels;
    }

    /** The kernels, and behind them those that store the panels they read, each once. */
    static List<LoweredKernel> with(List<LoweredKernel> kernels) {
        Set<Place> read = kernels.stream().flatMap(k -> k.places().stream()).collect(Collectors.toCollection(LinkedHashSet::new));
        Stream<LoweredKernel> more = read.stream().flatMap(p -> p instanceof Place.Panels x ? Stream.of(new StoredPanels(x).kernel()) : Stream.empty());
        return Stream.concat(kernels.stream(), more).toList();
    }

    private LoweredKernel kernel() {
        List<Expr.Var> vars = variables("b", panels.matrices());
        List<Index> matrix = vars.stream().map(Index::of).toList();
        Index from = panels.matrices().at(matrix).plus(panels.constant());
        Index to = panels.matrices().number(matrix).times(panels.pitch());
        List<Stmt> body = new ArrayList<>();
        int whole = panels.columns() / panels.width();
        Expr.Var p = Expr.Var.index("p");
        if (whole > 0) {
            body.add(loop(p, whole, rows("k", Index.of(p), panels.width(), from, to)));
        }
        if (panels.columns() % panels.width() > 0) {
            body.addAll(rows("r", Index.of(whole), panels.columns() % panels.width(), from, to));
        }
        Place source = new Place.Value(panels.node());
        Kernel.Buffer read = new Kernel.Buffer(source.dtype(), source.size(), Kernel.Access.READ);
        Kernel.Buffer write = new Kernel.Buffer(source.dtype(), panels.size(), Kernel.Access.WRITE);
        Kernel kernel = new Kernel(List.of(read, write), List.of(new Kernel.Method("run", List.of(), loops(vars, panels.matrices(), body))));
        return new LoweredKernel(Cluster.NONE, kernel, List.of(source, panels));
    }

    private static List<Expr.Var> variables(String name, Place.Panels.Axes axes) {
        return IntStream.range(0, axes.extents().size()).mapToObj(a -> Expr.Var.index(name + a)).toList();
    }

    private static List<Stmt> loops(List<Expr.Var> vars, Place.Panels.Axes axes, List<Stmt> body) {
        List<Stmt> all = body;
        for (int a = vars.size() - 1; a >= 0; a--) {
            all = List.of(loop(vars.get(a), axes.extents().get(a), all));
        }
        return all;
    }

    private static Stmt loop(Expr.Var v, int extent, List<Stmt> body) {
        return new Stmt.For(v, Index.ZERO, Index.of(extent), 1, body);
    }

    /** All products of one panel of the matrix that begins there. */
    private List<Stmt> rows(String name, Index panel, int width, Index from, Index to) {
        List<Expr.Var> vars = variables(name, panels.products());
        List<Index> k = vars.stream().map(Index::of).toList();
        Index first = from.plus(panel.times(panels.width() * panels.columnStride())).plus(panels.products().at(k));
        Index at = Packing.panelAt(panel.times(panels.width()), panels.rounded(width), panels.products().size(), panels.products().number(k));
        return loops(vars, panels.products(), List.of(row(Expr.Var.index(name), first, to.plus(at), width)));
    }

    private Stmt row(Expr.Var j, Index from, Index to, int width) {
        Index apart = from.plus(Index.of(j).times(panels.columnStride()));
        return panels.columnStride() == 1 ? new Stmt.Copy(1, to, 0, from, width)
                : loop(j, width, List.of(new Stmt.Store(1, to.plus(Index.of(j)), new Expr.Load(0, apart, panels.dtype(), 1))));
    }
}
