package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/** Rounding to bf16. */
final class Bfloat16Test {
    @Test
    void everyBfloat16ComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short h = (short) bits;
            float v = Bfloat16.toFloat(h);
            assertEquals(h << 16, Float.floatToRawIntBits(v));
            // A signalling NaN becomes a quiet one.
            assertEquals(Float.isNaN(v) ? (short) (h | 0x40) : h, Bfloat16.ofDouble(v));
        }
    }

    /** Between every two neighbours: the middle goes to the even one, the least step off it to the closer one. */
    @Test
    void halfwayCases() {
        for (int bits = 0; bits < 0x7f80; bits++) {
            short below = (short) bits;
            short above = (short) (bits + 1);
            short even = (bits & 1) == 0 ? below : above;
            float middle = Float.intBitsToFloat(bits << 16 | 0x8000);
            for (int sign : new int[] {0, 0x8000}) {
                double m = sign == 0 ? middle : -middle;
                assertEquals((short) (even | sign), Bfloat16.ofDouble(m));
                // By way of a float these would be the middle.
                assertEquals((short) (below | sign), Bfloat16.ofDouble(toZero(m)));
                assertEquals((short) (above | sign), Bfloat16.ofDouble(away(m)));
            }
        }
    }

    private static double toZero(double v) {
        return Math.nextAfter(v, 0);
    }

    private static double away(double v) {
        return Math.nextAfter(v, v * Double.POSITIVE_INFINITY);
    }

    @Test
    void extremes() {
        assertEquals((short) 0x7f80, Bfloat16.ofDouble(Double.MAX_VALUE));
        assertEquals((short) 0xff80, Bfloat16.ofDouble(Double.NEGATIVE_INFINITY));
        assertEquals((short) 0x7f7f, Bfloat16.ofDouble(0x1.fefffffffp127));
        assertEquals((short) 0x7f80, Bfloat16.ofDouble(0x1.ffp127));
        assertEquals((short) 0x8000, Bfloat16.ofDouble(-Double.MIN_VALUE));
        assertEquals((short) 0, Bfloat16.ofDouble(0x1p-134));
        assertEquals((short) 1, Bfloat16.ofDouble(0x1.000000000001p-134));
        assertTrue(Float.isNaN(Bfloat16.toFloat(Bfloat16.ofDouble(Double.NaN))));
    }

    /** A long that no double holds is not rounded twice. */
    @Test
    void longs() {
        for (int power = 8; power < 63; power++) {
            for (long unit = 128; unit < 256; unit++) {
                long v = power >= 7 && power < 62 - 7 ? unit << power : unit << power - 8;
                for (long off : new long[] {0, 1, -1, Long.lowestOneBit(v) >> 1}) {
                    long x = v + (Long.highestOneBit(v) >> 8) + off;
                    BigDecimal exact = BigDecimal.valueOf(x);
                    short h = Bfloat16.ofLong(x);
                    float at = Bfloat16.toFloat(h);
                    BigDecimal error = exact.subtract(new BigDecimal(at)).abs();
                    for (short next : new short[] {(short) (h - 1), (short) (h + 1)}) {
                        int closer = error.compareTo(exact.subtract(new BigDecimal(Bfloat16.toFloat(next))).abs());
                        assertTrue(closer < 0 || closer == 0 && (h & 1) == 0, () -> x + "");
                    }
                    assertEquals((short) (h | 0x8000), Bfloat16.ofLong(-x));
                }
            }
        }
        assertEquals((short) 0xdf00, Bfloat16.ofLong(Long.MIN_VALUE));
        assertEquals((short) 0x5f00, Bfloat16.ofLong(Long.MAX_VALUE));
        assertEquals((short) 0, Bfloat16.ofLong(0));
    }
}
