package bytegrad.ir.nn;

import java.util.List;

/** What is put around data along its spatial axes before windows are taken of it. */
public sealed interface Padding {
    /** A rule that says how much. */
    enum Rule implements Padding {
        /** Nothing: only windows that lie inside the data. */
        VALID,
        /** As much as gives ⌈extent / stride⌉ windows along each axis; the odd one of it goes behind. */
        SAME
    }

    /** So many elements before and behind each spatial axis. */
    record Explicit(List<Integer> low, List<Integer> high) implements Padding {
        public Explicit {
            low = List.copyOf(low);
            high = List.copyOf(high);
        }
    }
}
