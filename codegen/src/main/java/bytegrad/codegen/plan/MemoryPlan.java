package bytegrad.codegen.plan;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When everything runs and where it lives.
 *
 * @param steps the launches in order
 * @param kernels the kernel of each launch, in that order; one that is computed again comes again
 * @param slabs elements of each storage type's slab
 * @param offsets where inputs, constants, outputs and values written in place are, in elements
 * @param inPlace new values that are written over the old ones
 * @param copies new values that had to be copied into their states
 * @param memory what is in memory when, and what is computed again
 */
public record MemoryPlan(
        Plan.Seq steps, List<LoweredKernel> kernels, Map<DType, Integer> slabs, Map<Place, Integer> offsets, Set<Place> inPlace, int copies,
        StepMemory memory) {
    public MemoryPlan {
        kernels = List.copyOf(kernels);
        slabs = Map.copyOf(slabs);
        // In the order of the plan: what is made from it must be the same in every run.
        offsets = Collections.unmodifiableMap(new LinkedHashMap<>(offsets));
        inPlace = Set.copyOf(inPlace);
    }

    /** Elements of the slab of a dtype; 0 where there is none. */
    public int slab(DType dtype) {
        return slabs.getOrDefault(dtype, 0);
    }

    /** Where an input, a constant, an output or a value written in place begins. */
    public int offset(Place p) {
        Integer at = offsets.get(p);
        if (at == null) {
            throw new PlanException(p + " has no place of its own");
        }
        return at;
    }

    /** Bytes of the whole arena: the sum of its slabs. */
    public long arenaBytes() {
        return slabs.entrySet().stream().mapToLong(e -> (long) e.getValue() * e.getKey().bytes()).sum();
    }

    /** How many steps come before the first that writes into a state's slot: where they fail, every state is as it was. */
    public int stepsBeforeUpdates() {
        for (int k = 0; k < kernels.size(); k++) {
            List<Place> places = kernels.get(k).places();
            for (int b = 0; b < places.size(); b++) {
                Kernel.Access access = kernels.get(k).kernel().buffers().get(b).access();
                boolean written = access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE;
                boolean state = places.get(b) instanceof Place.Value(Node n) && n.op() instanceof Op.Input;
                if (written && (state || inPlace.contains(places.get(b)))) {
                    return k;
                }
            }
        }
        return kernels.size();
    }

    /** The launches in order. */
    public List<Plan.Launch> launches() {
        return steps.steps().stream().map(Plan.Launch.class::cast).toList();
    }

    /** The launches from one number to another, exclusive; each followed, for tests, by the poisoning of what nothing reads after it. */
    public Plan.Seq part(int from, int end, boolean poisoned) {
        if (!poisoned) {
            return new Plan.Seq(steps.steps().subList(from, end));
        }
        Map<Integer, List<StepMemory.Stay>> ending = memory.stays().stream().collect(Collectors.groupingBy(StepMemory.Stay::last));
        List<Plan> all = new ArrayList<>();
        for (int k = from; k < end; k++) {
            all.add(steps.steps().get(k));
            for (StepMemory.Stay s : ending.getOrDefault(k, List.of())) {
                all.add(new Plan.Poison(s.place().dtype(), s.offset(), (int) (s.bytes() / s.place().dtype().bytes())));
            }
        }
        return new Plan.Seq(all);
    }
}
