package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the chunks of one parallel loop touch, and the proof that none touches what another stores. Each access of a buffer that
 * is stored to, loads included, must be at {@code s·chunk + r} with one s for all of them, where r spans less than s; or be so
 * within rows of one length: {@code M·row + (s·chunk + r)} with the parenthesis in 0..M. Then equal places are of equal chunks.
 * Scratch is a buffer like any other: each chunk needs its own part of it.
 */
final class ChunkAccesses {
    /** The length of a row where the whole buffer counts as one. */
    private static final long WHOLE = 0;

    /** Of one access, in rows of one length: {@code stride·chunk + least} to {@code stride·chunk + greatest}, inclusive. */
    private record Reach(long stride, long least, long greatest) {}

    private final Ranges ranges;
    private final int chunk;
    private final Map<Integer, List<Map<Long, Reach>>> byBuffer = new HashMap<>();
    private final Set<Integer> stored = new HashSet<>();

    /**
     * Of no access yet.
     *
     * @param chunk the unknown that is the chunk's number
     */
    ChunkAccesses(Ranges ranges, int chunk) {
        this.ranges = ranges;
        this.chunk = chunk;
    }

    void load(int buffer, Affine at, int lanes) {
        byBuffer.computeIfAbsent(buffer, b -> new ArrayList<>()).add(reaches(at, lanes));
    }

    void store(int buffer, Affine at, int lanes) {
        load(buffer, at, lanes);
        stored.add(buffer);
    }

    /** By the length of rows, each way to see the access. */
    private Map<Long, Reach> reaches(Affine at, int lanes) {
        Map<Long, Reach> reaches = new TreeMap<>();
        reaches.put(WHOLE, reach(at, lanes));
        at.terms().forEach((unknown, times) -> {
            long row = Math.abs(times);
            if (unknown != chunk && row > 1) {
                Affine within = Affine.of(Math.floorMod(at.constant(), row));
                for (Map.Entry<Integer, Long> t : at.terms().entrySet()) {
                    within = t.getValue() % row == 0 ? within : within.plus(Affine.unknown(t.getKey()).times(t.getValue()));
                }
                if (ranges.min(within) >= 0 && ranges.max(within) + lanes <= row) {
                    reaches.put(row, reach(within, lanes));
                }
            }
        });
        return reaches;
    }

    private Reach reach(Affine at, int lanes) {
        Affine rest = at.without(chunk);
        return new Reach(at.coefficient(chunk), ranges.min(rest), ranges.max(rest) + lanes - 1);
    }

    /** The first buffer that two chunks might touch at one place, −1 if there is none. */
    int shared() {
        return stored.stream().sorted().filter(b -> !apart(byBuffer.getOrDefault(b, List.of()))).findFirst().orElse(-1);
    }

    private static boolean apart(List<Map<Long, Reach>> accesses) {
        return accesses.getFirst().keySet().stream().anyMatch(row -> apart(accesses, row));
    }

    private static boolean apart(List<Map<Long, Reach>> accesses, long row) {
        Set<Long> strides = new HashSet<>();
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (Map<Long, Reach> a : accesses) {
            Reach r = a.get(row);
            if (r == null) {
                return false;
            }
            strides.add(r.stride());
            least = Math.min(least, r.least());
            greatest = Math.max(greatest, r.greatest());
        }
        return strides.size() == 1 && greatest - least < Math.abs(strides.iterator().next());
    }
}
