package bytegrad.codegen.fuse;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A cluster in the making. */
final class Draft {
    /** So many primitive operations take longer one element at a time than a value takes to be stored and loaded: an f32 exp. */
    private static final int WORTH_LANES = 20;

    final int id;
    /** Of all that it stores. */
    final int era;
    Cluster.Kind kind;
    Shape space;
    final List<Cluster.Root> roots = new ArrayList<>();
    Optional<Node> core = Optional.empty();
    final Widths widths = new Widths();
    /** Of the core's result, that the kernel's reduction runs over. */
    List<Cluster.Window> windows = List.of();
    int reductions;
    /** Elements that a result of the one reduction has, which adds one after the other and so can be of several columns at a time; 0 where it does not. */
    long chained;
    /** The values it computes, each once however many of its roots are made of it. */
    private final Set<Value> values = new HashSet<>();
    private int weight;
    /** The draft that took this one's roots over; itself until then. */
    Draft mergedInto = this;
    /** The axis sets at which something is hoisted: each contains the one before, which fixes the order of the loops. */
    final List<Set<Expr.Var>> chain = new ArrayList<>();

    private record Value(Node node, List<Index> index) {}

    Draft(int id, int era, Cluster.Kind kind, Shape space) {
        this.id = id;
        this.era = era;
        this.kind = kind;
        this.space = space;
    }

    /** It computes a reduction more. */
    void reduces(Shape operand, List<Integer> axes) {
        reductions++;
        chained = SumOrder.of(operand, axes).width() > 1 ? 0 : axes.stream().mapToLong(operand::dim).reduce(1, Math::multiplyExact);
    }

    /** Primitive operations of all that it computes. */
    int weight() {
        return weight;
    }

    /** Of a kernel that computes what either does. */
    int weightWith(Draft other) {
        return weight + other.values.stream().filter(v -> !values.contains(v)).mapToInt(v -> Weight.of(v.node)).sum();
    }

    void compute(Node n, List<Index> index) {
        if (values.add(new Value(n, index))) {
            weight += Weight.of(n);
        }
    }

    void computeAll(Draft other) {
        other.values.forEach(v -> compute(v.node, v.index));
    }

    /**
     * Whether the kernel, if it computed the node too, would run one element at a time what is worth storing a value in between: a
     * contraction, or much arithmetic. The rest may as well run so.
     */
    boolean lanesWouldBeMissed(Node n, List<List<Index>> indices) {
        boolean here = kind == Cluster.Kind.CONTRACTION || weight >= WORTH_LANES;
        boolean there = n.op() instanceof Op.Contract || Weight.of(n) >= WORTH_LANES;
        return (here && widths.haveLanes(space) || there && Widths.haveLanes(n)) && !widths.keepLanes(space, n, indices);
    }

    Draft resolve() {
        Draft d = this;
        while (d.mergedInto != d) {
            d = d.mergedInto;
        }
        return d;
    }

    Set<Expr.Var> axes() {
        return axes(space);
    }

    static Set<Expr.Var> axes(Shape space) {
        Set<Expr.Var> all = new HashSet<>();
        for (int k = 0; k < space.rank(); k++) {
            if (space.dim(k) != 1) {
                all.add(Cluster.axis(k));
            }
        }
        return all;
    }

    static Set<Expr.Var> variables(List<Index> index) {
        Set<Expr.Var> vars = new HashSet<>();
        index.forEach(i -> i.terms().forEach(t -> vars.add(t.var())));
        return vars;
    }

    /** Every set of the chain contains this one or is contained in it. */
    boolean fits(Set<Expr.Var> set) {
        return chain.stream().allMatch(s -> s.containsAll(set) || set.containsAll(s));
    }

    void hoist(Set<Expr.Var> set) {
        if (!chain.contains(set)) {
            chain.add(set);
            chain.sort(java.util.Comparator.comparingInt(Set::size));
        }
    }

    Cluster freeze() {
        List<Integer> order = new ArrayList<>();
        for (Set<Expr.Var> set : chain) {
            for (int k = 0; k < space.rank(); k++) {
                if (set.contains(Cluster.axis(k)) && !order.contains(k)) {
                    order.add(k);
                }
            }
        }
        for (int k = 0; k < space.rank(); k++) {
            if (!order.contains(k)) {
                order.add(k);
            }
        }
        return new Cluster(kind, space, order, roots, core, windows);
    }
}
