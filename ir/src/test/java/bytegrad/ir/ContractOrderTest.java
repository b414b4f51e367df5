package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ContractOrderTest {
    private static ContractOrder of(Integer... extents) {
        return ContractOrder.of(List.of(extents), DType.F32);
    }

    @Test
    void shortOnesAreOneChain() {
        assertTrue(of().isChain());
        assertTrue(of(0).isChain());
        assertTrue(of(1024).isChain());
        assertTrue(of(3, 3, 64).isChain());
        assertTrue(ContractOrder.of(List.of(100_000), DType.I32).isChain());
    }

    @Test
    void longOnesAreRunsOfTheAxisThatExceedsABlock() {
        assertEquals(new ContractOrder(0, 36, 256), of(9216));
        assertEquals(new ContractOrder(0, 5, 205), of(1025));
        assertEquals(new ContractOrder(1, 3, 9), of(32, 26, 26));
        assertEquals(new ContractOrder(0, 250, 8), of(2000, 32));
        assertEquals(new ContractOrder(0, 2000, 1), of(2000, 256));
        assertEquals(new ContractOrder(0, 334, 6), of(2000, 50));
        assertFalse(of(2000, 50).isChain());
    }

    /** Every element is in just one run. */
    @Test
    void runsCoverTheAxis() {
        for (int extent = 1025; extent < 5000; extent += 7) {
            ContractOrder o = of(extent);
            assertTrue((o.runs() - 1) * o.size() < extent && o.runs() * o.size() >= extent && o.size() <= 256, extent + ": " + o);
        }
    }
}
