package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.Shape;
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
 * panels[p·K·width + k·width + j] = right[k, p·width + j]
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
        List<Stmt> body = new ArrayList<>();
        int whole = panels.columns() / panels.width();
        Expr.Var p = Expr.Var.index("p");
        if (whole > 0) {
            body.add(loop(p, whole, rows("k", Index.of(p), panels.width())));
        }
        if (panels.columns() % panels.width() > 0) {
            body.addAll(rows("r", Index.of(whole), panels.columns() % panels.width()));
        }
        Place from = new Place.Value(panels.node());
        Kernel.Buffer read = new Kernel.Buffer(from.dtype(), from.size(), Kernel.Access.READ);
        Kernel.Buffer write = new Kernel.Buffer(from.dtype(), panels.size(), Kernel.Access.WRITE);
        Kernel kernel = new Kernel(List.of(read, write), List.of(new Kernel.Method("run", List.of(), body)));
        return new LoweredKernel(Cluster.NONE, kernel, List.of(from, panels));
    }

    private static Stmt loop(Expr.Var v, int extent, List<Stmt> body) {
        return new Stmt.For(v, Index.ZERO, Index.of(extent), 1, body);
    }

    /** All products of one panel. */
    private List<Stmt> rows(String name, Index panel, int width) {
        List<Expr.Var> vars = IntStream.range(0, panels.extents().size()).mapToObj(a -> Expr.Var.index(name + a)).toList();
        List<Index> k = vars.stream().map(Index::of).toList();
        Index from = Index.of(panels.constant()).plus(panel.times(panels.width() * panels.columnStride()));
        for (int a = 0; a < k.size(); a++) {
            from = from.plus(k.get(a).times(panels.strides().get(a)));
        }
        Index to = Packing.panelAt(panel.times(panels.width()), panels.rounded(width), panels.products(), ViewIndex.flatten(Shape.of(panels.extents()), k));
        List<Stmt> body = List.of(row(Expr.Var.index(name), from, to, width));
        for (int a = vars.size() - 1; a >= 0; a--) {
            body = List.of(loop(vars.get(a), panels.extents().get(a), body));
        }
        return body;
    }

    private Stmt row(Expr.Var j, Index from, Index to, int width) {
        Index apart = from.plus(Index.of(j).times(panels.columnStride()));
        return panels.columnStride() == 1 ? new Stmt.Copy(1, to, 0, from, width)
                : loop(j, width, List.of(new Stmt.Store(1, to.plus(Index.of(j)), new Expr.Load(0, apart, panels.dtype(), 1))));
    }
}
