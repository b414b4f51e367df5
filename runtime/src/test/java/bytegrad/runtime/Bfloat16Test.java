package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Rounding to bf16, against comparison of exact decimals. */
final class Bfloat16Test {
    /** Of the two bf16 around a number the closer, or the even one, found by comparing exactly. */
    private static short nearest(double v) {
        BigDecimal x = new BigDecimal(v).abs();
        int below = 0;
        for (int bit = 1 << 14; bit > 0; bit >>= 1) {
            below |= value(below | bit).compareTo(x) <= 0 ? bit : 0;
        }
        int side = x.subtract(value(below)).compareTo(value(below + 1).subtract(x));
        int bits = Math.min(0x7f80, side < 0 || side == 0 && (below & 1) == 0 ? below : below + 1);
        return (short) (Math.copySign(1, v) < 0 ? bits | 0x8000 : bits);
    }

    /** Of positive bits; the infinite one is what would follow the greatest number. */
    private static BigDecimal value(int bits) {
        int exponent = Math.max(1, bits >> 7) - 127 - 7;
        BigDecimal fraction = BigDecimal.valueOf((bits & 127) + (bits >> 7 > 0 ? 128 : 0));
        return exponent >= 0 ? fraction.multiply(BigDecimal.TWO.pow(exponent)) : fraction.divide(BigDecimal.TWO.pow(-exponent));
    }

    @Test
    void everyBfloat16ComesBack() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            short h = (short) bits;
            float v = Bfloat16.toFloat(h);
            assertEquals(h << 16, Float.floatToRawIntBits(v));
            // A signalling NaN becomes a quiet one.
            assertEquals(Float.isNaN(v) ? (short) (h | 0x40) : h, Bfloat16.ofDouble(v));
            assertEquals(Float.isNaN(v) ? (short) (h | 0x40) : h, Bfloat16.ofFloat(v));
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
                float f = (float) m;
                assertEquals((short) (even | sign), Bfloat16.ofFloat(f));
                assertEquals((short) (below | sign), Bfloat16.ofFloat(Math.nextAfter(f, 0)));
                assertEquals((short) (above | sign), Bfloat16.ofFloat(Math.nextAfter(f, m * Double.POSITIVE_INFINITY)));
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
    void nearestOfRandomNumbers() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            double d = Double.longBitsToDouble(random.nextLong());
            float f = Float.intBitsToFloat(random.nextInt());
            if (Double.isFinite(d) && Float.isFinite(f)) {
                assertEquals(nearest(d), Bfloat16.ofDouble(d), () -> d + "");
                assertEquals(nearest(f), Bfloat16.ofDouble(f), () -> f + "");
                assertEquals(nearest(f), Bfloat16.ofFloat(f), () -> f + "");
            }
        }
        for (double d : new double[] {Double.MIN_VALUE, -Double.MIN_VALUE, Double.MAX_VALUE, 0x1.fep127, 0x1.fefffffffp127, 0x1.ffp127, -0x1.ffp127, 0x1p-133, 0x1p-134,
            0x1.000000000001p-134, -0.0, 0x1p-1000, -0x1p1000}) {
            assertEquals(nearest(d), Bfloat16.ofDouble(d), () -> d + "");
        }
        assertEquals((short) 0x7f80, Bfloat16.ofDouble(Double.POSITIVE_INFINITY));
        assertEquals((short) 0xff80, Bfloat16.ofDouble(Double.NEGATIVE_INFINITY));
        assertTrue(Float.isNaN(Bfloat16.toFloat(Bfloat16.ofDouble(Double.NaN))));
        assertTrue(Float.isNaN(Bfloat16.toFloat(Bfloat16.ofDouble(Float.intBitsToFloat(0x7f800001)))));
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
