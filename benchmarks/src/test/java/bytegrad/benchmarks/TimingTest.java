package bytegrad.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.io.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {
    /** The counts of what happens to a call. */
    private static final class Counted implements Call {
        private int runs;
        private int resets;

        @Override
        public double run() {
            return ++runs;
        }

        @Override
        public void reset() {
            resets++;
        }
    }

    @Test
    void resetsEvery200CallsAndPrintsTheFieldsOfThePeers() {
        Counted call = new Counted();
        Json.Obj json = Timing.of(call, 0.02, 0.02).json("A", 1);
        assertEquals((call.runs - 1) / 200, call.resets);
        assertEquals(
                List.of("workload", "peer", "threads", "n", "median_us", "p10_us", "p90_us", "t_first_ms", "t_steady_ms", "first_call_ms", "rss_mb"),
                List.copyOf(json.members().keySet()));
    }

    @Test
    void measuresTenCallsAtLeast() {
        Counted call = new Counted();
        Json.Obj json = Timing.of(call, 0, 0).json("A", 1);
        assertEquals(15, call.runs);
        assertEquals(Json.of(10L), json.members().get("n"));
        assertTrue(((Json.Num) json.members().get("median_us")).toDouble() >= 0);
    }
}
