package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a kernel reads the sums of its contraction, if not everywhere: what it makes of them is selected by a comparison of affine functions of the index, and the sums are
 * nothing to the operand that is taken elsewhere. So it is with a causal attention's scores, which are −∞ above the diagonal, and with their gradient, which is 0 there.
 *
 * @param bound a function of the axes of the kernel's space; a sum is read only where it is at most 0
 * @param elsewhere by each such select, which of its operands is taken where no sum is read
 */
record ReadRegion(Index bound, Map<Node, Integer> elsewhere) {
    /** Functions of an index stay so far from where whole numbers overflow. */
    private static final long MOST = 1 << 28;

    ReadRegion {
        elsewhere = Map.copyOf(elsewhere);
    }

    static Optional<ReadRegion> of(Cluster cluster, Definitions definitions) {
        Walk walk = new Walk(cluster, definitions);
        cluster.roots().forEach(r -> walk.follow(r.node(), r.index()));
        return walk.everywhere || walk.bounds.size() != 1 ? Optional.empty() : Optional.of(new ReadRegion(walk.bounds.iterator().next(), walk.elsewhere));
    }

    /** How much the bound grows from one column of the contraction to the next. */
    int across(Contraction c) {
        return at(c.with(c.outside(new Index[c.rank()]), Index.ZERO, Index.of(1))).minus(at(c.with(c.outside(new Index[c.rank()]), Index.ZERO, Index.ZERO))).constant();
    }

    /** And from one row to the next. */
    int down(Contraction c) {
        return at(c.with(c.outside(new Index[c.rank()]), Index.of(1), Index.ZERO)).minus(at(c.with(c.outside(new Index[c.rank()]), Index.ZERO, Index.ZERO))).constant();
    }

    /** Whether there are vectors of columns of which nothing is read, in the first row or the last: else there is nothing to leave out. */
    boolean leavesOut(Contraction c, int lanes) {
        Index[] outside = c.outside(new Index[c.rank()]);
        Index last = Index.of((c.columns() - 1) / lanes * lanes);
        return across(c) > 0 && Stream.of(0, c.rows() - 1).anyMatch(row -> at(c.with(outside, Index.of(row), last)).constant() > 0);
    }

    /** The bound at an index of the kernel's space. */
    Index at(Index[] axes) {
        Index sum = Index.of(bound.constant());
        for (Index.Term t : bound.terms()) {
            sum = sum.plus(axes[Cluster.axisNumber(t.var())].times(t.coefficient()));
        }
        return sum;
    }

    /** Goes from what is stored to the contraction, but no further than to selects that need not read it. */
    private static final class Walk {
        private final Cluster cluster;
        private final Node core;
        private final Definitions definitions;
        private final Set<Index> bounds = new HashSet<>();
        private final Map<Node, Integer> elsewhere = new HashMap<>();
        private final Map<Node, Boolean> ofCore = new HashMap<>();
        private final Set<Scope.Key> seen = new HashSet<>();
        private boolean everywhere;

        Walk(Cluster cluster, Definitions definitions) {
            this.cluster = cluster;
            this.core = cluster.core().orElseThrow();
            this.definitions = definitions;
        }

        private int extent(Expr.Var v) {
            return cluster.space().dim(Cluster.axisNumber(v));
        }

        private boolean isOfCore(Node n) {
            Boolean known = ofCore.get(n);
            if (known == null) {
                known = n == core || !definitions.isLoaded(n) && n.inputs().stream().anyMatch(this::isOfCore);
                ofCore.put(n, known);
            }
            return known;
        }

        void follow(Node n, List<Index> index) {
            if (everywhere || !isOfCore(n) || !seen.add(new Scope.Key(n, index))) {
                return;
            }
            if (n == core || !(n.op() instanceof Op.Map || n.op() instanceof Op.Cast || n.op() instanceof Op.View)) {
                everywhere = true;
                return;
            }
            if (n.op() instanceof Op.View v) {
                ViewIndex.through(v, n.input(0).shape(), index, this::extent).ifPresentOrElse(in -> follow(n.input(0), in), () -> everywhere = true);
                return;
            }
            boolean select = n.op() instanceof Op.Map(ScalarFn fn) && fn == ScalarFn.SELECT && isOfCore(n.input(1)) != isOfCore(n.input(2));
            Optional<Index> where = select ? bound(n.input(0), index, isOfCore(n.input(1))) : Optional.empty();
            if (where.isPresent()) {
                bounds.add(where.get());
                elsewhere.put(n, isOfCore(n.input(1)) ? 2 : 1);
                return;
            }
            n.inputs().forEach(x -> follow(x, index));
        }

        /** What is at most 0 just where the condition holds, or where it does not. */
        private Optional<Index> bound(Node condition, List<Index> index, boolean holds) {
            if (condition.op() instanceof Op.View v) {
                return ViewIndex.through(v, condition.input(0).shape(), index, this::extent).flatMap(in -> bound(condition.input(0), in, holds));
            }
            if (!(condition.op() instanceof Op.Map(ScalarFn fn)) || condition.inputs().size() != 2) {
                return Optional.empty();
            }
            Optional<Index> a = affine(condition.input(0), index);
            Optional<Index> b = affine(condition.input(1), index);
            if (a.isEmpty() || b.isEmpty()) {
                return Optional.empty();
            }
            Index up = a.get().minus(b.get());
            Index down = b.get().minus(a.get());
            if (fn == ScalarFn.LE || fn == ScalarFn.LT) {
                int strict = fn == ScalarFn.LT ? 1 : 0;
                return Optional.of(holds ? up.plus(strict) : down.plus(1 - strict));
            } else if (fn == ScalarFn.GE || fn == ScalarFn.GT) {
                int strict = fn == ScalarFn.GT ? 1 : 0;
                return Optional.of(holds ? down.plus(strict) : up.plus(1 - strict));
            }
            return Optional.empty();
        }

        private Optional<Index> affine(Node n, List<Index> index) {
            if (n.dtype() != DType.I32) {
                return Optional.empty();
            }
            Optional<Index> value = switch (n.op()) {
                case Op.View v -> ViewIndex.through(v, n.input(0).shape(), index, this::extent).flatMap(in -> affine(n.input(0), in));
                case Op.Iota(var _, int axis) -> Optional.of(index.get(axis));
                case Op.Constant(var literal) when literal.isUniform() && Math.abs(literal.bitsAt(0)) <= MOST -> Optional.of(Index.of((int) literal.bitsAt(0)));
                case Op.Map(ScalarFn fn) when fn == ScalarFn.ADD || fn == ScalarFn.SUB -> affine(n.input(0), index)
                        .flatMap(a -> affine(n.input(1), index).map(b -> fn == ScalarFn.ADD ? a.plus(b) : a.minus(b)));
                case Op.Input _, Op.Constant _, Op.Map _, Op.Cast _, Op.Reduce _, Op.Contract _, Op.Gather _, Op.ArgReduce _, Op.Cumulate _, Op.ArgSort _, Op.Random _,
                        Op.OverlapAdd _, Op.Scatter _, Op.Nested _, Op.Concat _ -> Optional.empty();
            };
            return value.filter(this::isSmall);
        }

        private boolean isSmall(Index i) {
            long most = Math.abs((long) i.constant()) + i.terms().stream().mapToLong(t -> Math.abs((long) t.coefficient()) * extent(t.var())).sum();
            return most <= MOST;
        }
    }
}
