package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body of a loop (or of a method) while it is written. A value is bound in the outermost scope that binds every
 * variable of its index, and remembered there, so that shared terms are computed once, as early as possible.
 */
final class Scope {
    record Key(Node node, List<Index> index) {}

    private final Optional<Scope> parent;
    private final MethodWriter method;
    private final Optional<Expr.Var> laneVar;
    private final int lanes;
    private final int vectors;
    /** Lanes that are elements, those in front. */
    private final int count;
    final List<Stmt> out = new ArrayList<>();
    final Map<Key, Expr> values = new LinkedHashMap<>();
    /** Where loops written here have kept the values of rows. */
    final Map<KeptRows.Row, Scratch> rows = new HashMap<>();
    /** Rows, all of them results, that loops written here have stored. */
    final Set<KeptRows.Row> storedRows = new HashSet<>();
    /** Reductions along rows that were written here, in order. */
    final List<RowsAhead.Reduced> reductions = new ArrayList<>();
    private boolean aroundChunks;
    private boolean ofChunk;
    private final Map<Expr, Expr> splats = new HashMap<>();
    private final Map<Expr, Expr> lets = new HashMap<>();

    private Scope(Optional<Scope> parent, MethodWriter method, Optional<Expr.Var> laneVar, int lanes, int vectors, int count) {
        this.count = count;
        this.parent = parent;
        this.method = method;
        this.laneVar = laneVar;
        this.lanes = lanes;
        this.vectors = vectors;
    }

    static Scope outermost(MethodWriter method) {
        return new Scope(Optional.empty(), method, Optional.empty(), 1, 1, 1);
    }

    /** The body of a loop over {@code var}, which advances by {@code lanes}. */
    Scope loop(Expr.Var var, int lanes) {
        return loop(var, lanes, 1);
    }

    /**
     * The body of a loop over {@code var}, which advances by {@code lanes}, or as many times that as the body handles vectors side by side.
     */
    Scope loop(Expr.Var var, int lanes, int vectors) {
        return bound(var, new Scope(Optional.of(this), method, lanes > 1 ? Optional.of(var) : Optional.empty(), lanes, vectors, lanes));
    }

    /** The body of a loop over {@code var} for what is left behind whole vectors: one of which only so many lanes are elements. */
    Scope part(Expr.Var var, int lanes, int count) {
        return bound(var, new Scope(Optional.of(this), method, Optional.of(var), lanes, 1, count));
    }

    private Scope bound(Expr.Var var, Scope s) {
        method.bind(var, s);
        return s;
    }

    /** A body that may be skipped: what it binds is not seen outside. */
    Scope branch() {
        return new Scope(Optional.of(this), method, Optional.empty(), 1, 1, 1);
    }

    MethodWriter method() {
        return method;
    }

    private Scope top() {
        Scope s = this;
        while (s.parent.isPresent()) {
            s = s.parent.get();
        }
        return s;
    }

    private int depth() {
        int d = 0;
        for (Scope s = this; s.parent.isPresent(); s = s.parent.get()) {
            d++;
        }
        return d;
    }

    /** The outermost scope in which every variable of the indices is bound. */
    Scope binding(List<Index> index) {
        Scope deepest = top();
        for (Index i : index) {
            for (Index.Term t : i.terms()) {
                Scope s = method.scopeOf(t.var());
                if (s.depth() > deepest.depth()) {
                    deepest = s;
                }
            }
        }
        return deepest;
    }

    /** The variable whose loop runs on several lanes, if this scope is inside one. */
    Optional<Expr.Var> laneVar() {
        return laneVar.isPresent() ? laneVar : parent.flatMap(Scope::laneVar);
    }

    int lanes() {
        return laneVar.isPresent() || parent.isEmpty() ? lanes : parent.get().lanes();
    }

    /** Lanes that are elements; those behind them mean nothing, and are not stored. */
    int count() {
        return laneVar.isPresent() || parent.isEmpty() ? count : parent.get().count();
    }

    /** How far the index moves from one lane to the next; 0 outside vector loops. */
    int laneStride(Index index) {
        return laneVar().map(index::coefficient).orElse(0);
    }

    /** The chunks of a parallel loop begin here: each will have a part of what rows outside of it are made of. */
    void beginsChunks() {
        aroundChunks = true;
        parent.ifPresent(Scope::beginsChunks);
    }

    /** Where a row was kept by loops that ran before, in the same chunk. */
    Optional<Scratch> row(KeptRows.Row row) {
        Optional<Scratch> here = aroundChunks ? Optional.empty() : Optional.ofNullable(rows.get(row));
        return here.isPresent() || parent.isEmpty() ? here : parent.get().row(row);
    }

    /** Whether loops that ran before, in the same chunk, have stored a row. */
    boolean isStored(KeptRows.Row row) {
        return !aroundChunks && storedRows.contains(row) || parent.isPresent() && parent.get().isStored(row);
    }

    /** This is the body of a loop of which the method's chunk has a part. */
    void isOfChunk() {
        ofChunk = true;
    }

    /** Whether the index differs from each iteration of the loops around, of all chunks, to every other. */
    boolean isOfEach(List<Index> index) {
        long loops = index.stream().flatMap(i -> i.terms().stream()).map(t -> method.scopeOf(t.var()).depth()).filter(d -> d > 0).distinct().count();
        int chunks = 0;
        for (Optional<Scope> s = Optional.of(this); s.isPresent(); s = s.get().parent) {
            chunks += s.get().ofChunk ? 1 : 0;
        }
        return loops == depth() && chunks == method.cut().map(c -> c.chunk().terms().size()).orElse(0);
    }

    /** Vectors that the body of the vector loop handles side by side; 1 inside other loops. */
    int vectors() {
        return vectors;
    }

    /** The same index, so many vectors on. */
    List<Index> ahead(List<Index> index, int count) {
        return count == 0 ? index : index.stream().map(i -> i.plus(laneStride(i) * count * lanes())).toList();
    }

    boolean varies(List<Index> index) {
        return index.stream().anyMatch(i -> laneStride(i) != 0);
    }

    /** Binds a value to a fresh variable here; the same pure value is bound once, but not one of an accumulator, which changes. */
    Expr let(Expr value) {
        if (value instanceof Expr.Const || value instanceof Expr.Var) {
            return value;
        }
        Expr known = lets.get(value);
        if (known == null) {
            known = variable(value);
            if (!(value instanceof Expr.Load) && !method.changes(value)) {
                lets.put(value, known);
            }
        }
        return known;
    }

    /** A fresh variable that is assigned to later. */
    Expr.Var accumulator(Expr value) {
        Expr.Var v = variable(value);
        method.accumulates(v);
        return v;
    }

    /** A fresh variable for a value that may differ from one place to the next. */
    Expr.Var variable(Expr value) {
        Expr.Var v = method.fresh(value.dtype(), value.lanes());
        method.bind(v, this);
        out.add(new Stmt.Let(v, value));
        return v;
    }

    /** The value in each of several lanes; bound where the value is, so outside the loop where possible. */
    Expr splat(Expr value, int count) {
        if (value.lanes() == count) {
            return value;
        }
        Scope s = value instanceof Expr.Var v ? method.scopeOf(v) : top();
        return s.splats.computeIfAbsent(new Expr.Splat(value, count), s::let);
    }

    void store(int buffer, Index index, Expr value) {
        int stride = laneStride(index);
        if (lanes() > 1 && stride > 1 || stride < 0) {
            throw new NotVectorizable("it stores every " + stride + "th element");
        }
        out.add(stride == 1 ? new Stmt.Store(buffer, index, splat(value, lanes()), count()) : new Stmt.Store(buffer, index, value));
    }
}
