package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.codegen.plan.remat.StepPlan;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** From runs and bytes to launches and elements: pinned places come first in each slab, then what is planned, then what is kept elsewhere. */
final class Launching {
    private final StepGraph steps;
    private final StepPlan step;
    private final Updates updates;
    private final Function<Place, String> label;
    private final Map<Place, Long> lines = new LinkedHashMap<>();
    /** Lines of pinned places, and of all. */
    private final Map<DType, Long> first = new EnumMap<>(DType.class);
    private final Map<DType, Long> all = new EnumMap<>(DType.class);
    private final List<Plan> launches = new ArrayList<>();
    private final List<LoweredKernel> kernels = new ArrayList<>();
    private final List<Integer> firstRuns = new ArrayList<>();
    private final List<Long> nanos = new ArrayList<>();

    Launching(StepGraph steps, StepPlan step, Updates updates, Set<Place> pinned, Set<Place> elsewhere, Function<Place, String> label) {
        this.steps = steps;
        this.step = step;
        this.updates = updates;
        this.label = label;
        pinned.stream().filter(p -> !elsewhere.contains(p)).forEach(p -> lines.put(p, take(p)));
        first.putAll(all);
        for (DType d : DType.values()) {
            long height = d.ordinal() < step.slabs().size() ? step.slabs().get(d.ordinal()) : 0;
            all.merge(d, height / Layout.LINE_BYTES, Long::sum);
        }
        pinned.stream().filter(elsewhere::contains).forEach(p -> lines.put(p, take(p)));
    }

    private long take(Place p) {
        long start = all.getOrDefault(p.dtype(), 0L);
        all.put(p.dtype(), start + Layout.lines(p.dtype(), p.size()));
        return start;
    }

    MemoryPlan plan(SecondRuns runs, OptionalLong budget) {
        Map<Integer, StepPlan.Buffer> current = new HashMap<>();
        List<List<StepPlan.Buffer>> starting = new ArrayList<>();
        step.runs().forEach(_ -> starting.add(new ArrayList<>()));
        step.buffers().forEach(b -> starting.get(b.from()).add(b));
        Map<Integer, Integer> firstRun = new HashMap<>();
        Map<Node, Integer> computed = new HashMap<>();
        // Launches up to and with each position.
        int[] upTo = new int[step.runs().size()];
        KernelGraph g = steps.graph();
        int derived = 0;
        for (int p = 0; p < upTo.length; p++) {
            starting.get(p).forEach(b -> current.put(b.value(), b));
            int k = step.runs().get(p);
            Optional<LoweredKernel> lk = steps.launched(k);
            if (lk.isPresent()) {
                firstRuns.add(firstRun.computeIfAbsent(k, _ -> first(lk.get(), runs, computed)));
                nanos.add(g.kernels().get(k).cost());
                launches.add(launch(runs.graph(), lk.get(), steps.buffers(k), current));
                kernels.add(lk.get());
                derived += lk.get().isDerived(runs) ? 1 : 0;
            }
            upTo[p] = launches.size();
        }
        List<StepMemory.Stay> stays = new ArrayList<>();
        for (StepPlan.Buffer b : step.buffers()) {
            if (steps.isSign(b.value())) {
                continue;
            }
            stays.add(new StepMemory.Stay(steps.content(b.value()), upTo[b.from()] - 1, upTo[b.last()] - 1, g.values().get(b.value()).bytes(), offset(b)));
        }
        Map<DType, Integer> sizes = new EnumMap<>(DType.class);
        for (DType d : DType.values()) {
            sizes.put(d, Layout.slab(d, all.getOrDefault(d, 0L)));
        }
        Map<Place, Integer> offsets = new LinkedHashMap<>();
        lines.forEach((p, line) -> offsets.put(p, Layout.offset(p.dtype(), line)));
        updates.inPlace.forEach((value, state) -> offsets.put(value, Objects.requireNonNull(offsets.get(state))));
        StepMemory memory = new StepMemory(stays, firstRuns, nanos, derived, budget, steps.bound().bytes(), g.kernels().isEmpty() ? "" : steps.bound().by(g));
        return new MemoryPlan(new Plan.Seq(launches), kernels, sizes, offsets, Set.copyOf(updates.inPlace.keySet()), updates.copied.size(), memory);
    }

    /** The first launch that computed what a kernel stores: one before where all of that is computed again, else the one that is next. */
    private int first(LoweredKernel lk, SecondRuns runs, Map<Node, Integer> computed) {
        int own = launches.size();
        List<Node> roots = lk.roots();
        roots.forEach(n -> computed.putIfAbsent(n, own));
        lk.computed().nodes().forEach(n -> computed.putIfAbsent(n, own));
        return roots.stream().mapToInt(n -> computed.getOrDefault(runs.firsts().getOrDefault(n, n), own)).max().orElse(own);
    }

    private int offset(StepPlan.Buffer b) {
        DType d = steps.content(b.value()).dtype();
        return Layout.offset(d, first.getOrDefault(d, 0L) + b.offset() / Layout.LINE_BYTES);
    }

    private Plan.Launch launch(Graph graph, LoweredKernel lk, List<Integer> values, Map<Integer, StepPlan.Buffer> current) {
        List<Integer> offsets = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        List<String> stored = new ArrayList<>();
        for (int b = 0; b < values.size(); b++) {
            Place p = lk.places().get(b);
            StepPlan.Buffer buffer = current.get(values.get(b));
            offsets.add(buffer != null ? offset(buffer)
                    : Layout.offset(p.dtype(), Objects.requireNonNull(lines.get(steps.place(values.get(b))), "a place was never given lines")));
            labels.add(label.apply(p));
            Kernel.Access access = lk.kernel().buffers().get(b).access();
            if (access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE) {
                stored.add(label.apply(p));
            }
        }
        return new Plan.Launch(lk.kernel(), offsets, String.join(", ", stored), labels, KernelNames.of(graph, lk));
    }
}
