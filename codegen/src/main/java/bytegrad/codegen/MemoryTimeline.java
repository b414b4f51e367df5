package bytegrad.codegen;

import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.StepMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What is live when, in bytes of whole lines. */
final class MemoryTimeline {
    private final MemoryPlan plan;
    private final long pinned;
    /** By launch, with what is pinned. */
    private final long[] live;

    MemoryTimeline(MemoryPlan plan) {
        this.plan = plan;
        // New values written in place share their state's slot.
        Map<String, Long> slots = new HashMap<>();
        plan.offsets().forEach((p, at) -> slots.merge(p.dtype().text() + "@" + at, StepMemory.bytes(p), Math::max));
        pinned = slots.values().stream().mapToLong(Long::longValue).sum();
        // The differences from launch to launch, then their sums.
        live = new long[plan.kernels().size() + 1];
        live[0] = pinned;
        for (StepMemory.Stay s : plan.memory().stays()) {
            live[s.from()] += s.bytes();
            live[s.last() + 1] -= s.bytes();
        }
        for (int k = 1; k < live.length; k++) {
            live[k] += live[k - 1];
        }
    }

    long live(int launch) {
        return live[launch];
    }

    private long peak() {
        long peak = pinned;
        for (long l : live) {
            peak = Math.max(peak, l);
        }
        return peak;
    }

    Explanation.Memory memory(Map<String, Long> slabs, Function<Place, String> label) {
        StepMemory m = plan.memory();
        List<Explanation.Stay> stays = new ArrayList<>();
        Map<Place, List<StepMemory.Stay>> of = new LinkedHashMap<>();
        for (StepMemory.Stay s : m.stays()) {
            boolean scratch = s.place() instanceof Place.Scratch;
            int size = s.place().dtype().bytes();
            stays.add(new Explanation.Stay(label.apply(s.place()), s.place().dtype().text(), s.bytes(), (long) s.offset() * size, s.from(), s.last(), scratch));
            if (!scratch) {
                of.computeIfAbsent(s.place(), _ -> new ArrayList<>()).add(s);
            }
        }
        List<Explanation.Recomputed> recomputed = of.entrySet().stream().filter(e -> e.getValue().size() > 1).map(e -> {
            StepMemory.Stay s = e.getValue().getFirst();
            return new Explanation.Recomputed(label.apply(e.getKey()), e.getKey().dtype().text(), s.bytes(), e.getValue().size(), m.nanos().get(s.from()));
        }).toList();
        return new Explanation.Memory(slabs, plan.arenaBytes(), pinned, peak(), m.budget(), m.bound(), m.boundBy(), m.totalNanos(), m.againNanos(), stays, recomputed);
    }
}
