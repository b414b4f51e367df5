package bytegrad.benchmarks.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check.sh 06 kill-9}, with fewer kills. */
class KillsTest {
    private static final int KILLS = 30;

    @Test
    void aTrainingThatIsKilledEndsAsIfNobodyHad(@TempDir Path folder) {
        Kills all = Kills.of(folder, KILLS, Long.getLong("bytegrad.seed", 20260101));
        assertEquals(List.of(), all.failures());
        assertTrue(all.kills() >= KILLS && all.trainings() >= 1, all.toString());
    }
}
