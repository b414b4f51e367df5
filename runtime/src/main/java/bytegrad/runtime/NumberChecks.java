package bytegrad.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Looks for NaNs and infinities in what each launch of a run has stored, and stops at the first that the launch's operands do not explain: a NaN where no operand has one, an
 * infinity where every operand is finite. A constant that is not finite (minus infinity in a mask, a NaN for a label out of range) explains what is made of it.
 *
 * @param launches what there is to look at after each launch, by its number
 */
public record NumberChecks(List<Launch> launches) {
    /** Copies the list. */
    public NumberChecks {
        launches = List.copyOf(launches);
    }

    /** What a launch stores and reads. */
    public record Launch(List<Stored> stores, List<Slot> reads) {
        /** Copies the lists. */
        public Launch {
            stores = List.copyOf(stores);
            reads = List.copyOf(reads);
        }
    }

    /**
     * A node that is stored.
     *
     * @param text how it is computed, such as {@code log(%4)}
     * @param mayBeNan whether a NaN among its constants explains one
     * @param mayBeInfinite whether an infinity among its constants explains one
     */
    public record Stored(Slot slot, String text, boolean mayBeNan, boolean mayBeInfinite) {}

    /** How many elements of a tensor are not finite, and which are first; −1 for none. */
    private record Census(int nans, int infinities, int firstNan, int firstInfinity) {
        static Census of(Slot slot, Slabs slabs) {
            int nans = 0;
            int infinities = 0;
            int firstNan = -1;
            int firstInfinity = -1;
            for (int k = 0; isFloat(slot) && k < slot.size(); k++) {
                double v = slabs.number(slot, k);
                if (Double.isNaN(v)) {
                    firstNan = nans++ == 0 ? k : firstNan;
                } else if (Double.isInfinite(v)) {
                    firstInfinity = infinities++ == 0 ? k : firstInfinity;
                }
            }
            return new Census(nans, infinities, firstNan, firstInfinity);
        }

        String text(int size) {
            return nans == 0 && infinities == 0 ? "finite" : (nans > 0 ? nans + " NaN" : "") + (nans > 0 && infinities > 0 ? ", " : "")
                    + (infinities > 0 ? infinities + " infinite" : "") + " of " + size;
        }
    }

    private static boolean isFloat(Slot slot) {
        return switch (slot.type()) {
            case F32, F64, BF16 -> true;
            case I32, I64, BOOL, U8, I8, I16 -> false;
        };
    }

    /**
     * Looks at what was set: a NaN there is where others come from. Infinities are let through, since masks have them.
     *
     * @throws NumberException at the first
     */
    void before(Signature signature, Slabs slabs) {
        List<Slot> set = new ArrayList<>(signature.inputs());
        set.addAll(signature.states());
        for (Slot s : set) {
            Census census = Census.of(s, slabs);
            if (census.nans() > 0) {
                throw error(s, census.firstNan(), slabs, s.typeText() + ", " + census.text(s.size()) + ": so it was set");
            }
        }
    }

    /**
     * Looks at what a launch has stored.
     *
     * @throws NumberException at the first that nothing explains
     */
    void after(int number, Slabs slabs) {
        Launch launch = launches.get(number);
        for (Stored s : launch.stores()) {
            Census census = Census.of(s.slot(), slabs);
            boolean nan = census.nans() > 0 && !s.mayBeNan() && launch.reads().stream().allMatch(r -> Census.of(r, slabs).nans() == 0);
            boolean infinite = census.infinities() > 0 && !s.mayBeInfinite()
                    && launch.reads().stream().map(r -> Census.of(r, slabs)).allMatch(c -> c.nans() == 0 && c.infinities() == 0);
            if (nan || infinite) {
                throw error(s.slot(), nan ? census.firstNan() : census.firstInfinity(), slabs,
                        s.slot().typeText() + " = " + s.text() + ", " + census.text(s.slot().size()) + operands(launch, slabs));
            }
        }
    }

    private static String operands(Launch launch, Slabs slabs) {
        List<String> texts = launch.reads().stream().map(r -> r.name() + " " + r.typeText() + " " + Census.of(r, slabs).text(r.size())).toList();
        return texts.isEmpty() ? "" : "; its operands: " + String.join(", ", texts);
    }

    private static NumberException error(Slot slot, int at, Slabs slabs, String what) {
        List<Integer> index = new ArrayList<>();
        int rest = at;
        for (int axis = slot.shape().size() - 1; axis >= 0; axis--) {
            index.add(0, rest % slot.shape().get(axis));
            rest /= slot.shape().get(axis);
        }
        return new NumberException(slot.name(), index, slabs.number(slot, at), what);
    }
}
