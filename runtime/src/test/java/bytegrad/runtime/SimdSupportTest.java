package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.SimdSupport.Choice;
import bytegrad.runtime.SimdSupport.Jvm;
import org.junit.jupiter.api.Test;

class SimdSupportTest {
    private static final String HOTSPOT = "OpenJDK 64-Bit Server VM";
    private static final String MIXED = "mixed mode, sharing";
    private static final Jvm WIDE = new Jvm(true, 512, HOTSPOT, MIXED);
    private static final Jvm WITHOUT_MODULE = new Jvm(false, 0, HOTSPOT, MIXED);

    @Test
    void takesThePreferredWidth() {
        for (int bits : new int[] {128, 256, 512}) {
            assertEquals(bits, SimdSupport.decide(null, new Jvm(true, bits, HOTSPOT, MIXED)).bits());
        }
        assertEquals(512, SimdSupport.decide("auto", new Jvm(true, 2048, HOTSPOT, MIXED)).bits());
        assertEquals(256, SimdSupport.decide("", new Jvm(true, 384, HOTSPOT, MIXED)).bits());
    }

    private static void assertScalar(Jvm jvm, String because) {
        Choice c = SimdSupport.decide(null, jvm);
        assertTrue(c.isScalar());
        assertTrue(c.reason().contains(because), c.reason());
    }

    @Test
    void isScalarWhereVectorsWouldNotPay() {
        assertScalar(WITHOUT_MODULE, "--add-modules jdk.incubator.vector");
        assertScalar(new Jvm(true, 64, HOTSPOT, MIXED), "64 bits");
        assertScalar(new Jvm(true, 512, HOTSPOT, "interpreted mode"), "C2");
        assertScalar(new Jvm(true, 512, HOTSPOT, "mixed mode, emulated-client, sharing"), "C2");
        assertScalar(new Jvm(true, 512, "OpenJDK 64-Bit Zero VM", MIXED), "C2");
        assertScalar(new Jvm(true, 512, "Eclipse OpenJ9 VM", "JRE 17"), "OpenJ9");
    }

    @Test
    void thePropertyOverrides() {
        assertEquals(0, SimdSupport.decide("off", WIDE).bits());
        assertEquals(128, SimdSupport.decide("128", WIDE).bits());
        assertEquals(256, SimdSupport.decide(" 256 ", new Jvm(true, 128, "Eclipse OpenJ9 VM", "")).bits());
        assertEquals(0, SimdSupport.decide("off", WITHOUT_MODULE).bits());
    }

    @Test
    void saysWhatIsWrongWithTheProperty() {
        for (String bad : new String[] {"64", "1024", "on", "OFF", "128bit"}) {
            SimdException e = assertThrows(SimdException.class, () -> SimdSupport.decide(bad, WIDE));
            assertEquals("system property bytegrad.simd is '" + bad + "', but must be auto, off, 128, 256 or 512", e.getMessage());
        }
        SimdException e = assertThrows(SimdException.class, () -> SimdSupport.decide("256", WITHOUT_MODULE));
        assertTrue(e.getMessage().contains("--add-modules jdk.incubator.vector"), e.getMessage());
    }

    @Test
    void decidesOnce() {
        assertSame(SimdSupport.choice(), SimdSupport.choice());
    }

    /** The tests run with the module. */
    @Test
    void seesTheModule() {
        SimdSupport.requireModule();
    }
}
