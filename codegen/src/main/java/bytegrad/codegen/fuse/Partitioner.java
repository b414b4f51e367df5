package bytegrad.codegen.fuse;

import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Walks the graph from results to inputs. A node is met after all its consumers, each of which has said in which kernel
 * and at which indices it reads it; that decides whether the node is inlined there or stored. New kernels go in front
 * of those that exist, and a node is only ever placed in a kernel at or before its first reader, so the kernel graph is
 * acyclic by construction. Each edge is visited once.
 */
final class Partitioner {
    /** How a kernel reads a node. A flat index is one row-major position; an operand must have a buffer. */
    record Use(int draft, List<Index> index, boolean flat, boolean operand) {
        boolean plain() {
            return !flat && !operand;
        }
    }

    /** Evaluating a node again at another index of the same kernel may cost this much per element. */
    static final int REPEAT_LIMIT = 30;

    private final Graph graph;
    private final SecondRuns runs;
    private final Extent extent;
    private final int weightLimit;
    private final boolean[] required;
    /** Of those, the nodes that must be in memory only where a kernel reads them out of order. */
    private final boolean[] operands;
    private final List<Draft> drafts = new ArrayList<>();
    private final Reads reads;
    private final Copies copies;
    private final Map<Node, Integer> home = new HashMap<>();
    private final Map<Node, Fate> fates = new HashMap<>();
    private final String[] reason;
    /** Constants that are needed in memory although they are one number. */
    private final Set<Node> slots = new HashSet<>();

    private record NestedGroup(Op.Nested op, List<Node> inputs, int era) {}

    /** Nodes that are results of one nested op, by id. */
    private final Map<NestedGroup, List<Node>> nested = new HashMap<>();

    Partitioner(SecondRuns runs, Extent extent, int weightLimit) {
        this.runs = runs;
        this.graph = runs.graph();
        this.extent = extent;
        this.weightLimit = weightLimit;
        int n = graph.nodes().size();
        this.required = new boolean[n];
        this.operands = new boolean[n];
        this.reason = new String[n];
        this.reads = new Reads(graph, drafts);
        this.copies = new Copies(graph, required, reads);
    }

    Partition partition() {
        graph.outputs().forEach((name, n) -> require(n, "output \"" + name + "\""));
        graph.updates().forEach(u -> require(u.value(), "new value of \"" + u.name() + "\""));
        graph.hints().forEach((n, hint) -> {
            if (hint.kind() == Hint.Kind.CHECKPOINT) {
                require(n, "a checkpoint");
            }
        });
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Nested op) {
                nested.computeIfAbsent(group(n, op), k -> new ArrayList<>()).add(n);
            }
            if (!(n.op() instanceof Op.View) || n.op() instanceof Op.Pad) {
                requireOperands(n);
                copies.derived(n, runs.kept()).forEach(x -> require(x, "what is kept decides it"));
            }
        }
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            place(graph.nodes().get(i));
        }
        if (extent != Extent.NONE) {
            new Merge(drafts, home, reads.ofStored(home), n -> required[n.id()] && !operands[n.id()], weightLimit, extent == Extent.ALL).run();
        }
        return freeze();
    }

    private NestedGroup group(Node n, Op.Nested op) {
        return new NestedGroup(Bodies.result(op, 0), n.inputs(), runs.era(n));
    }

    private void require(Node n, String why) {
        operands[n.id()] = false;
        if (!required[n.id()]) {
            required[n.id()] = true;
            reason[n.id()] = why;
        }
    }

    /** What a kernel reads out of order must be in memory. */
    private void requireOperands(Node n) {
        switch (n.op()) {
            case Op.Contract c -> n.inputs().forEach(x -> requireComputed(Copies.throughViews(x), "operand of a contraction"));
            case Op.Gather g -> requireComputed(Copies.throughViews(n.input(0)), "data of a gather");
            case Op.Scatter s -> require(n, "scatter fills a buffer");
            case Op.Concat c -> require(n, "its parts are written in place");
            case Op.Random r -> {}
            case Op.Cumulate o -> require(n, "a kernel of its own");
            case Op.ArgSort o -> require(n, "a kernel of its own");
            case Op.OverlapAdd o -> require(n, "windows are added in a buffer");
            case Op.Nested o -> {
                require(n, "a kernel of its own");
                n.inputs().forEach(x -> requireComputed(Partition.throughReshapes(x), "operand of a " + Graph.opName(o)));
            }
            case Op.Pad p -> require(n, "its parts are written in place");
            case Op.ArgReduce a -> require(n, "an arg-reduction");
            case Op.Input o -> {}
            case Op.Constant o -> {}
            case Op.Iota o -> {}
            case Op.Map o -> {}
            case Op.Cast o -> {}
            case Op.Reduce o -> {}
            case Op.View o -> {}
        }
        if (extent == Extent.NONE && !(n.op() instanceof Op.Constant) && !(n.op() instanceof Op.Input)) {
            require(n, "nothing is fused");
        }
    }

    private void requireComputed(Node n, String why) {
        if (n.op() instanceof Op.Constant) {
            slots.add(n);
        } else if (!(n.op() instanceof Op.Input) && !required[n.id()]) {
            require(n, why);
            operands[n.id()] = true;
        }
    }

    private void place(Node n) {
        Set<Use> reads = this.reads.of(n);
        switch (n.op()) {
            case Op.Input in -> {
                fates.put(n, new Fate(Fate.Kind.INPUT, -1, "input \"" + in.name() + "\""));
                copyOut(n, reads);
            }
            case Op.Constant c -> {
                fates.put(n, c.value().isUniform() && !slots.contains(n)
                        ? new Fate(Fate.Kind.NUMBER, -1, "a number in the code")
                        : new Fate(Fate.Kind.CONSTANT, -1, "filled when a session begins"));
                copyOut(n, reads);
            }
            case Op.Pad p -> store(n, reads);
            case Op.View v -> placeView(n, v, reads);
            case Op.Iota o -> placeValue(n, reads);
            case Op.Map o -> placeValue(n, reads);
            case Op.Cast o -> placeValue(n, reads);
            case Op.Reduce o -> placeValue(n, reads);
            case Op.ArgReduce o -> store(n, reads);
            case Op.Contract o -> placeValue(n, reads);
            case Op.Gather o -> store(n, reads);
            case Op.Scatter o -> store(n, reads);
            case Op.Concat o -> store(n, reads);
            case Op.Random o -> placeValue(n, reads);
            case Op.Cumulate o -> store(n, reads);
            case Op.ArgSort o -> store(n, reads);
            case Op.OverlapAdd o -> store(n, reads);
            case Op.Nested o -> placeNested(n, o);
        }
    }

    /** An input or constant that is itself an output or a new value is copied, since its own buffer is the caller's. */
    private void copyOut(Node n, Set<Use> reads) {
        if (required[n.id()]) {
            Draft d = open(n, Cluster.Kind.LOOPS, n.shape());
            List<Index> index = Reads.identity(n.shape());
            d.roots.add(new Cluster.Root(n, index));
            d.widths.add(n, index);
            reads.add(new Use(d.id, index, false, false));
        }
    }

    private void placeView(Node n, Op.View view, Set<Use> reads) {
        if (required[n.id()]) {
            store(n, reads);
            return;
        }
        Set<Use> through = new LinkedHashSet<>();
        for (Use u : reads) {
            Optional<Use> t = this.reads.through(n, view, u);
            if (t.isEmpty()) {
                reason[n.id()] = "its elements are not read in an affine order";
                store(n, reads);
                return;
            }
            through.add(t.get());
        }
        if (isReadTooLate(n, reads) && runs.isFirstRun(Copies.throughViews(n))) {
            reason[n.id()] = "kept, while what it looks at is computed again";
            store(n, reads);
            return;
        }
        fates.put(n, new Fate(Fate.Kind.VIEW, -1, "an index into its operand"));
        this.reads.of(n.input(0)).addAll(through);
    }

    private void placeValue(Node n, Set<Use> reads) {
        if (required[n.id()] || reads.stream().anyMatch(u -> !u.plain())) {
            store(n, reads);
            return;
        }
        Map<Integer, List<List<Index>>> byDraft = new java.util.LinkedHashMap<>();
        reads.forEach(u -> byDraft.computeIfAbsent(u.draft(), k -> new ArrayList<>()).add(u.index()));
        boolean inline = byDraft.size() == 1 || copies.areWorthwhile(n, byDraft.keySet());
        boolean late = isReadTooLate(n, reads);
        if (inline && !late && byDraft.entrySet().stream().allMatch(e -> admits(drafts.get(e.getKey()), n, e.getValue()))) {
            byDraft.forEach((d, indices) -> join(drafts.get(d), n, indices));
            boolean one = byDraft.size() == 1;
            fates.put(n, new Fate(Fate.Kind.INLINED, one ? byDraft.keySet().iterator().next() : -1,
                    one ? "only one kernel reads it" : "cheaper to compute again than to store"));
            return;
        }
        reason[n.id()] = late ? "kept, while its subgraph is computed again"
                : byDraft.size() == 1 ? "does not fit its only reader's loops or size" : "read by " + byDraft.size() + " kernels";
        store(n, reads);
    }

    /** A kernel reads it to which what its subgraph has inside is lost already: computed there, it would need that. */
    private boolean isReadTooLate(Node n, Set<Use> reads) {
        OptionalInt end = runs.end(n);
        return end.isPresent() && reads.stream().anyMatch(u -> drafts.get(u.draft()).era >= end.getAsInt());
    }

    /** Whether a kernel can compute the node at these indices within its loops, size and cost. */
    private boolean admits(Draft d, Node n, List<List<Index>> indices) {
        int weight = Weight.of(n);
        if (d.weight() + weight * indices.size() > weightLimit || weight * (indices.size() - 1) > REPEAT_LIMIT) {
            return false;
        }
        if (d.lanesWouldBeMissed(n, indices) || !copies.isCheap(n) && indices.stream().anyMatch(i -> reads.overlaps(d.id, i))) {
            return false;
        }
        Set<Expr.Var> axes = d.axes();
        return switch (n.op()) {
            case Op.Reduce r -> d.kind == Cluster.Kind.LOOPS && indices.size() == 1 && axes.containsAll(Draft.variables(indices.getFirst()))
                    && d.fits(Draft.variables(indices.getFirst()));
            case Op.Contract c -> d.kind == Cluster.Kind.LOOPS && indices.size() == 1 && reads.windows(d, n, c, indices.getFirst()).isPresent()
                    && d.roots.stream().allMatch(r -> Reads.coversRows(r.node().shape(), d.space, r.index()));
            case Op.Map m -> indices.stream().allMatch(i -> affordable(d, axes, Draft.variables(i), weight) && !isAgainInEachTile(d, n, Draft.variables(i)));
            case Op.Cast m -> true;
            case Op.Iota m -> true;
            case Op.View v -> true;
            case Op.Input o -> false;
            case Op.Constant o -> false;
            case Op.ArgReduce o -> false;
            case Op.Gather o -> false;
            case Op.Scatter o -> false;
            case Op.Concat o -> false;
            case Op.Random o -> true;
            case Op.Cumulate o -> false;
            case Op.ArgSort o -> false;
            case Op.OverlapAdd o -> false;
            case Op.Nested o -> false;
        };
    }

    /** A value that depends on few axes must be computable outside the loops over the others, unless it costs next to nothing. */
    private static boolean affordable(Draft d, Set<Expr.Var> axes, Set<Expr.Var> vars, int weight) {
        if (weight <= Copies.LIMIT || vars.containsAll(axes) || !axes.containsAll(vars)) {
            return true;
        }
        return d.kind == Cluster.Kind.LOOPS ? d.fits(vars) : vars.isEmpty() && weight <= 4;
    }

    /**
     * A value of rows beside a contraction, which its tiles would compute for each vector, or for each panel: of more than one operation it is better stored where rows are met
     * once.
     */
    private boolean isAgainInEachTile(Draft d, Node n, Set<Expr.Var> vars) {
        int columns = d.space.rank() - 1;
        return columns >= 0 && d.space.dim(columns) > 1 && !vars.isEmpty() && !vars.contains(Cluster.axis(columns)) && copies.operations(n) > 1
                && (d.kind == Cluster.Kind.CONTRACTION || d.roots.stream().anyMatch(r -> copies.endsContraction(r.node())));
    }

    private void join(Draft d, Node n, List<List<Index>> indices) {
        int weight = Weight.of(n);
        Set<Expr.Var> axes = d.axes();
        for (List<Index> index : indices) {
            d.compute(n, index);
            d.widths.add(n, index);
            Set<Expr.Var> vars = Draft.variables(index);
            boolean hoisted = !vars.containsAll(axes) && axes.containsAll(vars) && weight > Copies.LIMIT;
            if (n.op() instanceof Op.Reduce || hoisted && d.kind == Cluster.Kind.LOOPS) {
                d.hoist(vars);
            }
        }
        if (n.op() instanceof Op.Reduce r) {
            d.reduces(n.input(0).shape(), r.axes());
        }
        if (n.op() instanceof Op.Contract c) {
            d.windows = reads.windows(d, n, c, indices.getFirst()).orElse(List.of());
            d.kind = Cluster.Kind.CONTRACTION;
            d.core = Optional.of(n);
        }
        indices.forEach(index -> reads.addInputs(n, d, index));
    }

    private void store(Node n, Set<Use> reads) {
        Draft d = joinFirstReader(n, reads).orElseGet(() -> openFor(n));
        home.put(n, d.id);
        String why = reason[n.id()];
        fates.put(n, new Fate(Fate.Kind.STORED, d.id, why == null ? "read by several kernels" : why));
    }

    /** The results of one op are computed together: the kernel is opened when all of them, and so all of their readers, have been met. */
    private void placeNested(Node n, Op.Nested op) {
        List<Node> group = Objects.requireNonNull(nested.get(group(n, op)));
        if (n != group.getFirst()) {
            return;
        }
        Draft d = open(n, Cluster.Kind.NESTED, Shape.SCALAR);
        for (Node r : group) {
            d.roots.add(new Cluster.Root(r, Reads.identity(r.shape())));
            home.put(r, d.id);
            fates.put(r, new Fate(Fate.Kind.STORED, d.id, "a kernel of its own"));
        }
        reads.addInputs(n, d, List.of());
    }

    /** A transpose of rows is stored in the order in which its operand is made, so that a contraction can be the kernel that stores it. */
    private Draft openFor(Node n) {
        boolean ofRows = n.op() instanceof Op.Transpose(List<Integer> axes) && !axes.isEmpty() && axes.getLast() == axes.size() - 1;
        Draft d = open(n, Cluster.Kind.of(n), ofRows ? n.input(0).shape() : n.shape());
        List<Index> index = Reads.identity(d.space);
        if (ofRows) {
            index = ((Op.Transpose) n.op()).axes().stream().map(index::get).toList();
        }
        d.roots.add(new Cluster.Root(n, index));
        join(d, n, List.of(index));
        return d;
    }

    private Draft open(Node n, Cluster.Kind kind, Shape space) {
        Draft d = new Draft(drafts.size(), runs.era(n), kind, space);
        drafts.add(d);
        return d;
    }

    /** A stored node is computed where it is read first, if its elements are produced there in the order they are read. */
    private Optional<Draft> joinFirstReader(Node n, Set<Use> reads) {
        boolean lasts = required[n.id()] && !operands[n.id()];
        boolean joins = extent == Extent.ALL || extent == Extent.APART && (lasts || !copies.endsContraction(n));
        if (!joins || reads.isEmpty() || !(n.op() instanceof Op.Map || n.op() instanceof Op.Cast || n.op() instanceof Op.Reduce || n.op() instanceof Op.Contract)) {
            return Optional.empty();
        }
        int first = reads.stream().mapToInt(Use::draft).max().getAsInt();
        List<Use> here = reads.stream().filter(u -> u.draft() == first).toList();
        Draft d = drafts.get(first);
        boolean cells = d.kind == Cluster.Kind.LOOPS || d.kind == Cluster.Kind.CONTRACTION;
        if (d.era != runs.era(n) || here.size() != 1 || !here.getFirst().plain() || !cells) {
            return Optional.empty();
        }
        List<Index> index = here.getFirst().index();
        Set<Expr.Var> vars = Draft.variables(index);
        // A number beside a matrix would keep a contraction from becoming the matrix's kernel; row results belong to a kernel of rows.
        boolean whole = d.kind == Cluster.Kind.LOOPS && (d.reductions > 0 || vars.containsAll(d.axes()))
                || index.equals(Reads.identity(d.space));
        boolean fits = Reads.covers(n.shape(), d.space, index) && d.fits(vars) && d.widths.goesWith(n, index, d.space);
        if (!whole || !fits || !admits(d, n, List.of(index))) {
            return Optional.empty();
        }
        d.roots.add(new Cluster.Root(n, index));
        if (!vars.containsAll(d.axes())) {
            d.hoist(vars);
        }
        join(d, n, List.of(index));
        return Optional.of(d);
    }

    private Partition freeze() {
        List<Cluster> clusters = new ArrayList<>();
        Map<Integer, Integer> kernel = new HashMap<>();
        for (int i = drafts.size() - 1; i >= 0; i--) {
            if (!drafts.get(i).roots.isEmpty()) {
                kernel.put(i, clusters.size());
                clusters.add(drafts.get(i).freeze());
            }
        }
        Map<Node, Fate> named = new HashMap<>();
        fates.forEach((n, f) -> {
            boolean dropped = f.kind() == Fate.Kind.STORED && !home.containsKey(n);
            int in = f.kernel() < 0 ? -1 : kernel.getOrDefault(drafts.get(f.kernel()).resolve().id, -1);
            named.put(n, dropped ? new Fate(Fate.Kind.INLINED, in, "all its readers share its kernel") : new Fate(f.kind(), in, f.reason()));
        });
        return new Partition(graph, clusters, Collections.unmodifiableMap(named), runs.kept());
    }
}
