package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What cannot be made of the user's numbers: the message names the op, the operand and the user's line, once. */
final class BuilderErrorsTest {
    private final GraphBuilder b = new GraphBuilder();
    private final Node x = b.input("x", DType.F32, 2, 3);
    private final Node n = b.input("n", DType.I32);

    private static void refused(String message, Executable call) {
        String actual = String.valueOf(assertThrows(GraphException.class, call).getMessage());
        assertTrue(actual.matches("(?s).* \\(at BuilderErrorsTest\\.java:\\d+\\)"), actual);
        assertEquals(message, actual.replaceAll(" \\(at BuilderErrorsTest\\.java:\\d+\\)$", ""));
    }

    @Test
    void shapes() {
        refused("reshape of f32[2,3]: shape [-1, 2] has a negative extent; extents are not inferred", () -> b.reshape(x, -1, 2));
        refused("reshape of f32[2,3]: shape [-2, -3] has a negative extent", () -> b.reshape(x, -2, -3));
        refused("input \"z\": shape [-1, 3] has a negative extent; extents are not inferred", () -> b.input("z", DType.F32, -1, 3));
        refused("input \"z\": shape [100000, 100000] has more than 2^31-1 elements", () -> b.input("z", DType.F32, 100_000, 100_000));
        refused("scatter_add of f32[2,3], i32[2]: shape [-5, 3] has a negative extent", () -> b.scatterAdd(x, b.input("i", DType.I32, 2), 0, -5));
        refused("random: shape [-3] has a negative extent", () -> b.random(b.constant(DType.I64, 1), DType.I32, -3));
        refused("input \"z\": shape [1, 1, 1, 1, 1, 1, 1, 1, 1] has rank 9, over the limit of 8", () -> b.input("z", DType.F32, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    }

    @Test
    @SuppressWarnings("NullAway")
    void nulls() {
        Node none = null;
        refused("add: operand 1 is null", () -> b.add(x, none));
        refused("mul: the operand is null", () -> b.mul(none, 2));
        refused("reduce_sum: the operand is null", () -> b.sumAll(none));
        refused("reduce_sum: the operand is null", () -> b.sum(none, 0));
        refused("matmul: operand 0 is null", () -> b.matmul(none, x));
        refused("reshape: the operand is null", () -> b.reshape(none, 2));
        refused("output \"y\": the operand is null", () -> b.output("y", none));
    }

    @Test
    void numbers() {
        refused("constant 3.0E9 is not an i32", () -> b.constant(DType.I32, 3e9));
        refused("constant 256.0 is not a u8", () -> b.full(TensorType.of(DType.U8, 2), 256));
        refused("mul of i32[]: constant 0.5 is not an i32", () -> b.mul(n, 0.5));
        refused("add of i32[]: constant 1.0E10 is not an i32", () -> b.add(n, 1e10));
        refused("pow of i32[]: constant NaN is not an i32", () -> b.pow(n, Double.NaN));
        refused("clip of i32[]: constant 0.5 is not an i32", () -> b.clip(n, 0.5, 2));
    }
}
