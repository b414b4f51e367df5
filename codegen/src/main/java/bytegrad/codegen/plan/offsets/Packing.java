package bytegrad.codegen.plan.offsets;

import java.util.List;

/**
 * Offsets at which no two buffers that are in use at the same time overlap.
 *
 * @param offsets of each buffer
 * @param height the end of the highest
 */
public record Packing(List<Long> offsets, long height) {
    public Packing {
        offsets = List.copyOf(offsets);
    }
}
