package bytegrad.codegen.plan.offsets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.plan.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PackerTest {
    private static void check(List<Interval> buffers, Packing packing) {
        for (int i = 0; i < buffers.size(); i++) {
            Interval a = buffers.get(i);
            long at = packing.offsets().get(i);
            assertTrue(at >= 0 && at + a.size() <= packing.height());
            for (int j = 0; j < i; j++) {
                Interval b = buffers.get(j);
                long other = packing.offsets().get(j);
                boolean together = a.from() < b.end() && b.from() < a.end();
                assertTrue(!together || at + a.size() <= other || other + b.size() <= at, i + " and " + j);
            }
        }
    }

    @Test
    void randomPackingsAreValid() {
        long seed = 3;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            List<Interval> buffers = new ArrayList<>();
            for (int n = 1 + random.nextInt(25); n > 0; n--) {
                int from = random.nextInt(20);
                buffers.add(new Interval(from, from + 1 + random.nextInt(10), random.nextInt(9)));
            }
            Packing quick = Packer.pack(buffers, 0, 0);
            Packing slow = Packer.pack(buffers, 0, 20_000);
            check(buffers, quick);
            check(buffers, slow);
            assertTrue(slow.height() <= quick.height());
            assertEquals(slow, Packer.pack(buffers, 0, 20_000));
        }
    }

    @Test
    void manyBuffersAreWalked() {
        List<Interval> buffers = new ArrayList<>();
        for (int i = 0; i < 7000; i++) {
            buffers.add(new Interval(i, i + 1 + i % 5, 1 + i % 7));
        }
        check(buffers, Packer.pack(buffers, 0, 0));
    }

    @Test
    void emptyTimesAndNegativeSizesAreNoBuffers() {
        assertThrows(PlanException.class, () -> new Interval(3, 3, 1));
        assertThrows(PlanException.class, () -> new Interval(0, 1, -1));
        assertEquals(0, Packer.pack(List.of(), 0, 100).height());
    }
}
