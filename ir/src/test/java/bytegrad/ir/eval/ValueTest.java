package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import org.junit.jupiter.api.Test;

final class ValueTest {
    private static final TensorType TWO = TensorType.of(DType.F64, 2);

    @Test
    void equalByBitsWithNansAlike() {
        double otherNan = Double.longBitsToDouble(0x7ff8000000000001L);
        assertEquals(Value.of(TWO, Double.NaN, 1), Value.of(TWO, otherNan, 1));
        assertEquals(Value.of(TWO, Double.NaN, 1).hashCode(), Value.of(TWO, otherNan, 1).hashCode());
        assertNotEquals(Value.of(TWO, 0.0, 1), Value.of(TWO, -0.0, 1));
        assertNotEquals(Value.of(TWO, 1, 2), Value.of(TensorType.of(DType.F32, 2), 1, 2));
    }

    @Test
    void holdsItsOwnCopy() {
        double[] d = {1, 2};
        Value v = Value.of(TWO, d);
        d[0] = 9;
        v.doubles()[1] = 9;
        assertArrayEquals(new double[] {1, 2}, v.doubles());
    }

    @Test
    void fromLiteralsUniformOrNot() {
        assertEquals(Value.of(TWO, 3, 3), Value.from(Literal.of(Shape.of(2), 3.0, 3.0)));
        assertEquals(Value.ofFloats(Shape.of(2), 0.1f, -0f), Value.from(Literal.of(Shape.of(2), 0.1f, -0f)));
        assertEquals(Value.ofLongs(TensorType.of(DType.I64, 2), Long.MAX_VALUE, -1), Value.from(Literal.of(Shape.of(2), Long.MAX_VALUE, -1L)));
        assertEquals(Value.ofLongs(TensorType.of(DType.BOOL, 2), 1, 0), Value.from(Literal.of(Shape.of(2), true, false)));
        assertEquals(0, Value.from(Literal.of(Shape.of(0), new float[0])).size());
    }

    @Test
    void roundsOnlyWhenAsked() {
        Value v = Value.of(TensorType.of(DType.F32, 1), 0.1);
        assertEquals(0.1, v.at(0));
        assertEquals((double) 0.1f, v.rounded().at(0));
    }

    @Test
    void prints() {
        assertEquals("f64[2](1.0, NaN)", Value.of(TWO, 1, Double.NaN).toString());
        assertEquals("i32[9](0, 0, 0, 0, 0, 0, 0, 0, …)", Value.zeros(TensorType.of(DType.I32, 9)).toString());
        assertEquals("bool[](true)", Value.scalar(DType.BOOL, 1).toString());
    }
}
