package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.TensorType;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InterpreterErrorsTest {
    private final GraphBuilder b = new GraphBuilder();

    private Graph twoInputs() {
        b.output("y", b.add(b.input("x", DType.F32, 2), b.input("z", DType.F32, 2)));
        return b.build();
    }

    private static Value f32(int n) {
        return Value.zeros(TensorType.of(DType.F32, n));
    }

    private static String message(Class<? extends RuntimeException> type, Graph g, Map<String, Value> in) {
        return assertThrows(type, () -> Interpreter.run(g, in)).getMessage();
    }

    @Test
    void missingInput() {
        assertEquals("input \"z\" f32[2] has no value; the inputs are [x, z], given are [x]",
                message(InputBindingException.class, twoInputs(), Map.of("x", f32(2))));
    }

    @Test
    void unknownInput() {
        assertEquals("no input is named \"w\"; there are [x, z]",
                message(InputBindingException.class, twoInputs(), Map.of("x", f32(2), "z", f32(2), "w", f32(2))));
    }

    @Test
    void wrongShapeOrDtype() {
        Graph g = twoInputs();
        assertEquals("input \"z\" must be f32[2] but is f32[3]; the inputs are [x, z]", message(InputBindingException.class, g, Map.of("x", f32(2), "z", f32(3))));
        Value i = Value.zeros(TensorType.of(DType.I32, 2));
        assertEquals("input \"x\" must be f32[2] but is i32[2]; the inputs are [x, z]", message(InputBindingException.class, g, Map.of("x", i, "z", f32(2))));
    }

    @Test
    void gatherOutOfRangeNamesNodeIndexAndBound() {
        Node i = b.input("i", DType.I64, 2);
        b.output("y", b.label(b.gather(b.input("table", DType.F32, 3, 4), i, 0), "rows"));
        Graph g = b.build();
        Value table = Value.zeros(TensorType.of(DType.F32, 3, 4));
        assertEquals("gather rows f32[2,4]: index 3 at position 1 of i i64[2] is not in 0 to 2",
                message(IndexRangeException.class, g, Map.of("table", table, "i", Value.ofLongs(i.type(), 0, 3))));
        assertEquals("gather rows f32[2,4]: index -1 at position 0 of i i64[2] is not in 0 to 2",
                message(IndexRangeException.class, g, Map.of("table", table, "i", Value.ofLongs(i.type(), -1, 3))));
    }

    @Test
    void scatterOutOfRange() {
        Node i = b.input("i", DType.I32, 2);
        b.output("y", b.scatterAdd(b.input("u", DType.F32, 2), i, 0, 5));
        assertEquals("scatter_add %4 f32[5]: index 7 at position 0 of i i32[2] is not in 0 to 4",
                message(IndexRangeException.class, b.build(), Map.of("u", f32(2), "i", Value.of(i.type(), 7, 0))));
    }

    @Test
    void sessionStateIsChecked() {
        Node s = b.input("s", DType.F32, 2);
        b.update(s, b.neg(s));
        Graph g = b.build();
        assertEquals("state \"s\" must be f32[2] but has no initial value",
                assertThrows(InputBindingException.class, () -> new InterpreterSession(g, Map.of())).getMessage());
        assertEquals("state \"s\" must be f32[2] but is f32[3]",
                assertThrows(InputBindingException.class, () -> new InterpreterSession(g, Map.of("s", f32(3)))).getMessage());
        assertEquals("no state is named \"t\"; there are [s]",
                assertThrows(InputBindingException.class, () -> new InterpreterSession(g, Map.of("s", f32(2), "t", f32(2)))).getMessage());
    }

    @Test
    void valuesAreChecked() {
        TensorType two = TensorType.of(DType.I32, 2);
        assertEquals("value i32[2] needs 2 elements but has 1", assertThrows(GraphException.class, () -> Value.of(two, 1)).getMessage());
        assertEquals("value 0.5 is not an i32", assertThrows(GraphException.class, () -> Value.of(two, 1, 0.5)).getMessage());
        assertEquals("value 4294967296 does not fit i32", assertThrows(GraphException.class, () -> Value.ofLongs(two, 1, 1L << 32)).getMessage());
        assertEquals("f32[2] holds no integers; read it with at(i)", assertThrows(IllegalStateException.class, () -> f32(2).longAt(0)).getMessage());
    }
}
