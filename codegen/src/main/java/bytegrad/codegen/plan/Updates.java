package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which new values of states are written over the old ones, where no reader of the old value can notice. */
final class Updates {
    private final Order order;
    private final List<LoweredKernel> kernels;
    private final int derived;
    /** Kernels that check indices which none before them did. */
    final Set<Integer> checking = new TreeSet<>();
    /** Those of them that check indices in memory: of a later pass's computed ones it is not known that they were checked before. */
    private final Set<Integer> checkingMemory = new LinkedHashSet<>();
    /** Value places that live in their state's slot. */
    final Map<Place, Place> inPlace = new LinkedHashMap<>();
    /** Updates that need a copy: state, with what is copied into it. */
    final Map<Node, Place> copied = new LinkedHashMap<>();

    /** @param derived so many kernels come first that do not run in every run */
    Updates(Graph graph, List<LoweredKernel> kernels, Order order, int derived) {
        this.kernels = kernels;
        this.derived = derived;
        this.order = order;
        findChecks();
        for (Graph.Update u : graph.updates()) {
            decide(u);
        }
        // A wrong index is found before any state is written, where the order of kernels allows it.
        inPlace.keySet().stream().map(order::writer).distinct().forEach(writer -> checkingMemory.forEach(k -> order.preferAfter(writer, k)));
    }

    /** Where a place really lives: a new value written over the old one lives in the state's slot. */
    Place home(Place p) {
        return inPlace.getOrDefault(p, p);
    }

    private void findChecks() {
        Set<IndexChecks.Check> known = new HashSet<>();
        for (int k = 0; k < kernels.size(); k++) {
            IndexChecks c = IndexChecks.of(kernels.get(k));
            if (known.addAll(c.ofMemory)) {
                checkingMemory.add(k);
            }
            if (checkingMemory.contains(k) || c.ofValues) {
                checking.add(k);
            }
        }
    }

    private void decide(Graph.Update u) {
        if (u.state() == u.value() || u.state().shape().size() == 0) {
            return;
        }
        boolean source = u.value().op() instanceof Op.Input || u.value().op() instanceof Op.Constant;
        Place state = new Place.Value(u.state());
        Place value = source ? new Place.Copy(u.value()) : new Place.Value(u.value());
        int writer = order.writer(value);
        // A kernel that finds a wrong index half way must not have written into a state.
        boolean over = !source && writer >= derived && !checking.contains(writer) && !inPlace.containsKey(value) && readsWhereItWrites(kernels.get(writer), state, value)
                && order.tryAfterReaders(writer, state);
        if (over) {
            inPlace.put(value, state);
        } else {
            copied.put(u.state(), value);
        }
    }

    /** The kernel that moves a new value into its state's slot where it could not be computed there. */
    static LoweredKernel copy(Place from, Place to) {
        Expr.Var i = Expr.Var.index("i");
        Index at = Index.of(i);
        Kernel kernel = new Kernel(
                List.of(new Kernel.Buffer(from.dtype(), from.size(), Kernel.Access.READ), new Kernel.Buffer(to.dtype(), to.size(), Kernel.Access.WRITE)),
                List.of(new Kernel.Method("run", List.of(), List.of(
                        new Stmt.For(i, Index.ZERO, Index.of(from.size()), 1, List.of(new Stmt.Store(1, at, new Expr.Load(0, at, from.dtype(), 1))))))));
        return new LoweredKernel(Cluster.NONE, kernel, List.of(from, to));
    }

    /** The kernel loads the state only at indices at which it stores the new value: each element is read before it is overwritten. */
    private static boolean readsWhereItWrites(LoweredKernel k, Place state, Place value) {
        int from = k.places().indexOf(state);
        int to = k.places().indexOf(value);
        if (from < 0) {
            return true;
        }
        if (!k.isAll(Cluster.Kind.LOOPS) && !k.isAll(Cluster.Kind.CONTRACTION)) {
            // Several nests write it, one of which may store what another has yet to load.
            return false;
        }
        for (Kernel.Method m : k.kernel().methods()) {
            Accesses a = new Accesses(from, to);
            a.collect(m.body());
            if (a.tooLate || !a.stores.containsAll(a.loads)) {
                return false;
            }
        }
        return true;
    }

    /** Where one method loads from a state and stores to its new value, in program order. */
    private static final class Accesses {
        private final int from;
        private final int to;
        private final Set<Piece> loads = new HashSet<>();
        private final Set<Piece> stores = new HashSet<>();
        /** An element is loaded after it was stored. */
        private boolean tooLate;

        /** So many elements from an index on. */
        private record Piece(Index at, int count) {
            /** Whether they have some in common, as far as that does not depend on where loops are. */
            boolean overlaps(Piece other) {
                Index ahead = other.at.minus(at);
                return ahead.isConstant() && ahead.constant() < count && -ahead.constant() < other.count;
            }
        }

        Accesses(int from, int to) {
            this.from = from;
            this.to = to;
        }

        void collect(List<Stmt> body) {
            for (Stmt s : body) {
                switch (s) {
                    case Stmt.Let(Expr.Var v, Expr e) -> collect(e);
                    case Stmt.Assign(Expr.Var v, Expr e) -> collect(e);
                    case Stmt.For f -> collect(f.body());
                    case Stmt.Store(int buffer, Index at, Expr e, int count) -> {
                        collect(e);
                        if (buffer == to) {
                            stores.add(new Piece(at, count));
                        }
                    }
                    case Stmt.Copy c -> {
                        if (c.from() == from) {
                            load(new Piece(c.fromAt(), c.count()));
                        }
                        if (c.to() == to) {
                            stores.add(new Piece(c.toAt(), c.count()));
                        }
                    }
                    case Stmt.IfAny(Expr c, List<Stmt> then) -> {
                        collect(c);
                        collect(then);
                    }
                    // A sort touches scratch alone.
                    case Stmt.Sort o -> {}
                    case Stmt.While w -> collect(w.body());
                    case Stmt.Call _, Stmt.Parallel _ -> {}
                }
            }
        }

        private void load(Piece piece) {
            loads.add(piece);
            tooLate |= stores.stream().anyMatch(piece::overlaps);
        }

        private void collect(Expr e) {
            switch (e) {
                case Expr.Load(int buffer, Index at, var dtype, int lanes, int count) -> {
                    if (buffer == from) {
                        load(new Piece(at, count));
                    }
                }
                case Expr.Apply a -> a.args().forEach(this::collect);
                case Expr.Convert(var dtype, Expr x) -> collect(x);
                case Expr.Bits(var dtype, Expr x) -> collect(x);
                case Expr.Splat(Expr x, int lanes) -> collect(x);
                case Expr.Rotate(Expr x, int by) -> collect(x);
                case Expr.Checked(Expr x, int extent, String what) -> collect(x);
                case Expr.Const c -> {}
                case Expr.Var v -> {}
                case Expr.Ramp r -> {}
            }
        }
    }
}
