package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A node at an index: a load where the node is in memory, else its definition at that index, recursively. Views only
 * rewrite the index; that is all there is to fusion.
 */
final class Definitions {
    /** Where a tile of the kernel's contraction lies while its epilogue runs. */
    interface Tile {
        /** The element at an index of the contraction's result. */
        Expr load(Scope s, List<Index> index);
    }

    private final Partition partition;
    private final Set<Node> computedHere;
    private final Buffers buffers;
    private final Reductions reductions;
    private final KeptRows kept;
    private final Map<Expr.Var, Integer> extents = new HashMap<>();
    private final Set<Node> computed = new LinkedHashSet<>();
    private final Map<String, Node> variables = new LinkedHashMap<>();
    private Optional<Tile> tile = Optional.empty();
    private Map<Node, Integer> taken = Map.of();

    Definitions(Partition partition, Set<Node> computedHere, Buffers buffers, Lanes lanes) {
        this.partition = partition;
        this.computedHere = computedHere;
        this.buffers = buffers;
        Set<Node> states = partition.graph().updates().stream().map(Graph.Update::value).collect(Collectors.toSet());
        this.kept = new KeptRows(computedHere, states, this::isLoaded, buffers);
        this.reductions = new Reductions(this, kept, buffers, lanes);
    }

    boolean sumsColumns() {
        return reductions.sumsColumns();
    }

    void tile(Tile t) {
        this.tile = Optional.of(t);
    }

    /** From here on, of these selects, which operand is taken: where what is written next is, the condition is known. */
    void take(Map<Node, Integer> operands) {
        this.taken = operands;
    }

    /** Whether all that is defined here is made of a contraction's tiles. */
    boolean isOfTiles() {
        return tile.isPresent();
    }

    /** The node's value at an index: a number, or one per lane where the index moves with the lanes of the scope. */
    Expr at(Node n, List<Index> index, Scope from) {
        Scope s = from.binding(index);
        Scope.Key key = new Scope.Key(n, index);
        Expr known = s.values.get(key);
        if (known == null) {
            known = define(n, index, s);
            s.values.put(key, known);
            note(n, known);
        }
        return known;
    }

    /** Of several nodes with the same value, such as a view and what it looks at, a variable is called after the first. */
    private void note(Node n, Expr value) {
        if (!isLoaded(n) && !isNumber(n)) {
            computed.add(n);
        }
        if (value instanceof Expr.Var v) {
            variables.putIfAbsent(v.name(), n);
        }
    }

    /** What was computed so far. */
    Computed computed() {
        return new Computed(computed, variables);
    }

    private Expr define(Node n, List<Index> index, Scope s) {
        if (n.shape().size() == 0) {
            // Of loops that never run; its index means nothing, and what is hoisted out of them would run all the same.
            return Expr.Const.of(n.dtype(), 0);
        }
        if (isLoaded(n)) {
            return load(n, ViewIndex.flatten(n.shape(), index), s);
        }
        Optional<Expr> before = kept.load(n, index, s);
        if (before.isPresent()) {
            return before.get();
        }
        return switch (n.op()) {
            case Op.Input o -> throw new IllegalStateException("input without a buffer: " + n);
            case Op.Constant(var value) -> new Expr.Const(value.dtype(), value.bitsAt(0));
            case Op.Iota(var type, int axis) -> ramp(index.get(axis), type.dtype(), s);
            case Op.Map _ when taken.containsKey(n) -> at(n.input(taken.get(n)), index, s);
            case Op.Map(ScalarFn fn) -> fn == ScalarFn.EXP && n.dtype() == DType.F32 && BelowMaximum.is(n.input(0), index, this::extent)
                    ? expOfAtMost89(at(n.input(0), index, s), s) : apply(fn, operands(n, index, s), s);
            case Op.Cast(DType dtype) -> convert(at(n.input(0), index, s), dtype, s);
            case Op.Reduce r -> reductions.reduce(n, r, index, s);
            case Op.Contract c -> tile.orElseThrow(() -> new IllegalStateException("contraction outside its kernel: " + n)).load(s, index);
            case Op.Gather o -> gather(n, index, s);
            case Op.View v -> view(n, index, s);
            case Op.ArgReduce o -> throw new IllegalStateException(n + " has a kernel of its own");
            case Op.Cumulate o -> throw new IllegalStateException(n + " has a kernel of its own");
            case Op.ArgSort o -> throw new IllegalStateException(n + " has a kernel of its own");
            case Op.Random(var type, int site) -> Threefry.word(type.dtype(), at(n.input(0), List.of(), s), ViewIndex.flatten(n.shape(), index), site, s);
            case Op.OverlapAdd o -> throw new IllegalStateException(n + " has a kernel of its own");
            case Op.Scatter o -> throw new IllegalStateException(n + " has a kernel of its own");
            case Op.Nested o -> throw new IllegalStateException(n + " has a kernel of its own");
            case Op.Concat o -> throw new IllegalStateException(n + " has a kernel of its own");
        };
    }

    private static Expr expOfAtMost89(Expr x, Scope s) {
        return new Exponentials(s, x.lanes()).expOfAtMost89(x);
    }

    private List<Expr> operands(Node n, List<Index> index, Scope s) {
        Expr[] values = new Expr[n.inputs().size()];
        kept.order(n).forEach(k -> values[k] = at(n.input(k), index, s));
        return List.of(values);
    }

    /** The node has a buffer to load from. */
    boolean isLoaded(Node n) {
        boolean elsewhere = !computedHere.contains(n) || n.op() instanceof Op.Input || n.op() instanceof Op.Constant;
        boolean number = n.op() instanceof Op.Constant(var value) && value.isUniform();
        return partition.hasBuffer(n) && elsewhere && !number;
    }

    /** The node is one number, whatever its shape. */
    boolean isNumber(Node n) {
        Node x = n;
        while (x.op() instanceof Op.View && !(x.op() instanceof Op.Pad)) {
            x = x.input(0);
        }
        return x.op() instanceof Op.Constant(var value) && value.isUniform();
    }

    /** Whether each element is made of what has the same row-major position in memory, and of numbers. */
    boolean isFlat(Node n) {
        return isFlat(n, new HashSet<>());
    }

    private boolean isFlat(Node n, Set<Node> seen) {
        boolean elementwise = n.op() instanceof Op.Map || n.op() instanceof Op.Cast;
        return !seen.add(n) || isLoaded(n) || isNumber(n) || elementwise && n.inputs().stream().allMatch(x -> isFlat(x, seen));
    }

    /** The value at a row-major position of a node that {@linkplain #isFlat is made} at such positions. */
    Expr flatAt(Node n, Index position, Scope s) {
        if (isLoaded(n)) {
            return load(n, position, s);
        }
        // As if all were one line of the last axis.
        List<Index> at = new ArrayList<>(Collections.nCopies(n.rank(), Index.ZERO));
        if (n.rank() > 0) {
            at.set(n.rank() - 1, position);
        }
        return at(n, at, s);
    }

    /** Follows views to what they look at: in a loop, since thousands may follow each other. */
    private Expr view(Node n, List<Index> index, Scope s) {
        Node x = n;
        List<Index> at = index;
        do {
            Optional<List<Index>> through = ViewIndex.through((Op.View) x.op(), x.input(0).shape(), at, this::extent);
            if (through.isEmpty()) {
                return flat(x, ViewIndex.flatten(x.shape(), at), s);
            }
            x = x.input(0);
            at = through.get();
        } while (x.op() instanceof Op.View && !isLoaded(x));
        return at(x, at, s);
    }

    /** A reshape that cuts across axes, at a row-major position: what is in memory below it has the same positions. A pad that is in no memory has none. */
    private Expr flat(Node n, Index position, Scope s) {
        Node base = n.op() instanceof Op.Pad ? n : n.input(0);
        while (base.op() instanceof Op.Reshape && !partition.hasBuffer(base)) {
            base = base.input(0);
        }
        if (base.op() instanceof Op.Pad && (base == n || !partition.hasBuffer(base))) {
            throw new NotVectorizable(base + " is only the border of a copy");
        }
        if (base.op() instanceof Op.Constant(var value) && value.isUniform()) {
            return new Expr.Const(value.dtype(), value.bitsAt(0));
        }
        return load(base, position, s);
    }

    /** Declares that a variable runs from 0 to {@code extent} − 1, as a reshape's check of an index needs to know. */
    Index known(Index index, int extent) {
        index.terms().forEach(t -> extents.put(t.var(), extent));
        return index;
    }

    int extent(Expr.Var v) {
        return extents.getOrDefault(v, Integer.MAX_VALUE);
    }

    private Expr load(Node n, Index at, Scope s) {
        if (!partition.hasBuffer(n)) {
            throw new IllegalStateException(n + " is not in memory");
        }
        return load(buffers.read(new Place.Value(n)), at, n.dtype(), s);
    }

    /** Loads from a buffer; neighbouring elements where the position moves by one per lane. */
    static Expr load(int buffer, Index at, DType dtype, Scope from) {
        Scope s = from.binding(List.of(at));
        return switch (s.laneStride(at)) {
            case 0 -> s.let(new Expr.Load(buffer, at, dtype, 1));
            case 1 -> s.let(new Expr.Load(buffer, at, dtype, s.lanes(), s.count()));
            default -> throw new NotVectorizable("it loads elements " + s.laneStride(at) + " apart");
        };
    }

    private static Expr ramp(Index i, DType dtype, Scope s) {
        int stride = s.laneStride(i);
        return s.let(new Expr.Ramp(i, stride, dtype, stride == 0 ? 1 : s.lanes()));
    }

    private Expr gather(Node n, List<Index> index, Scope s) {
        IndexAxes axes = IndexAxes.of(n);
        // The data may be reached through views, whose own indices are then computed ones.
        return at(n.input(0), axes.element(index, positions(n, n.input(0).shape(), axes.index(index), s)), s);
    }

    /** The element that the index tensors of a gather or scatter name at [β,j], one index for each indexed axis of the data. */
    List<Index> positions(Node n, Shape data, List<Index> at, Scope s) {
        if (s.varies(at)) {
            throw new NotVectorizable("neighbouring lanes gather from different places, or scatter to them");
        }
        List<Node> indices = IndexAxes.indices(n);
        int axis = IndexAxes.of(n).axis();
        List<Index> picked = new ArrayList<>();
        for (int k = 0; k < indices.size(); k++) {
            picked.add(Index.of(position(n, indices.get(k), at(indices.get(k), at, s), data.dim(axis + k), s.binding(at))));
        }
        return picked;
    }

    /** An index read from memory, checked to lie in its axis; the message names what the interpreter's does. */
    private Expr.Var position(Node n, Node indices, Expr value, int extent, Scope s) {
        Graph graph = partition.graph();
        String what = Graph.opName(n.op()) + " " + graph.nameOf(n) + " " + n.type() + " by " + graph.nameOf(indices) + " " + indices.type();
        Expr checked = s.let(new Expr.Checked(value, extent, what));
        Expr.Var v = (Expr.Var) checked;
        extents.put(v, extent);
        return v;
    }

    Expr apply(ScalarFn fn, List<Expr> args, Scope s) {
        if (fn == ScalarFn.STOP_GRADIENT) {
            return args.getFirst();
        }
        int lanes = args.stream().mapToInt(Expr::lanes).max().orElse(1);
        Optional<Expr> bounded = lanes > 1 ? Expansion.bounded(fn, args, s) : Optional.empty();
        if (bounded.isPresent()) {
            return bounded.get();
        }
        List<Expr> wide = args.stream().map(a -> s.splat(a, lanes)).toList();
        return Expansion.apply(fn, wide, s);
    }

    static Expr convert(Expr x, DType dtype, Scope s) {
        boolean narrow = x.dtype().bytes() != 8 && dtype.bytes() != 8;
        boolean wide = x.dtype().bytes() != 4 && dtype.bytes() != 4;
        if (x.lanes() > 1 && !narrow && !wide) {
            throw new NotVectorizable("it converts between lanes of different widths");
        }
        return s.let(new Expr.Convert(dtype, x));
    }

    /** Stores the results of a kernel at a point of its loops; values first, so that an update in place reads the old ones. */
    void store(List<Cluster.Root> roots, Index[] axes, Scope s) {
        Map<Cluster.Root, Expr> values = new LinkedHashMap<>();
        for (Cluster.Root root : roots) {
            if (!kept.isStored(root.node(), bound(root.index(), axes), s)) {
                values.put(root, value(root, axes, s));
            }
        }
        values.forEach((root, value) -> s.store(target(root), position(root, axes), value));
    }

    /** The value of a result at a point of the kernel's loops. */
    Expr value(Cluster.Root root, Index[] axes, Scope s) {
        return at(root.node(), bound(root.index(), axes), s);
    }

    /** Where a result is stored at a point of the kernel's loops. */
    Index position(Cluster.Root root, Index[] axes) {
        return ViewIndex.flatten(root.node().shape(), bound(root.index(), axes));
    }

    /** The buffer of a result. */
    int target(Cluster.Root root) {
        return buffers.write(place(root.node()));
    }

    /** An input or constant among the results is copied, since its own buffer is the caller's. */
    private static Place place(Node n) {
        return n.op() instanceof Op.Input || n.op() instanceof Op.Constant ? new Place.Copy(n) : new Place.Value(n);
    }

    /** The anchor variables of a result's index, as the loops at hand bind them. */
    private static List<Index> bound(List<Index> index, Index[] axes) {
        return index.stream().map(i -> i.isConstant() ? i : axes[Cluster.axisNumber(i.terms().getFirst().var())]).toList();
    }
}
