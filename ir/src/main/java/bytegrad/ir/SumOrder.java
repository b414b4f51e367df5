package bytegrad.ir;

import java.util.List;

/**
 * The order in which a float reduction combines its elements, fixed by the operand's shape alone, so that no schedule,
 * lane width or thread count can change a bit.
 *
 * <p>{@code width} 1 is a plain ascending chain from the identity (for a sum, +0), row-major over the reduced axes. Otherwise {@code width} partial
 * results p₀…p₍w₋₁₎ start at the identity; the element whose index along the innermost reduced axis is k joins
 * p₍k mod w₎, ascending; then pairs i and i + w/2, i and i + w/4, … are combined until p₀ is the result.
 */
public record SumOrder(int width) {
    public static final SumOrder CHAIN = new SumOrder(1);

    /**
     * Rows (the last axis is reduced) need partials to use lanes; where it is kept, neighbouring results fill the lanes
     * and each is a chain. 16 partials fill a 512-bit register of floats, 64 hide the latency of its adds.
     */
    public static SumOrder of(Shape operand, List<Integer> axes) {
        int last = operand.rank() - 1;
        if (last < 0 || !axes.contains(last) || operand.dim(last) < 16) {
            return CHAIN;
        }
        int extent = operand.dim(last);
        return new SumOrder(extent >= 256 ? 64 : extent >= 64 ? 32 : 16);
    }
}
