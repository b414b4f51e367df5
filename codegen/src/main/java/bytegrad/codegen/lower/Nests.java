package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Loop nests that store. */
final class Nests {
    private final Definitions definitions;
    private final Buffers buffers;
    private final Lanes lanes;
    private final MethodWriter.Names names = new MethodWriter.Names();
    private final MethodWriter method;
    /** Vectors of the innermost loop that its body handles side by side. */
    private final int vectors;
    /** Chunks that the whole kernel is worth; those of a part of it in proportion. */
    private final Division division;
    /** The methods of parallel loops. */
    private final List<Kernel.Method> parts = new ArrayList<>();

    Nests(Definitions definitions, Buffers buffers, Lanes lanes, Division division) {
        this(definitions, buffers, lanes, division, 1);
    }

    /** @param vectors vectors of the innermost loop that its body handles side by side */
    Nests(Definitions definitions, Buffers buffers, Lanes lanes, Division division, int vectors) {
        this.vectors = vectors;
        this.division = division;
        this.definitions = definitions;
        this.buffers = buffers;
        this.lanes = lanes;
        this.method = new MethodWriter("run", List.of(), lanes, names);
    }

    /** The first method, which runs the kernel. */
    MethodWriter method() {
        return method;
    }

    /** Another one, which the first is to call. */
    MethodWriter method(String name) {
        return new MethodWriter(name, List.of(), lanes, names);
    }

    /** What is stored at each point once its axes are bound; values first, so that an update in place reads the old value. */
    private interface Point {
        void visit(Scope s, Index[] axes, int depth);
    }

    List<Kernel.Method> space(Cluster c) {
        List<Integer> order = c.order();
        List<Integer> depths = c.roots().stream().map(r -> depthOf(r, order)).toList();
        region(c.space(), order, division.chunks(), depths, (s, axes, depth) -> {
            List<Cluster.Root> here = c.roots().stream().filter(r -> depthOf(r, order) == depth).toList();
            definitions.store(here, axes, s);
        });
        return finished();
    }

    /** The methods, the first one first. */
    List<Kernel.Method> finished() {
        List<Kernel.Method> all = new ArrayList<>(List.of(method.finish()));
        all.addAll(parts);
        return all;
    }

    /**
     * A nest in the first method; one of its loops in chunks, each a call of a method of its own, where that can be.
     *
     * @param wanted at most so many chunks
     * @param depths at which points store something
     */
    private void region(Shape space, List<Integer> order, int wanted, List<Integer> depths, Point point) {
        SortedMap<Integer, Cut> cuts = new TreeMap<>();
        for (int depth : wanted < 2 ? List.<Integer>of() : cutDepths(space, order, wanted, depths)) {
            int axis = order.get(depth);
            cuts.put(depth, Cut.of(Expr.Var.index("c" + names.next()), units(space, axis, depth), Math.min(wanted, units(space, axis, depth)), unit(space, axis, depth)));
        }
        if (cuts.isEmpty()) {
            nest(space, order, 0, method.body, new Index[order.size()], cuts, point);
            return;
        }
        List<Cut> all = List.copyOf(cuts.values());
        MethodWriter part = Cut.method("part" + parts.size(), all, lanes, names);
        // What is stored outside all loops is stored once; what is computed there, each chunk computes for itself.
        point.visit(method.body, new Index[order.size()], 0);
        nest(space, order, 0, part.body, new Index[order.size()], cuts, (s, axes, depth) -> {
            if (depth > 0) {
                point.visit(s, axes, depth);
            }
        });
        parts.add(part.finish());
        method.body.out.add(Cut.parallel("part" + (parts.size() - 1), all));
    }

    /** The outermost loops whose indices are slices, if those are what is wanted, or one that is cut best; none that something is stored between it and loops around it. */
    private List<Integer> cutDepths(Shape space, List<Integer> order, int wanted, List<Integer> depths) {
        if (!division.inSlices()) {
            return cutDepth(space, order, wanted, depths).stream().toList();
        }
        List<Integer> outermost = IntStream.range(0, order.size()).filter(k -> space.dim(order.get(k)) > 1).limit(division.slices()).boxed().toList();
        boolean possible = outermost.size() == division.slices() && outermost.stream().allMatch(k -> unit(space, order.get(k), k) == 1)
                && depths.stream().noneMatch(d -> d > 0 && d <= outermost.getLast());
        return possible ? outermost : List.of();
    }

    /** The outermost loop that has enough iterations, else the one with most; none that something is stored between it and loops around it. */
    private Optional<Integer> cutDepth(Shape space, List<Integer> order, int wanted, List<Integer> depths) {
        int best = -1;
        for (int k = 0; k < order.size(); k++) {
            int depth = k;
            boolean storesOutside = depths.stream().anyMatch(d -> d > 0 && d <= depth);
            int units = units(space, order.get(k), k);
            boolean better = units > 1 && (best < 0 || units > units(space, order.get(best), best));
            if (!storesOutside && better) {
                best = k;
            }
            if (best >= 0 && units(space, order.get(best), best) >= wanted) {
                break;
            }
        }
        return best < 0 ? Optional.empty() : Optional.of(best);
    }

    private int width(Shape space, int axis) {
        return axis == space.rank() - 1 && space.dim(axis) > 1 ? lanes.loop() : 1;
    }

    /** Elements that one iteration of the loop at a depth handles: of the innermost, perhaps several vectors. */
    private int unit(Shape space, int axis, int depth) {
        int width = width(space, axis);
        boolean several = width > 1 && depth == space.rank() - 1 && space.dim(axis) >= width * vectors;
        return several ? width * vectors : width;
    }

    /** Iterations of the loop over an axis; what is left of vectors counts as one. */
    private int units(Shape space, int axis, int depth) {
        int unit = unit(space, axis, depth);
        return (space.dim(axis) + unit - 1) / unit;
    }

    private static int depthOf(Cluster.Root root, List<Integer> order) {
        int depth = 0;
        for (Index i : root.index()) {
            if (!i.isConstant()) {
                depth = Math.max(depth, 1 + order.indexOf(Cluster.axisNumber(i.terms().getFirst().var())));
            }
        }
        return depth;
    }

    /** @param cuts by their depth, the loops of which the scope's method has one chunk */
    private void nest(Shape space, List<Integer> order, int depth, Scope s, Index[] axes, Map<Integer, Cut> cuts, Point point) {
        point.visit(s, axes, depth);
        if (depth == order.size()) {
            return;
        }
        int axis = order.get(depth);
        int extent = space.dim(axis);
        int width = width(space, axis);
        int unit = unit(space, axis, depth);
        int panels = unit > width ? extent - extent % unit : 0;
        int main = extent - extent % width;
        List<Scope> bodies = new ArrayList<>();
        MethodWriter.Body body = (inner, i) -> {
            nest(space, order, depth + 1, inner, with(axes, axis, i, extent), cuts, point);
            bodies.add(inner);
        };
        MethodWriter.Body side = (inner, i) -> {
            // i stops short of the end, or i + v·width would seem to leave the axis and a reshape of it could not be followed.
            definitions.known(i, panels - unit + width);
            for (int v = 0; v < unit / width; v++) {
                Index[] ahead = axes.clone();
                ahead[axis] = i.plus(v * width);
                nest(space, order, depth + 1, inner, ahead, cuts, point);
            }
        };
        MethodWriter m = s.method();
        Cut c = cuts.get(depth);
        if (c != null) {
            int whole = panels > 0 ? panels : main;
            if (panels > 0) {
                c.panels(s, whole, width, unit / width, side);
            } else {
                c.loop(s, whole, width, width, body);
                if (cuts.size() == 1) {
                    RowsAhead.divide(s, bodies.getLast(), extent, c.size(), false, buffers);
                }
            }
            if (whole < extent) {
                c.rest(s, whole, (inner, from) -> {
                    if (whole < main) {
                        m.loop(inner, from, from.plus(main - whole), width, width, body);
                    }
                    if (main < extent) {
                        m.rest(inner, from.plus(main - whole), extent - main, width, body);
                    }
                });
            }
            return;
        }
        if (panels > 0) {
            m.panels(s, Index.ZERO, Index.of(panels), width, unit / width, side);
        }
        if (extent == 1) {
            body.write(s, Index.ZERO);
        } else if (panels < main) {
            m.loop(s, Index.of(panels), Index.of(main), width, width, body);
            RowsAhead.divide(s, bodies.getLast(), extent, extent, true, buffers);
        }
        if (main < extent) {
            m.rest(s, Index.of(main), extent - main, width, body);
        }
    }

    private Index[] with(Index[] axes, int axis, Index i, int extent) {
        Index[] copy = axes.clone();
        copy[axis] = definitions.known(i, extent);
        return copy;
    }

    /** Chunks that a part of the kernel is worth: two, if it is worth more than one. */
    int share(Shape part, Shape whole) {
        int chunks = division.chunks();
        long share = division.inSlices() ? chunks : (long) chunks * part.size() / Math.max(1, whole.size());
        return (int) (share == 1 ? Math.min(chunks, 2) : share);
    }

    interface Body {
        void visit(Scope s, List<Index> index);
    }

    /** Loops over a shape, the last axis on lanes; in at most so many chunks, if in the first method. */
    void inner(Scope top, Shape shape, int wanted, Body body) {
        List<Integer> order = IntStream.range(0, shape.rank()).boxed().toList();
        Point point = (s, axes, depth) -> {
            if (depth == order.size()) {
                body.visit(s, List.of(axes));
            }
        };
        if (top == method.body) {
            region(shape, order, wanted, List.of(order.size()), point);
        } else {
            nest(shape, order, 0, top, new Index[order.size()], Map.of(), point);
        }
    }

    /** The first index at which the axis is extreme; a NaN beats every number. */
    List<Kernel.Method> arg(Node n) {
        Op.ArgReduce op = (Op.ArgReduce) n.op();
        Node x = n.input(0);
        int extent = x.shape().dim(op.axis());
        int out = buffers.write(new Place.Value(n));
        ScalarFn beats = op.extremum() == Op.Extremum.MAX ? ScalarFn.GT : ScalarFn.LT;
        inner(method.body, n.shape(), division.chunks(), (s, kept) -> {
            List<Index> first = new ArrayList<>(kept);
            first.add(op.axis(), Index.ZERO);
            Expr.Var best = s.accumulator(definitions.at(x, first, s));
            Expr.Var where = s.accumulator(new Expr.Const(DType.I32, 0));
            s.method().loop(s, Index.of(1), Index.of(extent), 1, 1, (inner, k) -> {
                List<Index> at = new ArrayList<>(kept);
                at.add(op.axis(), definitions.known(k, extent));
                Expr v = definitions.at(x, at, inner);
                Expr better = inner.let(Expr.Apply.of(beats, v, best));
                if (x.dtype().isFloat()) {
                    Expr nan = inner.let(Expr.Apply.of(ScalarFn.NE, v, v));
                    Expr number = inner.let(Expr.Apply.of(ScalarFn.EQ, best, best));
                    better = inner.let(Expr.Apply.of(ScalarFn.OR, better, inner.let(Expr.Apply.of(ScalarFn.AND, nan, number))));
                }
                Expr here = inner.let(new Expr.Ramp(k, 0, DType.I32, 1));
                inner.out.add(new Stmt.Assign(where, Expr.Apply.of(ScalarFn.SELECT, better, here, where)));
                inner.out.add(new Stmt.Assign(best, Expr.Apply.of(ScalarFn.SELECT, better, v, best)));
            });
            s.store(out, ViewIndex.flatten(n.shape(), kept), where);
        });
        return finished();
    }
}
