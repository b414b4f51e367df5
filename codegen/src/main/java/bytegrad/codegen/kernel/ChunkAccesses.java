package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the chunks of one parallel loop touch, and the proof that none touches what another stores. Each access of a buffer that
 * is stored to, loads included, must be at {@code s·chunk + r} with one s for all of them, where r spans less than s; or be so
 * within rows of one length: {@code M·row + (s·chunk + r)} with the parenthesis in 0..M. Then equal places are of equal chunks.
 * Scratch is a buffer like any other: each chunk needs its own part of it.
 */
final class ChunkAccesses {
    /** The length of a row where the whole buffer counts as one. */
    private static final long WHOLE = 0;

    /** Rows that one iteration of a loop may do. */
    private static final int MOST_ROWS = 24;

    /** Of one access, in rows of one length: {@code stride·chunk + least} to {@code stride·chunk + greatest}, inclusive. */
    private record Reach(long stride, long least, long greatest) {}

    /** Neighbouring elements from {@code at} on, with what was known there of its unknowns. */
    private record Access(Affine at, int lanes, Ranges ranges) {}

    private final Ranges ranges;
    private final Map<Integer, List<Access>> byBuffer = new HashMap<>();
    private final Set<Integer> stored = new HashSet<>();

    /** Of no access yet. */
    ChunkAccesses(Ranges ranges) {
        this.ranges = ranges;
    }

    void load(int buffer, Affine at, int lanes) {
        byBuffer.computeIfAbsent(buffer, b -> new ArrayList<>()).add(new Access(at, lanes, ranges.copy()));
    }

    void store(int buffer, Affine at, int lanes) {
        load(buffer, at, lanes);
        stored.add(buffer);
    }

    /**
     * The first buffer that two chunks might touch at one place, −1 if there is none.
     *
     * @param numbers the unknowns that tell a chunk from others: equal places must be of chunks that have each of them in common
     */
    int shared(List<Integer> numbers) {
        return stored.stream().sorted().filter(b -> !numbers.stream().allMatch(n -> apart(byBuffer.getOrDefault(b, List.of()), n))).findFirst().orElse(-1);
    }

    private boolean apart(List<Access> accesses, int chunk) {
        return rowLengths(accesses, chunk).stream().anyMatch(row -> apart(accesses, chunk, row));
    }

    /** A loop goes a row at a time, or several, with a row after the other written out in its body; or all rows are written out. */
    private static Set<Long> rowLengths(List<Access> accesses, int chunk) {
        Set<Long> lengths = new LinkedHashSet<>(List.of(WHOLE));
        long first = accesses.stream().mapToLong(a -> a.at().constant()).min().orElse(0);
        for (Access a : accesses) {
            if (a.at().constant() - first > 1) {
                lengths.add(a.at().constant() - first);
            }
            a.at().terms().forEach((unknown, times) -> {
                for (int rows = 1; unknown != chunk && rows <= MOST_ROWS; rows++) {
                    if (times % rows == 0 && Math.abs(times / rows) > 1) {
                        lengths.add(Math.abs(times / rows));
                    }
                }
            });
        }
        return lengths;
    }

    private static boolean apart(List<Access> accesses, int chunk, long row) {
        Set<Long> strides = new HashSet<>();
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        for (Access a : accesses) {
            Optional<Reach> r = reach(a, chunk, row);
            if (r.isEmpty() || strides.add(r.get().stride()) && strides.size() > 1) {
                return false;
            }
            least = Math.min(least, r.get().least());
            greatest = Math.max(greatest, r.get().greatest());
        }
        return greatest - least < Math.abs(strides.iterator().next());
    }

    private static Optional<Reach> reach(Access a, int chunk, long row) {
        Affine within = a.at();
        if (row != WHOLE) {
            within = Affine.of(Math.floorMod(a.at().constant(), row));
            for (Map.Entry<Integer, Long> t : a.at().terms().entrySet()) {
                within = t.getValue() % row == 0 ? within : within.plus(Affine.unknown(t.getKey()).times(t.getValue()));
            }
            if (a.ranges().min(within) < 0 || a.ranges().max(within) + a.lanes() > row) {
                return Optional.empty();
            }
        }
        Affine rest = within.without(chunk);
        return Optional.of(new Reach(within.coefficient(chunk), a.ranges().min(rest), a.ranges().max(rest) + a.lanes() - 1));
    }
}
