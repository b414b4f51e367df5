package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long methods are called for HotSpot to compile them. */
@Timeout(60)
class RehearsalTest {
    /** Two methods, of which the first is told how far to go. */
    private static final class Counted extends Program {
        private final int[] empty = new int[2];
        private int real;

        @Override
        protected void steps(Slabs slabs, ParallelFor loops) {}

        @Override
        protected void updates(Slabs slabs, ParallelFor loops) {}

        @Override
        protected int rehearsals() {
            return 2;
        }

        @Override
        protected int microKernels() {
            return 1;
        }

        @Override
        protected void rehearse(int number, int turns, Slabs slabs) {
            if (slabs == Slabs.NONE) {
                empty[number]++;
            } else {
                assertEquals(0, number);
                real++;
            }
        }
    }

    private final Counted program = new Counted();
    private final Rehearsal rehearsal = new Rehearsal(program, new Arena(0, 0, 0, 0, 0));

    private int calls() {
        return program.empty[1];
    }

    /** Micro-kernels until one allocates nothing; then all others, some between two runs, until a run does not. */
    @Test
    void untilARunAllocatesNothing() {
        rehearsal.goOn(Long.MAX_VALUE);
        assertTrue(rehearsal.areMicroKernelsReady());
        int first = calls();
        assertTrue(first > 0 && program.real > 0);
        for (int run = 0; run < 3; run++) {
            int before = calls();
            rehearsal.goOnBetweenRuns(Long.MAX_VALUE, true);
            assertTrue(calls() > before);
            assertFalse(rehearsal.isOver());
        }
        int before = calls();
        rehearsal.goOnBetweenRuns(Long.MAX_VALUE, false);
        assertEquals(before, calls());
        assertTrue(rehearsal.isOver());
    }

    /** A run that allocates nothing before methods had their calls says nothing. */
    @Test
    void notBeforeTheirTurn() {
        rehearsal.goOn(Long.MAX_VALUE);
        rehearsal.goOnBetweenRuns(Long.MAX_VALUE, false);
        assertFalse(rehearsal.isOver());
        rehearsal.goOnBetweenRuns(Long.MAX_VALUE, false);
        assertTrue(rehearsal.isOver());
    }

    /** Runs that allocate for good end it, too. */
    @Test
    void notForGood() {
        int slices = 0;
        while (!rehearsal.isOver()) {
            rehearsal.goOnBetweenRuns(Long.MAX_VALUE, true);
            assertTrue(++slices < 1000);
        }
    }
}
