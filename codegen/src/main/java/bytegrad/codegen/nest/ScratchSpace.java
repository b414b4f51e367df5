package bytegrad.codegen.nest;

import bytegrad.codegen.plan.Layout;
import bytegrad.ir.DType;
import java.util.EnumMap;
import java.util.Map;

/** How a nested op's kernel divides its scratch, of which it has one buffer a dtype: ranges of whole lines, one behind the other. */
final class ScratchSpace {
    private final Map<DType, Integer> used = new EnumMap<>(DType.class);

    /** Where a body's region begins in the scratch of each dtype. */
    Map<DType, Integer> take(BodyPlan body) {
        Map<DType, Integer> base = new EnumMap<>(used);
        for (DType d : DType.values()) {
            take(d, body.size(d));
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
