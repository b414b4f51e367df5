package bytegrad.benchmarks.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.plan.remat.Effort;
import org.junit.jupiter.api.Test;

class SmallGraphsTest {
    private static final long SEED = 5;

    @Test
    void thePlannerFindsTheBest() {
        System.out.println("seed " + SEED);
        SmallGraphs all = SmallGraphs.measure(300, SEED, Effort.STANDARD);
        assertEquals(0, all.below());
        assertEquals(all.feasible(), all.found());
        assertEquals(all.feasible(), all.equal());
        assertTrue(all.feasible() > 100, all.toString());
    }

    @Test
    void heuristicsAreNeverBetterThanPossible() {
        System.out.println("seed " + SEED);
        assertEquals(0, SmallGraphs.measure(100, SEED, Effort.STANDARD.withExact(false).withSteps(100_000)).below());
    }
}
