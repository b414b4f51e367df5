package bytegrad.benchmarks.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleTest {
    private static final Map<String, Double> MICROS = Map.of("bytegrad", 10.0, "slow", 30.0, "fast", 12.0, "near", 13.0, "third", 13.1);
    private static final Schedule SCHEDULE = new Schedule(List.of("slow", "fast", "near", "third", "lacking"), List.of("A", "F"), List.of(1), 5, 3);

    private static Measured figure(Turn t) {
        return new Measured(t.workload(), t.contender(), t.threads(), t.round(), "1", MICROS.get(t.contender()), 100, 1100, 50);
    }

    /** Takes all turns, the recorded ones read from a file in each. */
    private static Recorded run(Journal journal, int most) {
        Recorded done = journal.read();
        for (int i = 0; i < most && !SCHEDULE.left(done).isEmpty(); i++) {
            Turn t = SCHEDULE.left(done).getFirst();
            journal.add(t.contender().equals("lacking") ? Recorded.refusal(t, "does not offer it") : figure(t).json());
            done = journal.read();
        }
        return done;
    }

    @Test
    void theFastestOfTheFirstRoundAreInTheOthers(@TempDir Path folder) {
        Recorded done = run(new Journal(folder.resolve("new/record.jsonl")), 1000);
        Map<String, List<Integer>> rounds = new HashMap<>();
        done.figures().all().stream().filter(m -> m.workload().equals("F")).forEach(m -> rounds.computeIfAbsent(m.contender(), _ -> new ArrayList<>()).add(m.round()));
        assertEquals(Map.of("bytegrad", List.of(0, 1, 2, 3, 4), "slow", List.of(0), "fast", List.of(0, 2, 4), "near", List.of(0, 2, 4), "third", List.of(0)), rounds);
        assertEquals(3, done.figures().rounds("F", 1));
        assertEquals(2, done.refusals().size());
    }

    @Test
    void goesOnWhereItWasBrokenOff(@TempDir Path folder) {
        Journal once = new Journal(folder.resolve("once.jsonl"));
        Journal pieces = new Journal(folder.resolve("pieces.jsonl"));
        Recorded expected = run(once, 1000);
        for (int i = 0; i < 40; i++) {
            run(pieces, 1);
        }
        assertEquals(expected, pieces.read());
        assertTrue(SCHEDULE.left(pieces.read()).isEmpty());
    }

    @Test
    void laterProcessesWarmUpAsLongAsFirstOnesTook() {
        Turn t = new Turn("A", 1, "bytegrad", 1);
        assertEquals(8, Turns.warm(t, Recorded.EMPTY, 8));
        assertEquals(1.5, Turns.warm(t, Recorded.EMPTY.with(figure(new Turn("A", 1, "bytegrad", 0))), 8), 1e-12);
        assertEquals(0.5, Turns.warm(t, Recorded.EMPTY.with(new Measured("A", "bytegrad", 1, 0, "1", 10, 100, 101, 50)), 8));
        assertEquals(8, Turns.warm(t, Recorded.EMPTY.with(new Measured("A", "bytegrad", 1, 0, "1", 10, 100, 9e4, 50)), 8));
        assertEquals(0.7, Turns.warm(new Turn("A", 1, "fast", 0), Recorded.EMPTY, 8));
    }
}
