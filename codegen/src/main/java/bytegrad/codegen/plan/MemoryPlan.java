package bytegrad.codegen.plan;

import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * When everything runs and where it lives.
 *
 * @param steps the launches in order
 * @param kernels the kernel of each launch, in that order
 * @param slabs elements of each storage type's slab
 * @param offsets where inputs, constants, outputs and values written in place are, in elements
 * @param inPlace new values that are written over the old ones
 * @param copies new values that had to be copied into their states at the end
 */
public record MemoryPlan(
        Plan.Seq steps, List<LoweredKernel> kernels, Map<DType, Integer> slabs, Map<Place, Integer> offsets, Set<Place> inPlace, int copies) {
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

    /** The launches in order. */
    public List<Plan.Launch> launches() {
        return steps.steps().stream().map(Plan.Launch.class::cast).toList();
    }
}
