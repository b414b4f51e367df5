package bytegrad.benchmarks.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.benchmarks.Demand;
import bytegrad.ir.text.GraphPrinter;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RandomShapeTest {
    @Test
    void theSameSeedAndNumberIsTheSameGraph() {
        for (int number = 0; number < 6; number++) {
            RandomShape shape = RandomShape.of(1, number);
            assertEquals(shape.description(), RandomShape.of(1, number).description());
            assertEquals(GraphPrinter.print(shape.graph()), GraphPrinter.print(RandomShape.of(1, number).graph()));
            assertNotEquals(shape.description(), RandomShape.of(2, number).description());
        }
    }

    @Test
    void everyKindIsThereForwardAndBackward() {
        Set<String> kinds = new TreeSet<>();
        for (int number = 0; number < 30; number++) {
            RandomShape shape = RandomShape.of(1, number);
            boolean backward = shape.description().endsWith("gradients") || shape.description().endsWith("step");
            kinds.add(shape.kind() + (backward ? " backward" : " forward"));
        }
        assertEquals(6, kinds.size(), kinds::toString);
    }

    @Test
    void computeBoundIsWhatContractionsTakeMostOf() {
        Roofline limits = new Roofline(200, 100, 40, 20);
        assertTrue(limits.computeBound(new Demand(1e8, 1e6, 1e6), 1 << 20));
        assertFalse(limits.computeBound(new Demand(1e8, 1e8, 1e6), 1 << 20), "as many other operations");
        assertFalse(limits.computeBound(new Demand(1e8, 1e6, 1e8), 1 << 28), "5 ms of bytes for half a millisecond of operations");
        assertFalse(limits.computeBound(new Demand(5e5, 0, 0), 1 << 10), "too small");
    }
}
