package bytegrad.codegen.fuse;

import bytegrad.codegen.fuse.Partitioner.Use;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Graph;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which kernels read each node, and at which indices. */
final class Reads {
    /** Elements of a window of which a kernel has all sums at a time. */
    private static final int MOST_TAPS = 16;

    /** Columns of a contraction that vectors are along in any case. */
    private static final int FEWEST_COLUMNS = 16;

    private final Graph graph;
    private final List<Draft> drafts;
    private final List<Set<Use>> uses = new ArrayList<>();
    /** Of the variables that no axis of a kernel's space stands for. */
    private final Map<Expr.Var, Integer> extents = new HashMap<>();

    Reads(Graph graph, List<Draft> drafts) {
        this.graph = graph;
        this.drafts = drafts;
        graph.nodes().forEach(n -> uses.add(new LinkedHashSet<>()));
    }

    /** The reads of a node, to be added to. */
    Set<Use> of(Node n) {
        return uses.get(n.id());
    }

    /** How a view's operand is read where the view is read so; nothing where the order is not affine. */
    Optional<Use> through(Node n, Op.View view, Use u) {
        if (u.flat()) {
            return view instanceof Op.Reshape ? Optional.of(u) : Optional.empty();
        }
        Optional<List<Index>> index = ViewIndex.through(view, n.input(0).shape(), u.index(), v -> extent(u.draft(), v));
        if (index.isPresent()) {
            return Optional.of(new Use(u.draft(), index.get(), false, u.operand()));
        }
        return view instanceof Op.Reshape r
                ? Optional.of(new Use(u.draft(), List.of(ViewIndex.flatten(r.shape(), u.index())), true, u.operand()))
                : Optional.empty();
    }

    int extent(int draft, Expr.Var v) {
        Integer own = extents.get(v);
        return own != null ? own : drafts.get(draft).space.dim(Cluster.axisNumber(v));
    }

    /** Every element of the shape is met once: each axis is an axis of the space of the same extent. */
    static boolean covers(Shape shape, Shape space, List<Index> index) {
        Set<Integer> seen = new HashSet<>();
        for (int k = 0; k < shape.rank(); k++) {
            boolean found = shape.dim(k) == 1 && index.get(k).equals(Index.ZERO);
            for (int a = 0; a < space.rank() && !found; a++) {
                found = index.get(k).equals(Index.of(Cluster.axis(a))) && space.dim(a) == shape.dim(k) && seen.add(a);
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #covers}, all axes of the space and the last of them last: neighbours of a row of the space are neighbours. */
    static boolean coversRows(Shape shape, Shape space, List<Index> index) {
        return shape.rank() == space.rank() && shape.size() == space.size() && covers(shape, space, index)
                && (shape.rank() == 0 || index.getLast().equals(identity(space).getLast()));
    }

    /** Each element is computed at its own place of a space of its shape. */
    static List<Index> identity(Shape shape) {
        List<Index> index = new ArrayList<>();
        for (int k = 0; k < shape.rank(); k++) {
            index.add(shape.dim(k) == 1 ? Index.ZERO : Index.of(Cluster.axis(k)));
        }
        return index;
    }

    /** Variables for a space that only the node's own loops run over. */
    private List<Index> fresh(String prefix, Shape shape) {
        List<Index> index = new ArrayList<>();
        for (int k = 0; k < shape.rank(); k++) {
            Expr.Var v = Expr.Var.index(prefix + "_" + k);
            extents.put(v, shape.dim(k));
            index.add(Index.of(v));
        }
        return index;
    }

    private void read(Node x, Draft d, List<Index> index, boolean operand) {
        uses.get(x.id()).add(new Use(d.id, index, false, operand));
    }

    /** Says of each input at which indices the kernel reads it to compute the node at {@code index}. */
    void addInputs(Node n, Draft d, List<Index> index) {
        switch (n.op()) {
            case Op.Input o -> {}
            case Op.Constant o -> {}
            case Op.Iota o -> {}
            case Op.Map o -> n.inputs().forEach(x -> read(x, d, index, false));
            case Op.Cast o -> read(n.input(0), d, index, false);
            case Op.Reduce r -> read(n.input(0), d, insert(n, index, r.axes()), false);
            case Op.ArgReduce r -> read(n.input(0), d, insert(n, index, List.of(r.axis())), false);
            case Op.Contract c -> {
                read(n.input(0), d, fresh("l" + n.id(), n.input(0).shape()), true);
                read(n.input(1), d, fresh("r" + n.id(), n.input(1).shape()), true);
            }
            case Op.Gather g -> {
                read(n.input(0), d, fresh("g" + n.id(), n.input(0).shape()), true);
                IndexAxes.indices(n).forEach(i -> read(i, d, IndexAxes.of(n).index(index), false));
            }
            case Op.Scatter s -> {
                List<Index> updates = fresh("u" + n.id(), n.input(1).shape());
                read(n.input(0), d, index, false);
                read(n.input(1), d, updates, false);
                IndexAxes.indices(n).forEach(i -> read(i, d, IndexAxes.of(n).index(updates), false));
            }
            case Op.Random o -> read(n.input(0), d, List.of(), false);
            case Op.Cumulate o -> read(n.input(0), d, index, false);
            case Op.ArgSort o -> {
                List<Index> keys = new ArrayList<>(index);
                keys.set(o.axis(), fresh("s" + n.id(), n.input(0).shape()).get(o.axis()));
                read(n.input(0), d, keys, false);
            }
            case Op.OverlapAdd o -> read(n.input(0), d, fresh("w" + n.id(), n.input(0).shape()), false);
            case Op.Nested o -> n.inputs().stream().map(Partition::throughReshapes).distinct()
                    .forEach(x -> read(x, d, fresh("n" + n.id() + "_" + x.id(), x.shape()), true));
            case Op.Concat c -> {
                for (int k = 0; k < n.inputs().size(); k++) {
                    Node x = Partition.piece(n.input(k));
                    read(x, d, fresh("p" + n.id() + "_" + k, x.shape()), false);
                }
            }
            case Op.Pad p -> {
                Node x = Partition.piece(n.input(0));
                read(x, d, fresh("p" + n.id(), x.shape()), false);
            }
            case Op.View v -> {
                Use u = through(n, v, new Use(d.id, index, false, false)).orElseThrow();
                uses.get(n.input(0).id()).add(u);
            }
        }
    }

    private List<Index> insert(Node n, List<Index> kept, List<Integer> axes) {
        List<Index> index = new ArrayList<>(kept);
        List<Index> inner = fresh("k" + n.id(), n.input(0).shape());
        for (int a : axes) {
            index.add(a, inner.get(a));
        }
        return index;
    }

    /** Who reads each input and each stored node. */
    Map<Node, Set<Use>> ofStored(Map<Node, Integer> home) {
        Map<Node, Set<Use>> readers = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            if (home.containsKey(n) || n.op() instanceof Op.Input) {
                readers.put(n, uses.get(n.id()));
            }
        }
        return readers;
    }

    /**
     * The windows of a contraction's result that a kernel reduces where it reads it at an index; none where it reads each element at its own place of the space. Nothing where it
     * reads it otherwise, or it is no good to: few columns have vectors along rows, which windows would part.
     */
    Optional<List<Cluster.Window>> windows(Draft d, Node n, Op.Contract c, List<Index> index) {
        if (index.equals(identity(n.shape()))) {
            return d.reductions == 0 && d.space.equals(n.shape()) ? Optional.of(List.of()) : Optional.empty();
        }
        int rank = n.rank();
        if (d.reductions != 1 || d.chained == 0 || d.chained > MOST_TAPS || rank != d.space.rank() || n.shape().dim(rank - 1) < FEWEST_COLUMNS) {
            return Optional.empty();
        }
        int firstRow = c.leftBatch().size();
        int behindRows = n.input(0).rank() - c.leftContract().size();
        List<Cluster.Window> windows = new ArrayList<>();
        long taps = 1;
        for (int k = 0; k < rank; k++) {
            boolean own = index.get(k).equals(d.space.dim(k) == 1 ? Index.ZERO : Index.of(Cluster.axis(k)));
            if (own && d.space.dim(k) == n.shape().dim(k)) {
                continue;
            }
            Optional<Cluster.Window> window = k >= firstRow && k < behindRows ? window(d, k, index.get(k)) : Optional.empty();
            if (window.isEmpty()) {
                return Optional.empty();
            }
            windows.add(window.get());
            taps *= window.get().extent();
        }
        // Or it is another tensor that the reduction runs over, or more than the windows.
        return taps == d.chained ? Optional.of(windows) : Optional.empty();
    }

    private Optional<Cluster.Window> window(Draft d, int axis, Index index) {
        int stride = 0;
        int extent = 1;
        boolean plain = index.constant() == 0;
        for (Index.Term t : index.terms()) {
            boolean along = Cluster.axisNumber(t.var()) == axis;
            plain &= along ? t.coefficient() > 0 : extents.containsKey(t.var()) && t.coefficient() == 1 && extent == 1;
            stride = along ? t.coefficient() : stride;
            extent = along ? extent : extent(d.id, t.var());
        }
        boolean apart = stride >= extent || d.space.dim(axis) == 1;
        return plain && apart ? Optional.of(new Cluster.Window(axis, Math.max(stride, extent), extent)) : Optional.empty();
    }

    /** Whether windows that overlap would compute the same element again and again. */
    boolean overlaps(int draft, List<Index> index) {
        for (Index i : index) {
            List<Index.Term> terms = i.terms().stream().sorted(Comparator.comparing((Index.Term t) -> Math.abs(t.coefficient()))).toList();
            long reach = 0;
            for (Index.Term t : terms) {
                long step = Math.abs((long) t.coefficient());
                if (step <= reach) {
                    return true;
                }
                reach += step * Math.max(0, extent(draft, t.var()) - 1);
            }
        }
        return false;
    }
}
