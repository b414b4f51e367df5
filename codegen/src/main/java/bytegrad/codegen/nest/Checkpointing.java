package bytegrad.codegen.nest;

import java.util.ArrayList;
import java.util.List;

/**
 * Of which steps of a scan the carries are kept for a scan that reads them all. The steps are cut into segments, as equal as can be, in front
 * of each of which carries are kept; a reader runs a segment again, from there, whenever it comes to it, and meanwhile keeps carries within it
 * in the same way, until segments are single steps (the multi-level checkpointing of Griewank and Walther, <i>Evaluating Derivatives</i>,
 * chapter 12; with segments of equal length, loops are enough for it).
 *
 * <pre>
 * 10 steps, [10]:     0 1 2 3 4 5 6 7 8 9    all kept, nothing runs again
 * 10 steps, [3, 4]:   0 . . . 4 . . 7 . .    3 kept; a reader runs 3, 2 and 2 steps again, and keeps up to 4
 * </pre>
 *
 * @param counts how many carries are kept, at most, in the run itself, then of one segment in a reader, then of a segment of that, and so
 *     on
 */
public record Checkpointing(int steps, List<Integer> counts) {
    /** Levels beyond these save next to nothing of any number of steps. */
    private static final int MOST_LEVELS = 4;

    public Checkpointing {
        counts = List.copyOf(counts);
        if (steps < 0 || counts.isEmpty() || counts.stream().anyMatch(c -> c < Math.min(1, steps)) || longest(steps, counts) > 1) {
            throw new IllegalArgumentException(steps + " steps cannot be cut into " + counts);
        }
    }

    /**
     * Neighbouring segments of one length.
     *
     * @param first number of the first of them
     * @param step at which that begins
     */
    record Segments(int count, int length, int first, int step) {}

    /** Every carry is kept. */
    public static Checkpointing all(int steps) {
        return new Checkpointing(steps, List.of(steps));
    }

    /** So many carries in the run itself, and in a reader as few as can be at so many levels. */
    public static Checkpointing of(int steps, int kept, int levels) {
        List<Integer> counts = new ArrayList<>(List.of(kept));
        int rest = Math.ceilDiv(steps, kept);
        for (int level = levels - 1; level > 0; level--) {
            int count = (int) Math.min(rest, Math.ceil(Math.pow(rest, 1.0 / level) - 1e-9));
            counts.add(count);
            rest = Math.ceilDiv(rest, count);
        }
        return new Checkpointing(steps, counts);
    }

    /**
     * What is worth trying: at each number of levels, that which has the fewest carries in memory, and those that keep twice as many, and so
     * on. Each runs more steps again than the one before, and has fewer carries in memory.
     *
     * @param scans how many scans keep their carries at the same time, while one after another is read
     */
    static List<Checkpointing> choices(int steps, int scans) {
        List<Checkpointing> choices = new ArrayList<>();
        long least = (long) scans * steps;
        for (int levels = 2; levels <= MOST_LEVELS; levels++) {
            for (int kept : halved(steps, fewest(steps, scans, levels))) {
                Checkpointing c = of(steps, kept, levels);
                if (c.carries(scans) < least) {
                    choices.add(c);
                    least = c.carries(scans);
                }
            }
        }
        return choices;
    }

    /** How many to keep, so that as few as can be are in memory. */
    private static int fewest(int steps, int scans, int levels) {
        int fewest = 1;
        long least = Long.MAX_VALUE;
        // More than the root of the steps would be fewer at one level less.
        for (int kept = 1; (long) kept * kept <= steps; kept++) {
            long carries = of(steps, kept, levels).carries(scans);
            if (carries < least) {
                fewest = kept;
                least = carries;
            }
        }
        return fewest;
    }

    /** Doubles of a number that are less than the steps, from the largest on. */
    private static List<Integer> halved(int steps, int kept) {
        List<Integer> all = new ArrayList<>();
        for (long k = kept; k < steps; k *= 2) {
            all.addFirst((int) k);
        }
        return all;
    }

    /** The same of another number of steps. */
    Checkpointing like(int others) {
        return of(others, (int) Math.max(1, Math.round((double) others * kept() / steps)), levels());
    }

    /** With another number of carries in the run itself, and as many levels. */
    public Checkpointing keeping(int kept) {
        return of(steps, kept, levels());
    }

    /** The longest segment at the last level. */
    private static int longest(int steps, List<Integer> counts) {
        int n = steps;
        for (int c : counts) {
            n = Math.ceilDiv(n, Math.max(1, c));
        }
        return n;
    }

    /** How deep segments are cut into segments; 1 where all carries are kept. */
    int levels() {
        return counts.size();
    }

    /** Carries kept in the run itself. */
    public int kept() {
        return counts.getFirst();
    }

    /** Carries that are kept of one segment of the level before, at most. */
    int slots(int level) {
        return Math.min(counts.get(level), longest(steps, counts.subList(0, level)));
    }

    /** Carries in memory at most, while one reader runs. */
    long carries() {
        long sum = kept();
        for (int level = 1; level < levels(); level++) {
            sum += slots(level);
        }
        return sum;
    }

    /** Carries in memory at most, while one of so many scans is read. */
    private long carries(int scans) {
        return (long) (scans - 1) * kept() + carries();
    }

    /** How so many steps are cut at a level: the longer segments first. */
    List<Segments> segments(int level, int n) {
        int count = Math.min(counts.get(level), n);
        if (count == 0) {
            return List.of(new Segments(0, 1, 0, 0));
        }
        int length = n / count;
        int longer = n % count;
        Segments shorter = new Segments(count - longer, length, longer, longer * (length + 1));
        return longer == 0 ? List.of(shorter) : List.of(new Segments(longer, length + 1, 0, 0), shorter);
    }

    /** Steps that each reader runs again. */
    public long replayed() {
        return replayed(0, steps);
    }

    private long replayed(int level, int n) {
        long sum = 0;
        for (Segments s : segments(level, n)) {
            // Carries after the last segment within are nobody's.
            if (s.length() > 1) {
                int last = segments(level + 1, s.length()).getLast().length();
                sum += s.count() * (s.length() - last + replayed(level + 1, s.length()));
            }
        }
        return sum;
    }
}
