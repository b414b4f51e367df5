package bytegrad.benchmarks.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static Measured figure(String contender, int round, double micros) {
        return new Measured("A", contender, 1, round, contender + "-1", micros, 100, 200, 50);
    }

    private static final Comparison THREE_ROUNDS = new Comparison(List.of(
            figure("bytegrad", 0, 10), figure("slow", 0, 40), figure("fast", 0, 15),
            figure("bytegrad", 1, 12), figure("slow", 1, 30), figure("fast", 1, 24),
            figure("bytegrad", 2, 11), figure("slow", 2, 50), figure("fast", 2, 22)));

    @Test
    void aFigureIsThatOfTheMiddleProcess() {
        assertEquals(11, THREE_ROUNDS.micros("A", 1, "bytegrad"));
        assertEquals(22, THREE_ROUNDS.micros("A", 1, "fast"));
        assertEquals(3, THREE_ROUNDS.forks("A", 1, "slow"));
    }

    @Test
    void ofAnEvenNumberItIsTheMeanOfBothInTheMiddle() {
        assertEquals(2.5, Comparison.median(new double[] {1, 2, 3, 10}));
    }

    @Test
    void theRatioIsThatOfTheFastestLibrary() {
        assertEquals(Optional.of("fast"), THREE_ROUNDS.bestPeer("A", 1));
        assertEquals(2, THREE_ROUNDS.ratio("A", 1));
        assertArrayEquals(new double[] {1.5, 2, 2}, THREE_ROUNDS.ratios("A", 1));
    }

    @Test
    void whoWasLeftOutOfLaterRoundsIsNotTheFastest() {
        Comparison c = new Comparison(List.of(
                figure("bytegrad", 0, 10), figure("lucky", 0, 11), figure("fast", 0, 12), figure("bytegrad", 1, 40), figure("bytegrad", 2, 12), figure("fast", 2, 18)));
        assertEquals(Optional.of("fast"), c.bestPeer("A", 1));
        assertEquals(2, c.rounds("A", 1));
        // Of the rounds 0 and 2 alone.
        assertEquals(15.0 / 11, c.ratio("A", 1), 1e-12);
        assertEquals(12, c.micros("A", 1, "bytegrad"));
    }

    @Test
    void theSpreadIsTheSlowestLessTheFastest() {
        assertEquals(100 * 2 / 11.0, THREE_ROUNDS.spreadPercent("A", 1, "bytegrad"), 1e-12);
    }

    @Test
    void whatIsNotMeasuredHasNoRatio() {
        assertTrue(Double.isNaN(THREE_ROUNDS.ratio("A", 2)));
        assertTrue(Double.isNaN(THREE_ROUNDS.ratio("B", 1)));
        assertTrue(Double.isNaN(new Comparison(List.of(figure("bytegrad", 0, 10))).ratio("A", 1)));
        assertTrue(Double.isNaN(new Comparison(List.of(figure("fast", 0, 10))).ratio("A", 1)));
    }

    @Test
    void figuresAreReadAsTheyWereWritten() {
        Measured m = figure("fast", 4, 12.25);
        assertEquals(m, Measured.of(m.json()));
        Limits l = new Limits(2, 400.5, 300, 200, 50, 30);
        assertEquals(l, Limits.of(l.json()));
    }
}
