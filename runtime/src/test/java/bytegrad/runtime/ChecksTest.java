package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ChecksTest {
    @Test
    void indicesInside() {
        assertEquals(0, Checks.index(0, 1, "x"));
        assertEquals(9, Checks.index(9, 10, "x"));
        assertEquals(9, Checks.index(9L, 10, "x"));
        assertEquals(Integer.MAX_VALUE - 1, Checks.index(Integer.MAX_VALUE - 1L, Integer.MAX_VALUE, "x"));
    }

    @Test
    void indicesOutside() {
        IndexException e = assertThrows(IndexException.class, () -> Checks.index(12, 10, "loss.label"));
        assertEquals("loss.label: index 12 is not in 0 to 9", e.getMessage());
        assertEquals(12, e.index());
        assertEquals(10, e.extent());
        assertThrows(IndexException.class, () -> Checks.index(-1, 10, "x"));
        assertThrows(IndexException.class, () -> Checks.index(-1L, 10, "x"));
        // Its low 32 bits would be inside.
        e = assertThrows(IndexException.class, () -> Checks.index((1L << 32) + 1, 10, "x"));
        assertEquals("x: index 4294967297 is not in 0 to 9", e.getMessage());
        e = assertThrows(IndexException.class, () -> Checks.index(0, 0, "x"));
        assertEquals("x: index 0 into an empty axis", e.getMessage());
    }
}
