package bytegrad.codegen;

import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.nest.CutScan;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.StepMemory;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;

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

    /** Bytes of what keeps its place for a session's life. */
    long pinned() {
        return pinned;
    }

    /** Of these, of what launches store that do not run in every run. */
    private long derived() {
        return plan.kernels().subList(0, plan.memory().derived()).stream().flatMap(k -> k.stored().stream()).distinct().filter(plan.offsets()::containsKey)
                .mapToLong(StepMemory::bytes).sum();
    }

    private long peak() {
        long peak = pinned;
        for (long l : live) {
            peak = Math.max(peak, l);
        }
        return peak;
    }

    Explanation.Memory memory(Map<String, Long> slabs, Function<Place, String> label, CutScans cuts, SecondRuns runs) {
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
        List<Explanation.CheckpointedScan> scans = cuts.scans().stream().map(s -> checkpointed(s, cuts))
                .sorted(Comparator.comparingInt(Explanation.CheckpointedScan::launch)).toList();
        long again = m.againNanos() + scans.stream().mapToLong(Explanation.CheckpointedScan::nanos).sum();
        return new Explanation.Memory(slabs, plan.arenaBytes(), pinned, derived(), peak(), m.budget(), m.bound(), m.boundBy(), m.totalNanos(), again, stays,
                recomputed(of, label, runs), scans);
    }

    private List<Explanation.Recomputed> recomputed(Map<Place, List<StepMemory.Stay>> of, Function<Place, String> label, SecondRuns runs) {
        Map<Place, List<Place>> all = new LinkedHashMap<>();
        for (Node n : runs.graph().nodes()) {
            Node first = runs.firsts().get(n);
            if (first != null) {
                all.computeIfAbsent(new Place.Value(first), p -> new ArrayList<>(List.of(p))).add(new Place.Value(n));
            }
        }
        of.forEach((p, stays) -> {
            if (stays.size() > 1 && !(p instanceof Place.Value(Node n) && runs.firsts().containsKey(n))) {
                all.putIfAbsent(p, List.of(p));
            }
        });
        List<Explanation.Recomputed> recomputed = new ArrayList<>();
        ToIntFunction<Place> launch = p -> of.getOrDefault(p, List.of()).stream().mapToInt(StepMemory.Stay::from).findFirst().orElse(Integer.MAX_VALUE);
        all.keySet().stream().sorted(Comparator.comparingInt(launch)).forEach(first -> {
            List<Place> places = all.getOrDefault(first, List.of());
            List<Long> again = new ArrayList<>();
            int times = 0;
            int inlined = 0;
            for (Place p : places) {
                List<StepMemory.Stay> stays = of.getOrDefault(p, List.of());
                times += Math.max(1, stays.size());
                inlined += stays.isEmpty() && p != first ? 1 : 0;
                stays.subList(p == first ? Math.min(1, stays.size()) : 0, stays.size()).forEach(s -> again.add(plan.memory().nanos().get(s.from())));
            }
            long nanos = again.isEmpty() ? 0 : again.stream().mapToLong(n -> n).sum() / again.size();
            recomputed.add(new Explanation.Recomputed(label.apply(first), first.dtype().text(), StepMemory.bytes(first), times, inlined, nanos));
        });
        return recomputed;
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
