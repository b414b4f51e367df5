package bytegrad.codegen;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.nest.CutScan;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.StepMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    Explanation.Memory memory(Map<String, Long> slabs, Function<Place, String> label, CutScans cuts) {
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
        List<Explanation.CheckpointedScan> scans = cuts.scans().stream().map(s -> checkpointed(s, cuts))
                .sorted(Comparator.comparingInt(Explanation.CheckpointedScan::launch)).toList();
        long again = m.againNanos() + scans.stream().mapToLong(Explanation.CheckpointedScan::nanos).sum();
        return new Explanation.Memory(slabs, plan.arenaBytes(), pinned, peak(), m.budget(), m.bound(), m.boundBy(), m.totalNanos(), again, stays,
                recomputed, scans);
    }

    private Explanation.CheckpointedScan checkpointed(CutScan scan, CutScans cuts) {
        List<Integer> writers = new ArrayList<>();
        List<Integer> readers = new ArrayList<>();
        Set<Place> kept = new HashSet<>();
        for (int k = 0; k < plan.kernels().size(); k++) {
            LoweredKernel lk = plan.kernels().get(k);
            for (int b = 0; b < lk.places().size(); b++) {
                if (lk.places().get(b) instanceof Place.Checkpoints c && c.scan() == scan.scan()) {
                    kept.add(c);
                    List<Integer> launches = lk.kernel().buffers().get(b).access() == Kernel.Access.READ ? readers : writers;
                    if (launches.isEmpty() || launches.getLast() != k) {
                        launches.add(k);
                    }
                }
            }
        }
        int first = writers.getFirst();
        long again = scan.checkpointing().replayed() * readers.size();
        long nanos = (long) ((double) plan.memory().nanos().get(first) * again / scan.checkpointing().steps());
        long whole = cuts.stacks(scan).stream().mapToLong(n -> StepMemory.bytes(new Place.Value(n))).sum();
        return new Explanation.CheckpointedScan(first, readers, scan.checkpointing().steps(), scan.checkpointing().counts(),
                kept.stream().mapToLong(StepMemory::bytes).sum(), whole, again, nanos);
    }
}
