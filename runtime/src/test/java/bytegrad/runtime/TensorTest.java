package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
    @ParameterizedTest
    @EnumSource
    void zerosHaveTheArrayOfTheirType(ElementType type) {
        Tensor tensor = Tensor.zeros(type, 2, 3);
        assertEquals(type.arrayType(), tensor.array().getClass());
        assertEquals(6, Array.getLength(tensor.array()));
        assertEquals(6L * type.bytes(), tensor.byteSize());
        assertEquals(type.text() + "[2,3]", tensor.typeText());
        assertEquals(tensor, tensor.copy());
        assertEquals(tensor.hashCode(), tensor.copy().hashCode());
        assertNotSame(tensor.array(), tensor.copy().array());
    }

    @Test
    void wrapsTheArrayOfTheCaller() {
        float[] data = {1, 2, 3, 4, 5, 6};
        Tensor tensor = Tensor.of(data, 2, 3);
        assertSame(data, tensor.floats());
        data[0] = 9;
        assertEquals(9, tensor.floats()[0]);
        assertSame(data, tensor.reshape(3, 2).floats());
        assertSame(data, Tensor.ofArray(data, 6).floats());
    }

    @Test
    void shapeCannotBeChangedFromOutside() {
        int[] shape = {2, 1};
        Tensor tensor = Tensor.of(new int[2], shape);
        shape[0] = 7;
        tensor.shape()[1] = 7;
        assertArrayEquals(new int[] {2, 1}, tensor.shape());
        assertTrue(tensor.hasShape(2, 1));
        assertEquals(2, tensor.dim(0));
    }

    @Test
    void ranksFromZeroToEight() {
        assertEquals(0, Tensor.scalar(1f).rank());
        assertEquals(1, Tensor.scalar(1f).size());
        assertEquals(1, Tensor.sizeOf(1, 1, 1, 1, 1, 1, 1, 1));
        assertEquals(0, Tensor.zeros(ElementType.I64, 4, 0, 2).size());
        TensorException e = assertThrows(TensorException.class, () -> Tensor.sizeOf(1, 1, 1, 1, 1, 1, 1, 1, 1));
        assertEquals("rank 9 is over the limit of 8", e.getMessage());
    }

    @Test
    void impossibleShapesAreRefused() {
        assertEquals(Integer.MAX_VALUE, Tensor.sizeOf(Integer.MAX_VALUE));
        TensorException big = assertThrows(TensorException.class, () -> Tensor.sizeOf(65536, 32768));
        assertEquals("shape [65536,32768] has more than 2147483647 elements", big.getMessage());
        int most = Integer.MAX_VALUE;
        assertThrows(TensorException.class, () -> Tensor.sizeOf(most, most, most, most, most, most, most, most));
        assertThrows(TensorException.class, () -> Tensor.sizeOf(0, most, most));
        assertThrows(TensorException.class, () -> Tensor.sizeOf(-1));
        TensorException length = assertThrows(TensorException.class, () -> Tensor.of(new float[5], 2, 3));
        assertEquals("f32[2,3] has 6 elements; the array has 5", length.getMessage());
        TensorException kind = assertThrows(TensorException.class, () -> Tensor.ofArray(new char[1]));
        assertEquals("no tensor is stored in a char[]", kind.getMessage());
    }

    @Test
    void accessorsNameTheActualType() {
        Tensor f64 = Tensor.of(new double[2], 2);
        TensorException e = assertThrows(TensorException.class, f64::floats);
        assertEquals("the tensor is f64[2], not f32", e.getMessage());
        assertThrows(TensorException.class, f64::ints);
        assertThrows(TensorException.class, f64::longs);
        assertThrows(TensorException.class, f64::booleans);
        assertThrows(TensorException.class, Tensor.scalar(1f)::doubles);
        assertEquals(1, Tensor.scalar(1.0).doubles()[0]);
        assertEquals(1, Tensor.scalar(1).ints()[0]);
        assertEquals(1L, Tensor.scalar(1L).longs()[0]);
        assertTrue(Tensor.scalar(true).booleans()[0]);
    }

    @Test
    void equalityIsByBitsButAllNansAreOne() {
        assertNotEquals(Tensor.scalar(0f), Tensor.scalar(-0f));
        assertNotEquals(Tensor.scalar(0.0), Tensor.scalar(-0.0));
        assertEquals(Tensor.scalar(Float.NaN), Tensor.scalar(Float.intBitsToFloat(0x7fc12345)));
        assertEquals(Tensor.scalar(Double.NaN), Tensor.scalar(Double.longBitsToDouble(0xfff8000000000001L)));
        assertNotEquals(Tensor.of(new int[2], 2), Tensor.of(new int[2], 1, 2));
        assertNotEquals(Tensor.of(new int[2], 2), Tensor.of(new long[2], 2));
        assertNotEquals(Tensor.scalar(1), "1");
    }

    @Test
    void textIsShort() {
        assertEquals("i32[] {7}", Tensor.scalar(7).toString());
        assertEquals("bool[2] {true, false}", Tensor.of(new boolean[] {true, false}, 2).toString());
        assertEquals("f32[0] {}", Tensor.of(new float[0], 0).toString());
        assertEquals("i64[7] {0, 0, 0, 0, 0, 0, …}", Tensor.of(new long[7], 7).toString());
        assertEquals("f64[1] {0.5}", Tensor.of(new double[] {0.5}, 1).toString());
    }

    @Test
    void messagesAreOnePrintableLine() {
        InputException e = new InputException("a\nb\u001b[31m", "expected f32[2], got f32[3]");
        assertEquals("'a\\u000ab\\u001b[31m': expected f32[2], got f32[3]", e.getMessage());
        assertEquals("a\nb\u001b[31m", e.tensor());
        String marks = new BytegradException("\u2028\u202e\u200f").getMessage();
        assertEquals("\\u2028\\u202e\\u200f", marks);
        assertTrue(new BytegradException("x".repeat(1_000_000)).getMessage().length() < 3000);
        FormatException place = new FormatException("f", 3, "why");
        assertEquals("f: byte 3: why", place.getMessage());
        assertEquals("f 3 why", place.place() + " " + place.offset() + " " + place.reason());
    }
}
