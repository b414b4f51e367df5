package bytegrad.codegen.nest;

import bytegrad.codegen.plan.Layout;
import bytegrad.ir.DType;
import java.util.EnumMap;
import java.util.Map;

/** How a nested op's kernel divides its scratch, of which it has one buffer a dtype: ranges of whole lines, one behind the other. */
final class ScratchSpace {
    private final Map<DType, Integer> used = new EnumMap<>(DType.class);

    /** A body's region, in front of everything else. */
    void take(BodyPlan body) {
        for (DType d : DType.values()) {
            take(d, body.size(d));
        }
    }

    /** Where the region of a body begins that runs between runs of the first only: over all that is not kept of that one from run to run. */
    Map<DType, Integer> over(BodyPlan first, BodyPlan body) {
        Map<DType, Integer> base = new EnumMap<>(DType.class);
        for (DType d : DType.values()) {
            base.put(d, first.kept(d));
            used.merge(d, Layout.endOfLine(d, (long) first.kept(d) + body.size(d)), Math::max);
        }
        return base;
    }

    /**
     * Where so many elements begin.
     *
     * @throws bytegrad.codegen.ArenaLimitException if no array is so long
     */
    int take(DType d, long elements) {
        int at = used.getOrDefault(d, 0);
        used.put(d, Layout.endOfLine(d, at + elements));
        return at;
    }

    /** Elements of the buffer of each dtype. */
    Map<DType, Integer> sizes() {
        return used;
    }
}
