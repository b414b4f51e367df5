package bytegrad.codegen.plan;

import bytegrad.codegen.lower.Place;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a plan does with memory, launch by launch.
 *
 * @param stays what is in the arena beside pinned places, by first launch
 * @param firstRuns for each launch the first that computed what it stores: itself, unless all of that is computed again
 * @param nanos estimated time of each launch on one thread
 * @param derived so many launches come first, and not in every run: what they store depends on kept inputs and constants alone
 * @param budget what the arena's bytes were held against
 * @param bound bytes that every plan of these kernels needs, as is proved
 * @param boundBy what the kernel stores that sets the bound
 */
public record StepMemory(List<Stay> stays, List<Integer> firstRuns, List<Long> nanos, int derived, OptionalLong budget, long bound, String boundBy) {
    /**
     * A buffer from the launch that writes it to the last that reads it there.
     *
     * @param bytes whole lines
     * @param offset in elements of its slab
     */
    public record Stay(Place place, int from, int last, long bytes, int offset) {}

    public StepMemory {
        stays = List.copyOf(stays);
        firstRuns = List.copyOf(firstRuns);
        nanos = List.copyOf(nanos);
    }

    /** Bytes of the lines that a place takes. */
    public static long bytes(Place p) {
        return Layout.bytes(p.dtype(), p.size());
    }

    /** Estimated time of the launches in every run. */
    public long totalNanos() {
        return nanos.stream().skip(derived).mapToLong(n -> n).sum();
    }

    /** Estimated time of those launches that run a kernel again. */
    public long againNanos() {
        long sum = 0;
        for (int k = 0; k < nanos.size(); k++) {
            sum += firstRuns.get(k) == k ? 0 : nanos.get(k);
        }
        return sum;
    }
}
