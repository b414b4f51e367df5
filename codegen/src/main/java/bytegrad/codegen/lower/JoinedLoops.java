package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Relocation;
import bytegrad.codegen.kernel.Relocation.Target;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.kernel.Tidied;
import bytegrad.codegen.kernel.Touched;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Kernels whose last parallel loops have a chunk for each slice as one kernel, whose chunks are of several slices: for each of them it calls theirs, one after another. What they do before
 * those loops it does before its own. Space that only one slice at a time needs, scratch and what the kernels pass on to each other, a chunk has once for all of its slices.
 */
final class JoinedLoops {
    private static final String SLICES = "slices";

    /** Elements behind a chunk's space that whole vectors may reach into. */
    private static final int BEHIND = 64;

    private final List<Integer> extents;
    private final List<Cut> cuts;
    private final Set<Place> own;
    private final Buffers buffers = new Buffers();
    private final List<Stmt> before = new ArrayList<>();
    /** Of a slice, by its index. */
    private final List<Function<List<Index>, Stmt>> calls = new ArrayList<>();
    private final List<Kernel.Method> methods = new ArrayList<>();
    private final Set<Node> nodes = new LinkedHashSet<>();
    private final Map<String, Node> variables = new LinkedHashMap<>();
    private final List<String> schedules = new ArrayList<>();
    /** By the buffer: what is to be added to where it is in memory for all slices, as a variable and what that is in a slice. */
    private final Map<Integer, Moved> moved = new HashMap<>();
    /** Where what the kernels pass on to each other is. */
    private final Map<Place, Target> passed = new HashMap<>();

    private record Moved(Expr.Var by, Function<List<Index>, Index> value) {}

    private JoinedLoops(List<Integer> extents, Set<Place> own, int chunks) {
        this.extents = extents;
        this.own = own;
        int most = chunks;
        List<Cut> all = new ArrayList<>();
        for (int k = 0; k < extents.size(); k++) {
            all.add(Cut.of(Expr.Var.index("c" + k), extents.get(k), Math.min(extents.get(k), most), 1));
            most = Math.max(1, most / all.getLast().count());
        }
        this.cuts = List.copyOf(all);
    }

    /**
     * A kernel that can be joined with others.
     *
     * @param before statements of its first method in front of its last loops
     * @param loops the methods of which those loops run chunks
     */
    record Member(LoweredKernel kernel, List<Stmt> before, List<String> loops) {
        Member {
            before = List.copyOf(before);
            loops = List.copyOf(loops);
        }

        /** Nothing where it does not end in loops over all slices; those of a contraction are one, in front of which it packs. */
        static Optional<Member> of(LoweredKernel k, List<Integer> slices) {
            List<Stmt> body = k.kernel().methods().getFirst().body();
            int most = k.isAll(Cluster.Kind.CONTRACTION) ? 1 : body.size();
            List<String> loops = new ArrayList<>();
            while (loops.size() < Math.min(most, body.size()) && body.get(body.size() - 1 - loops.size()) instanceof Stmt.Parallel p && p.extents().equals(slices)) {
                loops.addFirst(p.method());
            }
            return loops.isEmpty() ? Optional.empty() : Optional.of(new Member(k, body.subList(0, body.size() - loops.size()), loops));
        }

        /** The places that it touches before its last loops. */
        private Set<Place> early() {
            return new LinkedHashSet<>(Touched.by(before, kernel.kernel()).stream().map(kernel.places()::get).toList());
        }
    }

    /** Whether what it does before its last loops can be done before all of the others. */
    static boolean mayFollow(List<Member> members, Member next) {
        return Stream.concat(members.stream(), Stream.of(next)).noneMatch(m -> m.kernel.stored().stream().anyMatch(next.early()::contains));
    }

    /**
     * The members as one kernel, in their order.
     *
     * @param own places that no other kernel touches
     * @param chunks at most so many, of as many slices each as that takes
     */
    static LoweredKernel of(List<Member> members, List<Integer> slices, Set<Place> own, int chunks) {
        JoinedLoops joint = new JoinedLoops(slices, own, chunks);
        members.forEach(joint::add);
        Kernel.Method entry = new Kernel.Method("run", List.of(), Stream.concat(joint.before.stream(), Stream.of(Cut.parallel(SLICES, joint.cuts))).toList());
        Kernel kernel = new Kernel(joint.buffers.declarations(), Stream.concat(Stream.of(entry, joint.chunk()), joint.methods.stream()).toList());
        List<Cluster> clusters = members.stream().flatMap(m -> m.kernel().clusters().stream()).toList();
        return new LoweredKernel(clusters, kernel, joint.buffers.places(), joint.schedule(), new Computed(joint.nodes, joint.variables));
    }

    private String schedule() {
        String all = String.join("; ", schedules.stream().filter(s -> !s.isEmpty()).toList());
        return extents.stream().map(String::valueOf).reduce((a, b) -> a + " x " + b).orElse("1") + " slices" + (all.isEmpty() ? "" : ": " + all);
    }

    private Kernel.Method chunk() {
        MethodWriter m = Cut.method(SLICES, cuts, Lanes.SCALAR, new MethodWriter.Names());
        loop(m.body, List.of());
        return m.finish();
    }

    private void loop(Scope s, List<Index> outside) {
        int axis = outside.size();
        if (axis == cuts.size()) {
            calls.forEach(call -> s.out.add(call.apply(outside)));
            return;
        }
        cuts.get(axis).loop(s, extents.get(axis), 1, 1, (inner, i) -> loop(inner, Stream.concat(outside.stream(), Stream.of(i)).toList()));
    }

    private void add(Member m) {
        Kernel kernel = m.kernel().kernel();
        Set<Place> early = m.early();
        List<Target> targets = new ArrayList<>();
        for (int b = 0; b < kernel.buffers().size(); b++) {
            targets.add(target(m.kernel().places().get(b), kernel.buffers().get(b).access(), early));
        }
        UnaryOperator<String> names = names(schedules.size());
        Map<String, List<Moved>> added = new HashMap<>();
        kernel.methods().forEach(x -> added.put(x.name(), Touched.by(x.body(), kernel).stream().flatMap(b -> Optional.ofNullable(moved.get(targets.get(b).buffer())).stream()).distinct().toList()));
        Function<String, List<Expr.Var>> params = name -> added.getOrDefault(name, List.of()).stream().map(Moved::by).toList();
        early(m.before(), targets, names);
        for (String loop : m.loops()) {
            List<Moved> by = added.getOrDefault(loop, List.of());
            calls.add(slice -> new Stmt.Call(names.apply(loop), Stream.concat(slice.stream(), by.stream().map(x -> x.value().apply(slice))).toList()));
        }
        kernel.methods().stream().skip(1).forEach(x -> methods.add(Relocation.of(x, targets, params, names)));
        nodes.addAll(m.kernel().computed().nodes());
        m.kernel().computed().variables().forEach((key, n) -> variables.put(Tidied.renamed(key, names), n));
        schedules.add(m.kernel().schedule());
    }

    /** Loops stay where they are, between methods of what else there is, whose variables are then their own. */
    private void early(List<Stmt> body, List<Target> targets, UnaryOperator<String> names) {
        List<Stmt> run = new ArrayList<>();
        for (Stmt s : body) {
            if (s instanceof Stmt.Parallel p) {
                call(run, targets, names);
                before.add(new Stmt.Parallel(names.apply(p.method()), p.extents()));
            } else {
                run.add(s);
            }
        }
        call(run, targets, names);
    }

    private void call(List<Stmt> run, List<Target> targets, UnaryOperator<String> names) {
        if (!run.isEmpty()) {
            Kernel.Method m = new Kernel.Method("before" + before.size(), List.of(), run);
            methods.add(Relocation.of(m, targets, List.of(), names));
            before.add(new Stmt.Call(names.apply(m.name()), List.of()));
            run.clear();
        }
    }

    private static UnaryOperator<String> names(int member) {
        return name -> "m" + member + "_" + name;
    }

    private Target target(Place p, Kernel.Access access, Set<Place> early) {
        boolean scratch = access == Kernel.Access.SCRATCH;
        boolean ofSlices = scratch ? !early.contains(p) : own.contains(p);
        if (!ofSlices || !isLessOnce(p)) {
            return new Target(scratch ? buffers.scratch(p.dtype(), p.size()) : buffer(p, access), Index.ZERO);
        }
        return scratch ? once(p) : passed.computeIfAbsent(p, this::once);
    }

    /** It is parts of slices, and one in each chunk takes less than all of them. */
    private boolean isLessOnce(Place p) {
        return p.size() % Slices.count(extents) == 0 && Cut.all(cuts).count() * (p.size() / Slices.count(extents) + 2L * BEHIND) < p.size();
    }

    /** Space for one slice in each chunk. */
    private Target once(Place p) {
        int each = p.size() / Slices.count(extents);
        Cut chunk = Cut.all(cuts);
        Scratch space = Scratch.of(buffers, p.dtype(), each + BEHIND, Optional.of(chunk));
        Expr.Var at = Expr.Var.index("at" + space.buffer());
        moved.put(space.buffer(), new Moved(at, slice -> chunk.part(space.stride()).plus(ViewIndex.flatten(Shape.of(extents), slice).times(-each))));
        return new Target(space.buffer(), Index.of(at));
    }

    private int buffer(Place p, Kernel.Access access) {
        return switch (access) {
            case READ -> buffers.read(p);
            case WRITE -> buffers.write(p);
            case READ_WRITE -> {
                buffers.write(p);
                yield buffers.read(p);
            }
            case SCRATCH -> throw new IllegalStateException("has no place outside of the kernel: " + p);
        };
    }
}
