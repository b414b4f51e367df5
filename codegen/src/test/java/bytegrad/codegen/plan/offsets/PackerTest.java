package bytegrad.codegen.plan.offsets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

    /** From, end and size of buffers that fall apart into parts, of which a later one does not fit at first: the earlier are then placed once more. */
    @Test
    void partsThatWerePlacedAreTakenBackWithTheOthers() {
        String text = "1-7:5 2-5:5 3-5:1 4-6:5 5-7:5 6-22:5 10-16:3 11-15:1 12-14:3 13-15:1 15-19:3 16-18:3 17-20:3 18-20:3 "
                + "20-23:5 21-23:5 22-27:5 23-26:5 24-29:1 25-30:5 26-28:5 27-29:5 28-33:5 29-31:5 30-32:5 31-33:1 32-35:5 33-35:5";
        List<Interval> buffers = java.util.Arrays.stream(text.split(" ")).map(t -> t.split("[-:]"))
                .map(t -> new Interval(Integer.parseInt(t[0]), Integer.parseInt(t[1]), Integer.parseInt(t[2]))).toList();
        Packing packing = Packer.pack(buffers, 16, 10_000_000);
        check(buffers, packing);
        assertEquals(16, packing.height());
    }

    /** Whether there are offsets within a height: each buffer at every offset. */
    private static boolean fits(List<Interval> buffers, long[] at, int placed, long height) {
        if (placed == buffers.size()) {
            return true;
        }
        Interval b = buffers.get(placed);
        for (at[placed] = 0; at[placed] + b.size() <= height; at[placed]++) {
            boolean free = true;
            for (int j = 0; j < placed && free; j++) {
                Interval o = buffers.get(j);
                boolean together = o.from() < b.end() && b.from() < o.end();
                free = !together || at[placed] + b.size() <= at[j] || at[j] + o.size() <= at[placed];
            }
            if (free && fits(buffers, at, placed + 1, height)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void fewBuffersArePackedAsLowAsCanBe() {
        long seed = 19;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 300; i++) {
            List<Interval> buffers = new ArrayList<>();
            for (int n = 3 + random.nextInt(4); n > 0; n--) {
                int from = random.nextInt(6);
                buffers.add(new Interval(from, from + 1 + random.nextInt(4), random.nextInt(4)));
            }
            Packing packing = Packer.pack(buffers, 0, 1_000_000);
            check(buffers, packing);
            assertFalse(fits(buffers, new long[buffers.size()], 0, packing.height() - 1), buffers.toString());
        }
    }

    /** Cuts a rectangle of time and bytes into pieces. */
    private static void cut(int from, int end, long size, int pieces, SplittableRandom random, List<Interval> into) {
        boolean inTime = end - from > 1 && (size < 2 || random.nextBoolean());
        if (pieces <= 1 || !inTime && size < 2) {
            into.add(new Interval(from, end, size));
        } else if (inTime) {
            int at = from + 1 + random.nextInt(end - from - 1);
            cut(from, at, size, pieces / 2, random, into);
            cut(at, end, size, pieces - pieces / 2, random, into);
        } else {
            long at = 1 + random.nextLong(size - 1);
            cut(from, end, at, pieces / 2, random, into);
            cut(from, end, size - at, pieces - pieces / 2, random, into);
        }
    }

    @Test
    void theSearchFindsPackingsWithoutGaps() {
        int better = 0;
        for (int seed = 0; seed < 20; seed++) {
            List<Interval> buffers = new ArrayList<>();
            cut(0, 100, 1 << 16, 64, new SplittableRandom(seed), buffers);
            Packing packing = Packer.pack(buffers, 0, 20_000_000);
            check(buffers, packing);
            assertEquals(1 << 16, packing.height());
            better += Packer.pack(buffers, 0, 0).height() > 1 << 16 ? 1 : 0;
        }
        assertTrue(better > 10, "greedy orders find nearly all of them as well");
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
