package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Orders the kernels, decides which updates are in place, and gives every buffer its offset by liveness. */
public final class Planner {
    private final Graph graph;
    private final List<Node> unread;
    private final List<LoweredKernel> kernels;
    private final Updates updates;
    private final Map<Place, Integer> lines = new LinkedHashMap<>();
    private final Map<DType, FreeLines> slabs = new EnumMap<>(DType.class);
    /** Places that are not ours to give, which the plan has behind all others; their lines count down from −1 until the end. */
    private final Set<Place> elsewhere;
    private final Map<DType, Integer> behind = new EnumMap<>(DType.class);

    private Planner(Graph graph, List<Node> unread, List<LoweredKernel> lowered, List<Integer> sorted, Updates updates, Set<Place> elsewhere) {
        this.graph = graph;
        this.elsewhere = elsewhere;
        this.unread = unread;
        this.updates = updates;
        this.kernels = new ArrayList<>(sorted.stream().map(lowered::get).toList());
        for (DType d : DType.values()) {
            slabs.put(d, new FreeLines());
        }
    }

    /**
     * The plan of a graph's kernels.
     *
     * @param unread inputs that the user declared and no kernel reads; they get a slot all the same
     */
    public static MemoryPlan plan(Graph graph, List<Node> unread, List<LoweredKernel> lowered) {
        return plan(graph, unread, lowered, Set.of());
    }

    /**
     * The plan of a graph that runs inside of another, some of whose values are kept by that one.
     *
     * @param elsewhere places that get offsets behind all others, and share them with none
     */
    public static MemoryPlan plan(Graph graph, List<Node> unread, List<LoweredKernel> lowered, Set<Place> elsewhere) {
        Order order = new Order(lowered);
        Updates updates = new Updates(graph, lowered, order);
        return new Planner(graph, unread, lowered, order.sorted(), updates, elsewhere).plan();
    }

    /** Where a place really lives: a new value written over the old one lives in the state's slot. */
    private Place home(Place p) {
        return updates.inPlace.getOrDefault(p, p);
    }

    private MemoryPlan plan() {
        updates.copied.forEach((state, value) -> kernels.add(copy(value, new Place.Value(state))));
        Set<Place> pinned = pinned();
        pinned.forEach(p -> lines.put(p, elsewhere.contains(p) ? behind(p) : slab(p).take(Layout.lines(p.dtype(), p.size()))));
        Map<Place, Integer> lastUse = new HashMap<>();
        for (int k = 0; k < kernels.size(); k++) {
            for (Place p : kernels.get(k).places()) {
                lastUse.put(home(p), k);
            }
        }
        List<Draft> drafts = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            drafts.add(launch(k, pinned, lastUse));
        }
        List<Plan> steps = new ArrayList<>();
        for (int k = 0; k < kernels.size(); k++) {
            steps.add(drafts.get(k).launch(kernels.get(k)));
        }
        Map<DType, Integer> sizes = new EnumMap<>(DType.class);
        slabs.forEach((d, s) -> sizes.put(d, Layout.slab(d, s.height() + behind.getOrDefault(d, 0))));
        Map<Place, Integer> offsets = new LinkedHashMap<>();
        for (Place p : pinned) {
            offsets.put(p, offset(p.dtype(), line(p)));
        }
        updates.inPlace.forEach((value, state) -> offsets.put(value, offset(state.dtype(), line(state))));
        MemoryPlan plan = new MemoryPlan(new Plan.Seq(steps), kernels, sizes, offsets, Set.copyOf(updates.inPlace.keySet()), updates.copied.size());
        PlanVerifier.verify(plan);
        return plan;
    }

    /** The line of a place behind all others, as long as it is not known how many those need. */
    private int behind(Place p) {
        int start = behind.getOrDefault(p.dtype(), 0);
        behind.put(p.dtype(), start + Layout.lines(p.dtype(), p.size()));
        return -1 - start;
    }

    private int offset(DType dtype, int line) {
        return Layout.offset(dtype, line >= 0 ? line : Objects.requireNonNull(slabs.get(dtype)).height() - 1 - line);
    }

    /** A launch whose offsets are still lines. */
    private final class Draft {
        private final List<Integer> lines = new ArrayList<>();
        private final List<String> labels = new ArrayList<>();
        private final List<String> stored = new ArrayList<>();

        Plan.Launch launch(LoweredKernel lk) {
            List<Integer> offsets = new ArrayList<>();
            for (int b = 0; b < lines.size(); b++) {
                offsets.add(offset(lk.places().get(b).dtype(), lines.get(b)));
            }
            return new Plan.Launch(lk.kernel(), offsets, String.join(", ", stored), labels, KernelNames.of(graph, lk));
        }
    }

    private FreeLines slab(Place p) {
        return Objects.requireNonNull(slabs.get(p.dtype()));
    }

    private int line(Place p) {
        return Objects.requireNonNull(lines.get(p), "a place was never given lines");
    }

    /** Inputs, constants and outputs keep their places for a session's life. */
    private Set<Place> pinned() {
        Set<Place> pinned = new LinkedHashSet<>();
        graph.inputs().forEach(n -> pinned.add(new Place.Value(n)));
        unread.forEach(n -> pinned.add(new Place.Value(n)));
        kernels.forEach(k -> k.places().forEach(p -> {
            if (p instanceof Place.Value(Node n) && n.op() instanceof Op.Constant) {
                pinned.add(p);
            }
        }));
        graph.outputs().values().forEach(n -> pinned.add(home(output(n))));
        return pinned;
    }

    /** Where an output's value is found after a run. */
    public static Place output(Node n) {
        return n.op() instanceof Op.Input || n.op() instanceof Op.Constant ? new Place.Copy(n) : new Place.Value(n);
    }

    private Draft launch(int k, Set<Place> pinned, Map<Place, Integer> lastUse) {
        LoweredKernel lk = kernels.get(k);
        Draft draft = new Draft();
        for (int b = 0; b < lk.places().size(); b++) {
            Place p = lk.places().get(b);
            Place h = home(p);
            if (p instanceof Place.Scratch) {
                lines.remove(p);
            }
            int line = lines.computeIfAbsent(h, x -> slab(x).take(Layout.lines(x.dtype(), x.size())));
            draft.lines.add(line);
            draft.labels.add(label(p));
            Kernel.Access access = lk.kernel().buffers().get(b).access();
            if (access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE) {
                draft.stored.add(label(p));
            }
        }
        Set<Place> seen = new LinkedHashSet<>();
        for (Place p : lk.places()) {
            Place h = home(p);
            boolean done = p instanceof Place.Scratch || lastUse.getOrDefault(h, k) == k;
            if (done && !pinned.contains(h) && seen.add(h)) {
                slab(h).give(line(h), Layout.lines(h.dtype(), h.size()));
            }
        }
        return draft;
    }

    private String label(Place p) {
        return switch (p) {
            case Place.Value(Node n) -> graph.nameOf(n);
            case Place.Copy(Node n) -> "copy of " + graph.nameOf(n);
            case Place.Scratch s -> "scratch" + s.number();
        };
    }

    /** The launch that moves a new value into its state's slot where it could not be computed there. */
    private static LoweredKernel copy(Place from, Place to) {
        Expr.Var i = Expr.Var.index("i");
        Index at = Index.of(i);
        Kernel kernel = new Kernel(
                List.of(new Kernel.Buffer(from.dtype(), from.size(), Kernel.Access.READ), new Kernel.Buffer(to.dtype(), to.size(), Kernel.Access.WRITE)),
                List.of(new Kernel.Method("run", List.of(), List.of(
                        new Stmt.For(i, Index.ZERO, Index.of(from.size()), 1, List.of(new Stmt.Store(1, at, new Expr.Load(0, at, from.dtype(), 1))))))));
        Cluster none = new Cluster(Cluster.Kind.LOOPS, bytegrad.ir.Shape.SCALAR, List.of(), List.of(), Optional.empty());
        return new LoweredKernel(none, kernel, List.of(from, to));
    }
}
