package bytegrad.codegen.plan.remat;

import bytegrad.codegen.plan.PlanException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Follows a plan through memory: which value is in which bytes after each run. It shares no code with the planner, and takes the plan's
 * word for
 * nothing.
 */
public final class StepVerifier {
    private final KernelGraph graph;
    private final StepPlan plan;
    /** What is in each slab: by first byte, the buffer. */
    private final Map<Integer, TreeMap<Long, StepPlan.Buffer>> contents = new HashMap<>();

    private StepVerifier(KernelGraph graph, StepPlan plan) {
        this.graph = graph;
        this.plan = plan;
    }

    /**
     * Checks a plan.
     *
     * @param budget bytes that it must keep
     * @throws PlanException if it breaks a rule
     */
    public static void verify(KernelGraph graph, StepPlan plan, long budget) {
        StepVerifier v = new StepVerifier(graph, plan);
        v.runs();
        v.memory();
        v.sums(budget);
    }

    private static PlanException wrong(String what) {
        return new PlanException("the memory plan is wrong: " + what);
    }

    /** Everything runs, in an order that ties allow, and what must run once does. */
    private void runs() {
        int[] times = new int[graph.kernels().size()];
        Set<Integer> over = new HashSet<>();
        for (int p = 0; p < plan.runs().size(); p++) {
            int k = plan.runs().get(p);
            if (k < 0 || k >= times.length) {
                throw wrong("run " + p + " is of kernel " + k);
            }
            if (over.contains(k)) {
                throw wrong(graph.kernels().get(k).name() + " runs after a kernel that overwrites what it reads");
            }
            over.addAll(graph.kernels().get(k).after());
            times[k]++;
        }
        for (int k = 0; k < times.length; k++) {
            if (times[k] == 0) {
                throw wrong(graph.kernels().get(k).name() + " never runs");
            }
            if (times[k] > 1 && graph.kernels().get(k).once()) {
                throw wrong(graph.kernels().get(k).name() + " runs " + times[k] + " times, but may once only");
            }
        }
    }

    private void memory() {
        List<Map<Integer, StepPlan.Buffer>> starting = new ArrayList<>();
        plan.runs().forEach(_ -> starting.add(new HashMap<>()));
        for (StepPlan.Buffer b : plan.buffers()) {
            if (b.value() < 0 || b.value() >= graph.values().size() || graph.values().get(b.value()).pinned()) {
                throw wrong("a buffer of value " + b.value());
            }
            KernelGraph.Value v = graph.values().get(b.value());
            boolean fits = b.from() >= 0 && b.from() <= b.last() && b.last() < plan.runs().size() && b.offset() >= 0
                    && v.slab() < plan.slabs().size() && b.offset() + v.bytes() <= plan.slabs().get(v.slab());
            if (!fits || starting.get(b.from()).put(b.value(), b) != null) {
                throw wrong("a buffer of " + v.name() + " from run " + b.from() + " to " + b.last() + " at " + b.offset());
            }
        }
        Map<Integer, StepPlan.Buffer> current = new HashMap<>();
        Set<Integer> written = new HashSet<>();
        Set<Integer> ready = new HashSet<>();
        graph.kernels().forEach(k -> written.addAll(k.writes()));
        for (int p = 0; p < plan.runs().size(); p++) {
            KernelGraph.Kernel kernel = graph.kernels().get(plan.runs().get(p));
            List<StepPlan.Buffer> read = new ArrayList<>();
            for (int v : Set.copyOf(kernel.reads())) {
                if (!graph.values().get(v).pinned()) {
                    read.add(intact(current, v, p, kernel));
                } else if (written.contains(v) && !ready.contains(v)) {
                    throw wrong(kernel.name() + " reads " + graph.values().get(v).name() + " before it is written");
                }
            }
            for (int v : kernel.writes()) {
                ready.add(v);
                if (!graph.values().get(v).pinned()) {
                    current.put(v, write(starting.get(p), v, kernel, read));
                }
            }
            if (!kernel.writes().containsAll(starting.get(p).keySet())) {
                throw wrong("a buffer starts at a run of " + kernel.name() + ", which does not write it");
            }
        }
    }

    private StepPlan.Buffer intact(Map<Integer, StepPlan.Buffer> current, int v, int p, KernelGraph.Kernel kernel) {
        StepPlan.Buffer b = current.get(v);
        Map<Long, StepPlan.Buffer> slab = contents.computeIfAbsent(graph.values().get(v).slab(), _ -> new TreeMap<>());
        if (b == null || b.last() < p || graph.values().get(v).bytes() > 0 && slab.get(b.offset()) != b) {
            throw wrong(kernel.name() + ", run " + p + ", reads " + graph.values().get(v).name() + ", which is not there");
        }
        return b;
    }

    private StepPlan.Buffer write(Map<Integer, StepPlan.Buffer> starting, int v, KernelGraph.Kernel kernel, List<StepPlan.Buffer> read) {
        StepPlan.Buffer b = starting.get(v);
        KernelGraph.Value value = graph.values().get(v);
        if (b == null) {
            throw wrong("no place for " + value.name() + ", which " + kernel.name() + " writes");
        }
        if (value.bytes() == 0) {
            return b;
        }
        long end = b.offset() + value.bytes();
        TreeMap<Long, StepPlan.Buffer> slab = contents.computeIfAbsent(value.slab(), _ -> new TreeMap<>());
        Map.Entry<Long, StepPlan.Buffer> under = slab.lowerEntry(end);
        while (under != null && under.getKey() + graph.values().get(under.getValue().value()).bytes() > b.offset()) {
            StepPlan.Buffer other = under.getValue();
            boolean allowed = kernel.overlays().contains(new KernelGraph.Overlay(v, other.value())) && other.offset() == b.offset();
            boolean now = kernel.writes().contains(other.value()) && other.from() == b.from();
            if (now || read.contains(other) && !allowed) {
                throw wrong(kernel.name() + " writes " + value.name() + " over " + graph.values().get(other.value()).name());
            }
            slab.remove(under.getKey());
            under = slab.lowerEntry(end);
        }
        slab.put(b.offset(), b);
        return b;
    }

    private void sums(long budget) {
        long cost = 0;
        for (int k : plan.runs()) {
            cost = Math.addExact(cost, graph.kernels().get(k).cost());
        }
        long bytes = 0;
        for (KernelGraph.Value v : graph.values()) {
            bytes += v.pinned() ? v.bytes() : 0;
        }
        for (long slab : plan.slabs()) {
            bytes = Math.addExact(bytes, slab);
        }
        if (cost != plan.cost() || bytes != plan.bytes() || bytes > budget) {
            throw wrong("it costs " + cost + " and takes " + bytes + " bytes, not " + plan.cost() + " and " + plan.bytes()
                    + ", of " + budget);
        }
    }
}
