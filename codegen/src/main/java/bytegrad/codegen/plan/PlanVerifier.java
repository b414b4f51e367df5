package bytegrad.codegen.plan;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.DType;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Replays a plan and checks that whatever a launch reads is still there, whole: shares nothing with the planner but the
 * plan itself. Every plan passes through it before emission.
 */
final class PlanVerifier {
    private record Range(int end, Place holds) {}

    private final Map<DType, TreeMap<Integer, Range>> memory = new EnumMap<>(DType.class);
    private final MemoryPlan plan;

    private PlanVerifier(MemoryPlan plan) {
        this.plan = plan;
    }

    static void verify(MemoryPlan plan) {
        new PlanVerifier(plan).replay();
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
            check(launches.get(k), plan.kernels().get(k));
        }
        plan.offsets().forEach((p, at) -> require(p.size() == 0 || overwritten(p) || holds(p, at), () -> p + " is lost before the run ends"));
    }

    /** A state whose new value was written over it. */
    private boolean overwritten(Place p) {
        return plan.offsets().entrySet().stream().anyMatch(e -> !e.getKey().equals(p) && e.getKey().dtype() == p.dtype()
                && e.getValue().equals(plan.offsets().get(p)));
    }

    private void check(Plan.Launch launch, LoweredKernel lk) {
        List<Integer> written = new ArrayList<>();
        for (int b = 0; b < lk.places().size(); b++) {
            Place p = lk.places().get(b);
            int at = launch.offsets().get(b);
            require(at >= 0 && at + (long) p.size() <= plan.slab(p.dtype()), () -> p + " lies outside its slab");
            Kernel.Access access = lk.kernel().buffers().get(b).access();
            if (access == Kernel.Access.READ) {
                require(p.size() == 0 || holds(p, at), () -> "launch " + launch.label() + " reads " + p + ", which is not there");
            } else {
                written.add(b);
            }
        }
        for (int b : written) {
            Place to = lk.places().get(b);
            for (int c = 0; c < lk.places().size(); c++) {
                Place other = lk.places().get(c);
                boolean apart = c == b || disjoint(to, launch.offsets().get(b), other, launch.offsets().get(c));
                boolean over = plan.inPlace().contains(to) && launch.offsets().get(b).equals(launch.offsets().get(c));
                require(apart || over, () -> "launch " + launch.label() + " writes " + to + " over " + other);
            }
        }
        written.forEach(b -> put(lk.places().get(b), launch.offsets().get(b)));
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

    /** Writing a place destroys whatever it touches. */
    private void put(Place p, int at) {
        TreeMap<Integer, Range> m = memory(p);
        int end = at + Math.max(1, p.size());
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
