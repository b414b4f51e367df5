package bytegrad.codegen;

import bytegrad.codegen.Explanation.Launch;
import bytegrad.codegen.Explanation.NodeFate;
import bytegrad.codegen.Explanation.StateUpdate;
import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Fate;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.nest.Checkpointing;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.text.GraphPrinter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads an explanation off the stages of a compilation. */
final class ExplanationBuilder {
    private final Compilation c;
    private final MemoryPlan plan;
    /** The launches of each of the partition's kernels. */
    private final Map<Integer, List<Integer>> launchesOf = new HashMap<>();
    private final Map<Integer, List<String>> inlined = new HashMap<>();
    private final Map<Integer, Long> multiplyAdds = new HashMap<>();
    /** What is in memory whole. */
    private final Set<Place> places = new HashSet<>();

    private ExplanationBuilder(Compilation c) {
        this.c = c;
        this.plan = c.plan();
        Map<Cluster, Integer> numbers = new IdentityHashMap<>();
        for (int k = 0; k < c.partition().clusters().size(); k++) {
            numbers.put(c.partition().clusters().get(k), k);
        }
        for (int k = 0; k < plan.kernels().size(); k++) {
            places.addAll(plan.kernels().get(k).places());
            for (Cluster computed : plan.kernels().get(k).clusters()) {
                Integer cluster = numbers.get(computed);
                if (cluster != null) {
                    launchesOf.computeIfAbsent(cluster, _ -> new ArrayList<>()).add(k);
                }
            }
        }
    }

    /** @param without the plan without hints, where it was made */
    static Explanation of(Compilation c, Optional<MemoryPlan> without) {
        return new ExplanationBuilder(c).build(HintReport.of(c, without));
    }

    private Explanation build(Optional<Explanation.Hints> hints) {
        Graph g = c.graph();
        List<NodeFate> nodes = g.nodes().stream().map(this::fate).toList();
        MemoryTimeline timeline = new MemoryTimeline(plan);
        List<Launch> launches = launches(timeline);
        Map<String, Long> slabs = new TreeMap<>();
        plan.slabs().forEach((d, n) -> {
            if (n > 0) {
                slabs.put(d.text(), (long) n * d.bytes());
            }
        });
        Explanation.Memory memory = timeline.memory(slabs, p -> p.label(g), c.cuts(), c.runs());
        Explanation.Heading heading = new Explanation.Heading(
                c.simdBits(), c.kept().stream().anyMatch(n -> g.input(n).isPresent()) && c.runs().kept().all().isEmpty(), c.machine(),
                GraphPrinter.print(c.source()), GraphPrinter.print(c.runs().source()), c.source().nodes().size(), g.nodes().size(), c.image().size());
        return new Explanation(heading, nodes, launches, g.updates().stream().map(this::update).toList(), memory, hints, c.stages());
    }

    private NodeFate fate(Node n) {
        Fate f = c.cuts().of(n).isPresent() && !(n.op() instanceof Op.Reshape) ? ofCut(n) : c.partition().fate(n);
        List<Integer> launches = launchesOf.getOrDefault(f.kernel(), List.of());
        if (f.kind() == Fate.Kind.INLINED) {
            launches.forEach(l -> inlined.computeIfAbsent(l, k -> new ArrayList<>()).add(c.graph().nameOf(n)));
        }
        if (n.op() instanceof Op.Contract o) {
            Shape left = n.inputs().getFirst().shape();
            long adds = o.leftContract().stream().mapToLong(left::dim).reduce(n.type().size(), (a, x) -> a * x);
            launches.forEach(l -> multiplyAdds.merge(l, adds, Long::sum));
        }
        String kind = f.kind().name().toLowerCase(Locale.ROOT);
        boolean sliced = f.kind() == Fate.Kind.STORED && !places.contains(new Place.Value(n));
        return new NodeFate(c.graph().nameOf(n), n.type().toString(), Graph.opName(n.op()), kind, launches, sliced ? "a slice at a time: only kernels of its launch read it" : f.reason());
    }

    /** Of the carries before each step of a scan that keeps some of them. */
    private Fate ofCut(Node stack) {
        Checkpointing k = c.cuts().of(stack).orElseThrow().checkpointing();
        return new Fate(Fate.Kind.INLINED, c.partition().fate(stack).kernel(),
                "before " + k.kept() + " of " + k.steps() + " steps it is kept; what reads it runs the steps between again");
    }

    private List<Launch> launches(MemoryTimeline timeline) {
        Map<Kernel, Integer> first = new HashMap<>();
        List<Launch> launches = new ArrayList<>();
        for (int k = 0; k < plan.kernels().size(); k++) {
            LoweredKernel lk = plan.kernels().get(k);
            Plan.Launch step = plan.launches().get(k);
            int same = first.computeIfAbsent(step.kernel(), x -> launches.size());
            Map<String, Long> read = new LinkedHashMap<>();
            Map<String, Long> written = new LinkedHashMap<>();
            long scratch = 0;
            for (int b = 0; b < lk.places().size(); b++) {
                String label = step.bufferLabels().get(b);
                Place p = lk.places().get(b);
                long bytes = (long) p.size() * p.dtype().bytes();
                switch (lk.kernel().buffers().get(b).access()) {
                    case READ -> read.put(label, bytes);
                    case WRITE, READ_WRITE -> written.put(label, bytes);
                    case SCRATCH -> scratch += bytes;
                }
            }
            launches.add(new Launch(k, label(lk, step), kind(lk), List.copyOf(written.keySet()), List.copyOf(read.keySet()),
                    inlined.getOrDefault(k, List.of()), sum(read), sum(written), scratch, timeline.live(k), same, lk.chunks(), lk.schedule(),
                    multiplyAdds.getOrDefault(k, 0L), plan.memory().nanos().get(k), k < plan.memory().derived(),
                    plan.memory().firstRuns().get(k), KernelPrinter.print(lk.kernel(), step.bufferLabels())));
        }
        return launches;
    }

    /** What it stores, with the names under which the outside knows it. */
    private String label(LoweredKernel lk, Plan.Launch step) {
        List<String> stored = new ArrayList<>();
        for (int b = 0; b < lk.places().size(); b++) {
            Kernel.Access access = lk.kernel().buffers().get(b).access();
            if (access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE) {
                List<String> known = lk.places().get(b) instanceof Place.Value(Node n) ? outside(n) : List.of();
                stored.add(step.bufferLabels().get(b) + (known.isEmpty() ? "" : " (" + String.join(", ", known) + ")"));
            }
        }
        return String.join(", ", stored);
    }

    private List<String> outside(Node n) {
        List<String> names = new ArrayList<>();
        c.graph().outputs().forEach((name, o) -> {
            if (o == n && !name.equals(c.graph().nameOf(n))) {
                names.add(name);
            }
        });
        c.graph().updates().stream().filter(u -> u.value() == n).forEach(u -> names.add("new " + u.name()));
        return names;
    }

    private static long sum(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The planner's copies belong to no cluster of the partition. */
    private static String kind(LoweredKernel k) {
        if (k.clusters().size() > 1) {
            return "slices";
        }
        Cluster cluster = k.clusters().getFirst();
        return cluster.roots().isEmpty() ? "copy" : switch (cluster.kind()) {
            case LOOPS -> "loops";
            case CONTRACTION -> "contraction";
            case PIECES -> "pieces";
            case SCATTER -> "scatter";
            case CUMULATE -> "cumulate";
            case SORT -> "sort";
            case ARG -> "arg";
            case NESTED -> Graph.opName(cluster.roots().getFirst().node().op());
        };
    }

    private StateUpdate update(Graph.Update u) {
        Place value = new Place.Value(u.value());
        boolean same = u.state() == u.value() || u.state().shape().size() == 0;
        boolean over = plan.inPlace().contains(value) && plan.offset(value) == plan.offset(new Place.Value(u.state()));
        return new StateUpdate(u.name(), c.graph().nameOf(u.value()), same ? "unchanged" : over ? "in place" : "copied");
    }
}
