package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SpecialTest {
    /** x and erf(x), the latter rounded from 60 digits. */
    private static final double[][] ERF = {
        {1e-300, 1.1283791670955126e-300},
        {1e-10, 1.1283791670955126e-10},
        {0.1, 0.1124629160182849},
        {0.5, 0.5204998778130465},
        {0.999, 0.8422852702064969},
        {1.0, 0.8427007929497149},
        {1.25, 0.9229001282564583},
        {1.7, 0.9837904585907745},
        {2.0, 0.9953222650189527},
        {2.5, 0.999593047982555},
        {3.3, 0.9999969422902035},
        {4.0, 0.9999999845827421},
        {5.0, 0.9999999999984626},
        {5.9, 0.9999999999999999},
    };

    @Test
    void erf() {
        for (double[] row : ERF) {
            assertEquals(row[1], Special.erf(row[0]), 1.1 * Math.ulp(row[1]));
            assertEquals(-Special.erf(row[0]), Special.erf(-row[0]));
        }
        assertEquals(1, Special.erf(6));
        assertEquals(-1, Special.erf(-1e300));
        assertEquals(1, Special.erf(Double.POSITIVE_INFINITY));
        assertEquals(-1, Special.erf(Double.NEGATIVE_INFINITY));
        assertTrue(Double.isNaN(Special.erf(Double.NaN)));
        assertEquals(0.0, Special.erf(0.0));
        assertEquals(-0.0, Special.erf(-0.0));
    }

    /** Across the joints of its pieces too, but for a last place. */
    @Test
    void erfAscends() {
        double last = -1;
        for (double x = -6.5; x < 6.5; x += 1.0 / 4096) {
            double y = Special.erf(x);
            assertTrue(y >= last - Math.ulp(last), () -> "falls");
            last = y;
        }
    }

    /** An independent way there, a series in which nothing cancels: 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)). */
    @Test
    void erfAgreesWithItsSeries() {
        for (double x = 0.01; x < 3; x += 0.0101) {
            double term = x;
            double sum = x;
            for (int n = 1; n < 120; n++) {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }
            double want = 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
            assertEquals(want, Special.erf(x), 3e-15 * want);
        }
    }

    @Test
    void sigmoid() {
        assertEquals(0.5, Special.sigmoid(0.0));
        assertEquals(0.5, Special.sigmoid(-0.0));
        assertEquals(1, Special.sigmoid(40));
        assertEquals(1, Special.sigmoid(Double.POSITIVE_INFINITY));
        assertEquals(0, Special.sigmoid(Double.NEGATIVE_INFINITY));
        assertEquals(0, Special.sigmoid(-1e300));
        assertEquals(StrictMath.exp(-740), Special.sigmoid(-740));
        assertEquals(0.7310585786300049, Special.sigmoid(1), 2e-16);
        assertEquals(0.2689414213699951, Special.sigmoid(-1), 1e-16);
        assertTrue(Double.isNaN(Special.sigmoid(Double.NaN)));
    }
}
