package bytegrad.ir;

import java.util.List;

/**
 * The order in which a float reduction combines its elements, fixed by the operand's shape alone, so that no schedule,
 * lane width or thread count can change a bit.
 *
 * <p>{@code width} 1 is a plain ascending chain from the identity (for a sum, +0), row-major over the reduced axes. Otherwise {@code width} partial
 * results p₀…p₍w₋₁₎ start at the identity; the element whose index along the innermost reduced axis is k joins
 * p₍k mod w₎, ascending; then pairs i and i + w/2, i and i + w/4, … are combined until p₀ is the result.
 *
 * <p>Rows with fewer elements than the fewest partials are one chain, however many of them are reduced. Where whole rows are, and are neighbours, the compiler therefore first makes
 * one row of them ({@link #flattened}, by {@link bytegrad.ir.pass.FlattenShortRows}).
 *
 * <p>Where there are so many elements and so few results that threads would have nothing to share, the compiler first writes the
 * reduction as several ({@link #parts}, by {@link bytegrad.ir.pass.SplitLongReductions}), each in the order above: one for each
 * part of one axis ({@link #cut}), one of the parts' results, and one of the elements that are left over, which is combined with it
 * last. This, too, is decided by the shape alone, and is so on one thread.
 */
public record SumOrder(int width) {
    public static final SumOrder CHAIN = new SumOrder(1);

    private static final int FEWEST_PARTIALS = 16;

    /**
     * Rows (the last axis is reduced) need partials to use lanes; where it is kept, neighbouring results fill the lanes
     * and each is a chain. 16 partials fill a 512-bit register of floats, 64 hide the latency of its adds.
     */
    public static SumOrder of(Shape operand, List<Integer> axes) {
        int last = operand.rank() - 1;
        if (last < 0 || !axes.contains(last) || operand.dim(last) < FEWEST_PARTIALS) {
            return CHAIN;
        }
        int extent = operand.dim(last);
        return new SumOrder(extent >= 256 ? 64 : extent >= 64 ? 32 : FEWEST_PARTIALS);
    }

    /** Elements of a row that is worth making of short ones: one with most partials. */
    private static final int WORTH_A_ROW = 256;

    /** Of how many of the last axes one row is made before they are reduced; 1 where rows stay as they are. */
    public static int flattened(Shape operand, List<Integer> axes) {
        int last = operand.rank() - 1;
        if (last < 1 || !axes.contains(last) || operand.dim(last) >= FEWEST_PARTIALS) {
            return 1;
        }
        int rows = 0;
        long elements = 1;
        while (rows <= last && axes.contains(last - rows)) {
            elements *= operand.dim(last - rows++);
        }
        return elements >= WORTH_A_ROW ? rows : 1;
    }

    /** Fewer elements take a thread less than 50 µs: nothing to be shared. */
    private static final long LONG = 1 << 17;

    /** Elements in a part, at least. */
    private static final long PART = 1 << 16;

    private static final int MOST_PARTS = 64;
    /** Independent loops that are enough for threads without cutting any. */
    private static final int ENOUGH = 16;
    /** Where rows are kept, so many results are one loop: a vector's. */
    private static final int LANES = 16;

    /** Into how many parts {@link #cut one} of the reduced axes is cut; 1 where it is not. */
    public static int parts(Shape operand, List<Integer> axes) {
        if (axes.isEmpty() || operand.size() < LONG) {
            return 1;
        }
        long reduced = 1;
        for (int axis : axes) {
            reduced *= operand.dim(axis);
        }
        long results = operand.size() / reduced;
        boolean rows = axes.contains(operand.rank() - 1);
        if (results >= (rows ? ENOUGH : ENOUGH * LANES)) {
            return 1;
        }
        long most = Math.min(operand.size() / PART, operand.dim(cut(operand, axes)) / 2);
        return (int) Math.min(MOST_PARTS, Math.max(1, Long.highestOneBit(most)));
    }

    /**
     * The reduced axis that is cut into parts: the longest of those before the last, if it has enough elements for all parts, so that rows stay as long as they are; else the longest
     * of all. The first of several as long.
     */
    public static int cut(Shape operand, List<Integer> axes) {
        int last = operand.rank() - 1;
        List<Integer> outer = axes.stream().filter(axis -> axis != last).toList();
        if (!outer.isEmpty()) {
            int longest = longest(operand, outer);
            if (operand.dim(longest) / 2 >= Math.min(MOST_PARTS, operand.size() / PART)) {
                return longest;
            }
        }
        return longest(operand, axes);
    }

    private static int longest(Shape operand, List<Integer> axes) {
        int longest = axes.getFirst();
        for (int axis : axes) {
            longest = operand.dim(axis) > operand.dim(longest) ? axis : longest;
        }
        return longest;
    }
}
