package bytegrad.codegen.plan;

import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.LowerBound;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A graph's kernels as a {@link KernelGraph}, in which nothing is left of tensors but bytes: what the planner of steps is asked. Its values are places, each of
 * whole lines; the ends of every slab are a value more, so that bytes there are those of a session's arrays.
 *
 * <pre>
 * state w, read by k1, k2 and written in place by k2   →   value w, pinned; value new w, pinned, of 0 bytes, which k2 writes; k2 runs once, after k1
 * k0 checks indices                                    →   a kernel more, free of cost, reads what k0 stores; whatever writes a state is after it
 * k8 waits for the first run of k2                     →   a value of 0 bytes, which k2 writes and k8 reads
 * checkpoint a, which k3 writes                        →   k3 runs once
 * k0 to k2 compute what depends on kept inputs alone   →   a kernel more, free of cost, comes after them, and all others after it; k0 to k2 run once
 * </pre>
 */
final class StepGraph {
    /** What a launch costs beside its kernel. */
    private static final int LAUNCH_NANOS = 20;
    /** A loop inside of a kernel may be estimated at any time; more than a quarter of an hour is as good as for ever. */
    private static final double MOST_NANOS = 1L << 40;

    private final Function<Place, String> label;
    private final MachineProfile machine;
    private final Updates updates;
    private final Set<Place> pinned;
    private final Set<Place> checkpoints;
    private final Map<Place, Integer> numbers = new LinkedHashMap<>();
    private final List<KernelGraph.Value> values = new ArrayList<>();
    /** Of each value but the ends; nothing where a value only says that a kernel has run. */
    private final List<Optional<Place>> places = new ArrayList<>();
    private final List<KernelGraph.Kernel> steps = new ArrayList<>();
    private final List<Optional<LoweredKernel>> launched = new ArrayList<>();
    private final List<List<Integer>> buffers = new ArrayList<>();
    /** By kernel, its step, and that which says that it has checked its indices. */
    private final Map<Integer, Integer> stepOf = new HashMap<>();
    private final Map<Integer, Integer> checked = new HashMap<>();
    private final KernelGraph graph;
    private final LowerBound bound;

    /**
     * Builds the graph.
     *
     * @param derived so many kernels come first that do not run in every run
     * @param pinned places that are never shared
     * @param checkpoints places that are written once
     * @param label a place's name for people
     */
    StepGraph(List<LoweredKernel> lowered, int derived, Order order, Updates updates, Set<Place> pinned, Set<Place> checkpoints, MachineProfile machine,
            Function<Place, String> label) {
        this.updates = updates;
        this.pinned = pinned;
        this.checkpoints = checkpoints;
        this.machine = machine;
        this.label = label;
        pinned.forEach(this::value);
        Map<Integer, Integer> done = new HashMap<>();
        order.sorted().forEach(k -> order.tied(k).forEach(earlier -> done.computeIfAbsent(earlier, _ -> done())));
        List<Integer> barrier = List.of();
        for (int k : order.sorted().stream().sorted(Comparator.comparing(k -> k >= derived)).toList()) {
            Set<Integer> after = new TreeSet<>();
            order.overwritten(k).forEach(r -> after.add(at(stepOf, r)));
            order.preferred(k).forEach(c -> after.add(at(checked, c)));
            List<Integer> waits = Stream.concat(barrier.stream(), order.tied(k).stream().map(done::get)).toList();
            stepOf.put(k, add(lowered.get(k), k < derived, after, waits, Optional.ofNullable(done.get(k))));
            if (updates.checking.contains(k)) {
                checked.put(k, checked(at(stepOf, k)));
            }
            // Each of those that do not run in every run comes here before all others.
            if (stepOf.size() == derived) {
                barrier = List.of(barrier());
            }
        }
        List<Integer> waited = barrier;
        updates.copied.forEach((state, from) -> {
            Set<Integer> after = new TreeSet<>(checked.values());
            order.readers(new Place.Value(state)).forEach(k -> after.add(at(stepOf, k)));
            add(Updates.copy(from, new Place.Value(state)), false, after, waited, Optional.empty());
        });
        EnumSet<DType> used = EnumSet.noneOf(DType.class);
        numbers.keySet().forEach(p -> used.add(p.dtype()));
        launched.forEach(k -> k.ifPresent(x -> x.places().forEach(p -> used.add(p.dtype()))));
        used.forEach(d -> values.add(new KernelGraph.Value("ends of the " + d.text() + " slab", Layout.endBytes(d), d.ordinal(), true)));
        graph = new KernelGraph(values, steps);
        bound = LowerBound.of(graph);
    }

    private static int at(Map<Integer, Integer> steps, int kernel) {
        return Objects.requireNonNull(steps.get(kernel), "a kernel comes before one that it has to follow");
    }

    /** The number of a place's value. */
    private int value(Place p) {
        Integer known = numbers.get(p);
        if (known != null) {
            return known;
        }
        boolean over = updates.inPlace.containsKey(p);
        int number = place(label.apply(p), over ? 0 : Layout.bytes(p.dtype(), p.size()), p, over || pinned.contains(p));
        numbers.put(p, number);
        return number;
    }

    private int place(String name, long bytes, Place p, boolean keeps) {
        places.add(Optional.of(p));
        return value(new KernelGraph.Value(name, bytes, p.dtype().ordinal(), keeps));
    }

    /** What says that a kernel has run. */
    private int done() {
        places.add(Optional.empty());
        return value(new KernelGraph.Value("run of a kernel", 0, 0, false));
    }

    private int value(KernelGraph.Value v) {
        values.add(v);
        return values.size() - 1;
    }

    /** A step that has run once all steps until now have; what says so. */
    private int barrier() {
        int done = done();
        steps.add(new KernelGraph.Kernel("what is kept", 0, List.of(), List.of(done), true, IntStream.range(0, steps.size()).boxed().toList(), List.of()));
        buffers.add(List.of());
        launched.add(Optional.empty());
        return done;
    }

    private int add(LoweredKernel lk, boolean derived, Set<Integer> after, List<Integer> waited, Optional<Integer> done) {
        List<Integer> in = new ArrayList<>();
        List<Integer> reads = new ArrayList<>(waited);
        List<Integer> writes = new ArrayList<>();
        done.ifPresent(writes::add);
        List<String> stored = new ArrayList<>();
        for (int b = 0; b < lk.places().size(); b++) {
            Place p = lk.places().get(b);
            switch (lk.kernel().buffers().get(b).access()) {
                case READ -> {
                    in.add(value(p));
                    reads.add(value(p));
                }
                case WRITE, READ_WRITE -> {
                    boolean state = p instanceof Place.Value(Node n) && n.op() instanceof Op.Input;
                    in.add(state ? place("new " + label.apply(p), 0, p, true) : value(p));
                    writes.add(in.getLast());
                    stored.add(values.get(in.getLast()).name());
                }
                case SCRATCH -> {
                    in.add(place("scratch", Layout.bytes(p.dtype(), p.size()), p, false));
                    writes.add(in.getLast());
                }
            }
        }
        boolean once = derived || writes.stream().anyMatch(v -> values.get(v).pinned() || places.get(v).filter(checkpoints::contains).isPresent());
        long nanos = LAUNCH_NANOS + (long) Math.min(MOST_NANOS, lk.nanos(machine));
        steps.add(new KernelGraph.Kernel(String.join(", ", stored), nanos, reads, writes, once, List.copyOf(after), List.of()));
        buffers.add(in);
        launched.add(Optional.of(lk));
        return steps.size() - 1;
    }

    /** A step that is there to be waited for: by then a kernel has checked its indices. It may run again, since what was right once is right again. */
    private int checked(int step) {
        List<Integer> stored = steps.get(step).writes().stream().filter(v -> !isSign(v) && !(content(v) instanceof Place.Scratch)).toList();
        steps.add(new KernelGraph.Kernel("checks of " + steps.get(step).name(), 0, stored, List.of(), true, List.of(), List.of()));
        buffers.add(List.of());
        launched.add(Optional.empty());
        return steps.size() - 1;
    }

    KernelGraph graph() {
        return graph;
    }

    /** The steps of kernels that run in some order: those that launch none come as early as they can, copies of new values last. */
    List<Integer> sequence(List<Integer> kernels) {
        List<Integer> sequence = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (int k : kernels) {
            sequence.add(at(stepOf, k));
            if (seen.add(k) && checked.containsKey(k)) {
                sequence.add(at(checked, k));
            }
        }
        for (int step = steps.size() - updates.copied.size(); step < steps.size(); step++) {
            sequence.add(step);
        }
        return sequence;
    }

    /** What every plan needs. */
    LowerBound bound() {
        return bound;
    }

    /** What a step launches: nothing where it only says that indices are checked. */
    Optional<LoweredKernel> launched(int step) {
        return launched.get(step);
    }

    /** The value in each buffer of a step's kernel. */
    List<Integer> buffers(int step) {
        return buffers.get(step);
    }

    /** Where a value is: its own place, or the state that it is written over. */
    Place place(int value) {
        return updates.home(content(value));
    }

    /** Whether a value is nothing but that a kernel has run. */
    boolean isSign(int value) {
        return places.get(value).isEmpty();
    }

    /** What a value is, if it is no sign. */
    Place content(int value) {
        return places.get(value).orElseThrow();
    }
}
