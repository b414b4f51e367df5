package bytegrad.codegen.nest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Of which steps the carries are kept, and how many run again. */
final class CheckpointingTest {
    private static final int[] STEPS = {1, 2, 3, 5, 8, 13, 36, 97, 100, 997, 1000};

    /** What a reader does, with numbers for carries: those of which steps it holds, by level and slot. */
    private static final class Walk {
        final Checkpointing c;
        final List<Integer> pulled = new ArrayList<>();
        final Map<Integer, Map<Integer, Integer>> slots = new HashMap<>();
        long ran;

        Walk(Checkpointing c) {
            this.c = c;
            keep(0, 0, c.steps());
            pull(0, 0, c.steps());
        }

        private void keep(int level, int first, int n) {
            Map<Integer, Integer> kept = new HashMap<>();
            for (Checkpointing.Segments s : c.segments(level, n)) {
                for (int k = 0; k < s.count(); k++) {
                    kept.put(s.first() + k, first + s.step() + k * s.length());
                }
            }
            assertTrue(kept.size() <= c.slots(level));
            slots.put(level, kept);
            // Up to the last that is kept.
            ran += level == 0 ? 0 : kept.get(kept.size() - 1) - first;
        }

        private void pull(int level, int first, int n) {
            List<Checkpointing.Segments> runs = c.segments(level, n);
            for (int r = runs.size() - 1; r >= 0; r--) {
                Checkpointing.Segments s = runs.get(r);
                for (int k = s.count() - 1; k >= 0; k--) {
                    int from = first + s.step() + k * s.length();
                    assertEquals(from, slots.get(level).get(s.first() + k));
                    if (s.length() == 1) {
                        pulled.add(from);
                    } else {
                        keep(level + 1, from, s.length());
                        pull(level + 1, from, s.length());
                    }
                }
            }
        }
    }

    @Test
    void everyStepIsPulledBackOnceFromItsOwnCarries() {
        for (int steps : STEPS) {
            for (int levels = 1; levels <= 4; levels++) {
                for (int kept : levels == 1 ? new int[] {steps} : new int[] {1, 2, 3, 7, steps / 3, steps / 2, steps - 1, steps}) {
                    if (kept >= 1 && kept <= steps) {
                        Checkpointing c = Checkpointing.of(steps, kept, levels);
                        Walk w = new Walk(c);
                        assertEquals(IntStream.range(0, steps).map(k -> steps - 1 - k).boxed().toList(), w.pulled, c.toString());
                        assertEquals(w.ran, c.replayed(), c.toString());
                        assertEquals(kept, c.kept());
                    }
                }
            }
        }
    }

    @Test
    void twoLevelsRunAgainWhatIsNotKept() {
        for (int steps : STEPS) {
            for (int kept = 1; kept <= steps; kept++) {
                Checkpointing c = Checkpointing.of(steps, kept, 2);
                assertEquals(steps - kept, c.replayed());
                assertEquals(kept + Math.ceilDiv(steps, kept), c.carries());
            }
        }
        assertEquals(0, Checkpointing.all(7).replayed());
        assertEquals(7, Checkpointing.all(7).carries());
    }

    /** With twice the root of the steps, one run more is enough. */
    @Test
    void theRootOfTheStepsCostsOneRunAtMost() {
        for (int steps : new int[] {100, 997, 1000, 10_000, 1_000_003}) {
            long most = (long) Math.ceil(2 * Math.sqrt(steps));
            Checkpointing c = Checkpointing.choices(steps, 1).stream().filter(x -> x.carries() <= most).findFirst().orElseThrow();
            assertTrue(c.replayed() <= steps && c.levels() == 2, c.toString());
        }
    }

    @Test
    void eachChoiceKeepsLessThanTheOneBeforeAndRunsMoreAgain() {
        for (int steps : STEPS) {
            for (int scans : new int[] {1, 2, 5}) {
                long carries = (long) scans * steps;
                long replayed = 0;
                for (Checkpointing c : Checkpointing.choices(steps, scans)) {
                    long now = (long) (scans - 1) * c.kept() + c.carries();
                    assertTrue(now < carries && c.replayed() > replayed, c.toString());
                    carries = now;
                    replayed = c.replayed();
                }
            }
        }
        assertEquals(List.of(), Checkpointing.choices(0, 1));
        assertEquals(List.of(), Checkpointing.choices(4, 1));
        assertTrue(Checkpointing.choices(1000, 1).getLast().carries() <= 23);
        assertTrue(Checkpointing.choices(1_000_000, 3).size() < 40);
    }

    @Test
    void segmentsEndAsSingleSteps() {
        assertThrows(IllegalArgumentException.class, () -> new Checkpointing(10, List.of(3, 3)));
        assertThrows(IllegalArgumentException.class, () -> new Checkpointing(10, List.of(0, 10)));
        assertThrows(IllegalArgumentException.class, () -> new Checkpointing(10, List.of()));
        assertEquals(List.of(3, 4), new Checkpointing(10, List.of(3, 4)).counts());
    }
}
