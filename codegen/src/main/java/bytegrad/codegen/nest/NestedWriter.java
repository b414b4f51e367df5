package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Relocation.Target;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.lower.Buffers;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Writes the kernel of one nested op: all of its results that are wanted. */
final class NestedWriter {
    private static final Index STEP = Index.of(StepMethods.STEP);

    private final NestedKernels how;
    private final Partition partition;
    private final Cluster cluster;
    private final List<Node> inputs;
    private final Buffers buffers = new Buffers();
    private final StepMethods methods;
    private final Map<Integer, Node> results = new HashMap<>();

    NestedWriter(NestedKernels how, Partition partition, Cluster cluster) {
        this.how = how;
        this.partition = partition;
        this.cluster = cluster;
        this.inputs = cluster.roots().getFirst().node().inputs();
        this.methods = new StepMethods(buffers, how.vectorBytes());
        cluster.roots().forEach(r -> results.put(Bodies.result((Op.Nested) r.node().op()), r.node()));
    }

    LoweredKernel write() {
        List<Stmt> main = switch ((Op.Nested) cluster.roots().getFirst().node().op()) {
            case Op.Scan s -> scan(s);
            case Op.Cond c -> cond(c);
            case Op.While w -> loop(w);
            case Op.Custom c -> custom(c);
        };
        List<Kernel.Method> all = new ArrayList<>();
        all.add(new Kernel.Method("run", List.of(), main));
        all.addAll(methods.all());
        return new LoweredKernel(cluster, new Kernel(buffers.declarations(), all), buffers.places());
    }

    // ---- where values are

    private Target operand(int k) {
        return new Target(buffers.read(new Place.Value(Partition.throughReshapes(inputs.get(k)))), Index.ZERO);
    }

    /** Where a result goes, of a step's slice of it if it is a stack. */
    private Target result(Node n, Index at) {
        return new Target(buffers.write(new Place.Value(n)), at);
    }

    private static int sliceSize(Node stack) {
        return stack.shape().without(List.of(0)).size();
    }

    /** The names of the outputs y whose results are wanted, from result {@code first} on. */
    private Set<String> wanted(int first, int count) {
        Set<String> names = new TreeSet<>();
        for (int k = 0; k < count; k++) {
            if (results.containsKey(first + k)) {
                names.add("y" + k);
            }
        }
        return names;
    }

    /** Binds a body's inputs of one role to operands. */
    private void bind(Map<Place, Target> bound, Graph body, String role, java.util.function.IntFunction<Target> to) {
        for (Node n : body.inputs()) {
            OptionalInt number = Bodies.number(role, ((Op.Input) n.op()).name());
            number.ifPresent(k -> bound.put(new Place.Value(n), to.apply(k)));
        }
    }

    /** A body's place for a carry, if the body reads or changes it. */
    private static Optional<Place> carry(BodyPlan body, int k) {
        return body.graph.input("c" + k).map(Place.Value::new);
    }

    private Target inRegion(BodyPlan body, Place p) {
        return methods.scratch(p.dtype(), body.offset(p));
    }

    /** A carry's place while the loop runs; one that the body does not know stays where it came from. */
    private Target carrySlot(BodyPlan body, int k) {
        return carry(body, k).map(p -> inRegion(body, p)).orElseGet(() -> operand(k));
    }

    /** The copies of the first carries into their places. */
    private List<Stmt.Call> begin(BodyPlan body, int carries) {
        List<Stmt.Call> calls = new ArrayList<>();
        for (int k = 0; k < carries; k++) {
            int from = k;
            carry(body, k).ifPresent(p -> calls.addAll(methods.copy(operand(from), inRegion(body, p), p.dtype(), p.size())));
        }
        return calls;
    }

    /** The copies of the last carries to where they are wanted. */
    private List<Stmt.Call> end(BodyPlan body, int carries) {
        List<Stmt.Call> calls = new ArrayList<>();
        for (int k = 0; k < carries; k++) {
            Node n = results.get(k);
            if (n != null) {
                calls.addAll(methods.copy(carrySlot(body, k), result(n, Index.ZERO), n.dtype(), n.shape().size()));
            }
        }
        return calls;
    }

    /** Binds the results that a body writes straight to their places; {@code first} is the number of y0. */
    private void bindResults(Map<Place, Target> bound, BodyPlan body, int first, boolean stacked) {
        body.direct.forEach((name, p) -> bound.put(p, target(name, first, stacked)));
    }

    private Target target(String name, int first, boolean stacked) {
        Node n = java.util.Objects.requireNonNull(results.get(first + Bodies.number("y", name).orElseThrow()));
        return result(n, stacked ? STEP.times(sliceSize(n)) : Index.ZERO);
    }

    /** The copies of the other results that are wanted. */
    private List<Stmt.Call> copyResults(BodyPlan body, int first, boolean stacked, Set<String> wanted) {
        List<Stmt.Call> calls = new ArrayList<>();
        for (String name : wanted) {
            if (!body.direct.containsKey(name)) {
                Place p = Planner.output(body.graph.output(name));
                calls.addAll(methods.copy(inRegion(body, p), target(name, first, stacked), p.dtype(), p.size()));
            }
        }
        return calls;
    }

    // ---- the four ops

    private List<Stmt> scan(Op.Scan s) {
        Set<String> wanted = wanted(s.carries(), s.body().outputs().size());
        BodyPlan body = how.bodies().plan(s.body(), how, true, wanted);
        ScratchSpace space = new ScratchSpace();
        space.take(body);
        Optional<Replay> replay = how.cuts().readBy(s, inputs).map(c -> new Replay(c, how, buffers, methods, body, space));
        methods.scratch(space.sizes());
        Map<Place, Target> bound = new HashMap<>();
        bind(bound, s.body(), "x", k -> slice(s.carries() + k, replay));
        bind(bound, s.body(), "k", k -> operand(s.carries() + s.scanned() + k));
        bindResults(bound, body, s.carries(), true);
        List<Stmt.Call> begin = methods.grouped(begin(body, s.carries()));
        Optional<CutScan> cut = results.values().stream().map(how.cuts()::of).flatMap(Optional::stream).findFirst();
        List<Stmt.Call> store = cut.isPresent() ? keep(body, cut.get()) : stack(s, body);
        List<Stmt.Call> step = methods.launches(body.plan, bound, d -> 0);
        step.addAll(copyResults(body, s.carries(), true, wanted));
        List<Stmt> main = new ArrayList<>(StepMethods.at(begin, STEP));
        if (replay.isPresent()) {
            store.addAll(step);
            main.addAll(replay.get().loops(methods.joined(store), s.reverse()));
        } else {
            // What is kept of all steps is in the order of slices, else in that of steps.
            List<Stmt.Call> kept = methods.grouped(store);
            List<Stmt.Call> all = methods.grouped(step);
            main.addAll(new StepLoops(cut.map(CutScan::checkpointing).orElse(Checkpointing.all(s.length())), 0, true,
                    i -> StepMethods.at(kept, cut.isPresent() ? i : StepLoops.slice(s, i)), i -> StepMethods.at(all, StepLoops.slice(s, i)))
                    .from(Index.ZERO, s.length()));
        }
        main.addAll(StepMethods.at(methods.grouped(end(body, s.carries())), STEP));
        return main;
    }

    /** What a step sees of an operand that is scanned. */
    private Target slice(int k, Optional<Replay> replay) {
        Node x = Partition.throughReshapes(inputs.get(k));
        return replay.isPresent() && how.cuts().of(x).isPresent() ? replay.get().slice(x)
                : new Target(operand(k).buffer(), STEP.times(sliceSize(inputs.get(k))));
    }

    /** The copies of carries to where the stacks have their slices. */
    private List<Stmt.Call> stack(Op.Scan s, BodyPlan body) {
        List<Stmt.Call> calls = new ArrayList<>();
        for (int k = 0; k < s.carries(); k++) {
            Node n = results.get(s.carries() + s.body().outputs().size() + k);
            if (n != null) {
                calls.addAll(methods.copy(carrySlot(body, k), result(n, STEP.times(sliceSize(n))), n.dtype(), sliceSize(n)));
            }
        }
        return calls;
    }

    /** The copies of carries to where those of a segment are kept. */
    private List<Stmt.Call> keep(BodyPlan body, CutScan cut) {
        List<Stmt.Call> calls = new ArrayList<>();
        for (int k : cut.carries()) {
            Place p = new Place.Checkpoints(cut.scan(), k, cut.checkpointing().kept());
            int size = inputs.get(k).shape().size();
            calls.addAll(methods.copy(carrySlot(body, k), new Target(buffers.write(p), STEP.times(size)), p.dtype(), size));
        }
        return calls;
    }

    private List<Stmt> cond(Op.Cond c) {
        Set<String> wanted = wanted(0, c.then().outputs().size());
        BodyPlan then = how.bodies().plan(c.then(), how, false, wanted);
        BodyPlan otherwise = how.bodies().plan(c.otherwise(), how, false, wanted);
        // One of the two runs, so that they may have the same scratch.
        methods.scratch(sizes(List.of(then, otherwise), false));
        Target p = operand(0);
        Expr holds = new Expr.Load(p.buffer(), p.base(), DType.BOOL, 1);
        return List.of(new Stmt.IfAny(holds, branch(then, 1, wanted)),
                new Stmt.IfAny(Expr.Apply.of(ScalarFn.NOT, holds), branch(otherwise, 1, wanted)));
    }

    private List<Stmt> custom(Op.Custom c) {
        Set<String> wanted = wanted(0, c.body().outputs().size());
        BodyPlan body = how.bodies().plan(c.body(), how, false, wanted);
        methods.scratch(sizes(List.of(body), true));
        return branch(body, 0, wanted);
    }

    /** A body that runs once, on the operands from {@code first} on. */
    private List<Stmt> branch(BodyPlan body, int first, Set<String> wanted) {
        Map<Place, Target> bound = new HashMap<>();
        bind(bound, body.graph, "k", k -> operand(first + k));
        bindResults(bound, body, 0, false);
        List<Stmt.Call> calls = new ArrayList<>(methods.launches(body.plan, bound, d -> 0));
        calls.addAll(copyResults(body, 0, false, wanted));
        return StepMethods.at(methods.grouped(calls), STEP);
    }

    private List<Stmt> loop(Op.While w) {
        BodyPlan body = how.bodies().plan(w.body(), how, true, Set.of());
        BodyPlan condition = how.bodies().plan(w.condition(), how, false, Set.of());
        methods.scratch(sizes(List.of(body, condition), true));
        Map<Place, Target> bound = new HashMap<>();
        bind(bound, w.body(), "k", k -> operand(w.carries() + k));
        bind(bound, w.condition(), "k", k -> operand(w.carries() + k));
        bind(bound, w.condition(), "c", k -> carrySlot(body, k));
        List<Stmt.Call> test = methods.launches(condition.plan, bound, body::size);
        Place go = Planner.output(w.condition().output("go"));
        Target flag = methods.scratch(DType.BOOL, body.size(DType.BOOL) + condition.offset(go));
        List<Stmt.Call> step = new ArrayList<>(methods.launches(body.plan, bound, d -> 0));
        step.addAll(test);
        List<Stmt.Call> first = begin(body, w.carries());
        first.addAll(test);
        List<Stmt> main = new ArrayList<>(StepMethods.at(methods.grouped(first), STEP));
        String what = partition.graph().nameOf(cluster.roots().getFirst().node());
        main.add(new Stmt.While(flag.buffer(), flag.base(), w.limit(), what, StepMethods.at(methods.grouped(step), STEP)));
        main.addAll(StepMethods.at(methods.grouped(end(body, w.carries())), STEP));
        return main;
    }

    /** Scratch for bodies: side by side if they run in turns and keep what they have, else one over the other. */
    private static Map<DType, Integer> sizes(List<BodyPlan> bodies, boolean together) {
        Map<DType, Integer> sizes = new EnumMap<>(DType.class);
        for (BodyPlan b : bodies) {
            for (DType d : DType.values()) {
                sizes.merge(d, b.size(d), together ? Math::addExact : Math::max);
            }
        }
        return sizes;
    }
}
