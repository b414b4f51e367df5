package bytegrad.codegen.plan;

import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Replays a plan and checks that whatever a launch reads is still there, whole, also where a kernel runs again; that states get their new
 * values, once, and that none is read afterwards; that what does not run in every run leaves what it must where nothing else is;
 * {@link HintVerifier} that hints were honoured: shares nothing with the planner but the plan itself. Every plan passes through it before emission.
 */
final class PlanVerifier {
    private record Range(int end, Place holds) {}

    private final Map<DType, TreeMap<Integer, Range>> memory = new EnumMap<>(DType.class);
    private final MemoryPlan plan;
    private final Graph graph;
    private final SecondRuns runs;
    /** States that have their new value by now, and new values that were written over states. */
    private final Set<Place> renewed = new HashSet<>();

    /** Where new values are written over states. */
    private final Map<DType, Set<Integer>> over = new EnumMap<>(DType.class);

    private PlanVerifier(MemoryPlan plan, SecondRuns runs) {
        this.plan = plan;
        this.runs = runs;
        this.graph = runs.graph();
        plan.inPlace().forEach(p -> over.computeIfAbsent(p.dtype(), _ -> new HashSet<>()).add(plan.offset(p)));
    }

    static void verify(MemoryPlan plan, SecondRuns runs) {
        new PlanVerifier(plan, runs).replay();
        new HintVerifier(plan, runs).replay();
    }

    private void replay() {
        plan.offsets().forEach((p, at) -> {
            if (p instanceof Place.Value v && (v.node().op() instanceof Op.Input || v.node().op() instanceof Op.Constant)) {
                require(holdsNothing(p, at), () -> p + " overlaps another pinned tensor");
                put(p, at);
            }
        });
        List<Plan.Launch> launches = plan.launches();
        for (int k = 0; k < launches.size(); k++) {
            boolean derived = k < plan.memory().derived();
            if (k == plan.memory().derived()) {
                forgetUnpinned();
            }
            LoweredKernel lk = plan.kernels().get(k);
            Plan.Launch launch = launches.get(k);
            require(derived == lk.isDerived(runs), () -> "launch " + launch.label() + (derived ? " runs rarely" : " runs in every run, and computes what is kept"));
            require(!derived || lk.places().stream().allMatch(this::stays), () -> "launch " + launch.label() + " runs rarely, but reads what is not kept");
            check(launch, lk);
        }
        for (Graph.Update u : graph.updates()) {
            Place state = new Place.Value(u.state());
            Place value = new Place.Value(u.value());
            boolean over = plan.inPlace().contains(value) && plan.offset(value) == plan.offset(state);
            boolean same = u.state() == u.value() || state.size() == 0;
            require(same || renewed.contains(over ? value : state), () -> "state " + u.name() + " does not get its new value");
        }
        plan.offsets().forEach((p, at) -> require(p.size() == 0 || overwritten(p) || holds(p, at), () -> p + " is lost before the run ends"));
    }

    private boolean stays(Place p) {
        return p instanceof Place.Scratch || p instanceof Place.Panels || p instanceof Place.Value(Node n) && runs.kept().all().contains(n);
    }

    /** A later run finds only what has a place of its own. */
    private void forgetUnpinned() {
        memory.values().forEach(m -> m.entrySet().removeIf(e -> !e.getKey().equals(plan.offsets().get(e.getValue().holds))));
    }

    /** A state whose new value was written over it. */
    private boolean overwritten(Place p) {
        return isState(p) && over.getOrDefault(p.dtype(), Set.of()).contains(plan.offset(p));
    }

    private void check(Plan.Launch launch, LoweredKernel lk) {
        List<Integer> written = new ArrayList<>();
        for (int b = 0; b < lk.places().size(); b++) {
            Place p = lk.places().get(b);
            int at = launch.offsets().get(b);
            require(at >= 0 && at + (long) p.size() <= plan.slab(p.dtype()), () -> p + " lies outside its slab");
            Kernel.Access access = lk.kernel().buffers().get(b).access();
            if (access == Kernel.Access.READ) {
                boolean old = p.size() == 0 || holds(p, at) && !(isState(p) && renewed.contains(p));
                require(old, () -> "launch " + launch.label() + " reads " + p + ", which is not there");
            } else {
                written.add(b);
            }
        }
        for (int b : written) {
            Place p = lk.places().get(b);
            for (int c = 0; c < lk.places().size(); c++) {
                Place other = lk.places().get(c);
                boolean apart = c == b || disjoint(p, launch.offsets().get(b), other, launch.offsets().get(c));
                boolean overState = plan.inPlace().contains(p) && launch.offsets().get(b).equals(launch.offsets().get(c));
                require(apart || overState, () -> "launch " + launch.label() + " writes " + p + " over " + other);
            }
        }
        for (int b : written) {
            Place p = lk.places().get(b);
            require(!isState(p) && !plan.inPlace().contains(p) || renewed.add(p), () -> "launch " + launch.label() + " writes " + p + " again");
        }
        written.forEach(b -> put(lk.places().get(b), launch.offsets().get(b)));
    }

    private static boolean isState(Place p) {
        return p instanceof Place.Value v && v.node().op() instanceof Op.Input;
    }

    private TreeMap<Integer, Range> memory(Place p) {
        return memory.computeIfAbsent(p.dtype(), d -> new TreeMap<>());
    }

    private static boolean disjoint(Place a, int atA, Place b, int atB) {
        return a.dtype() != b.dtype() || atA + (long) a.size() <= atB || atB + (long) b.size() <= atA;
    }

    private boolean holdsNothing(Place p, int at) {
        TreeMap<Integer, Range> m = memory(p);
        Map.Entry<Integer, Range> before = m.lowerEntry(at + Math.max(1, p.size()));
        return before == null || before.getValue().end <= at;
    }

    private boolean holds(Place p, int at) {
        Range r = memory(p).get(at);
        return r != null && r.holds.equals(p);
    }

    /** Writing a place destroys whatever it touches; what has no elements touches nothing. */
    private void put(Place p, int at) {
        if (p.size() == 0) {
            return;
        }
        TreeMap<Integer, Range> m = memory(p);
        int end = at + p.size();
        for (Map.Entry<Integer, Range> e = m.lowerEntry(end); e != null && e.getValue().end > at; e = m.lowerEntry(end)) {
            m.remove(e.getKey());
        }
        m.put(at, new Range(end, p));
    }

    /** The message is made where it is needed: a plan has thousands of things to check. */
    private static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new PlanException("invalid plan: " + message.get());
        }
    }
}
