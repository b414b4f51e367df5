package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Windows, their sums and padding between elements: values by hand, and what is refused. */
class WindowTest {
    private final GraphBuilder b = new GraphBuilder();

    private Node f64(Shape shape, double... values) {
        return b.constant(Literal.of(shape, values));
    }

    private static int[] ints(int... values) {
        return values;
    }

    private void check(Node y, Shape shape, double... expected) {
        b.output("y", y);
        Value v = Interpreter.run(b.build(), Map.of()).output("y");
        assertEquals(shape, v.shape());
        assertEquals(Arrays.toString(expected), Arrays.toString(v.doubles()));
    }

    @Test
    void windowsOverlap() {
        check(b.window(f64(Shape.of(4), 1, 2, 3, 4), ints(0), ints(2), ints(1), ints(1)), Shape.of(3, 2), 1, 2, 2, 3, 3, 4);
    }

    @Test
    void windowsWithStrideAndDilation() {
        check(b.window(f64(Shape.of(8), 0, 1, 2, 3, 4, 5, 6, 7), ints(0), ints(3), ints(2), ints(2)), Shape.of(2, 3), 0, 2, 4, 2, 4, 6);
    }

    @Test
    void theAxesOfTheWindowsComeLast() {
        Node x = f64(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
        check(b.window(x, ints(0), ints(2), ints(1), ints(1)), Shape.of(2, 2, 2), 1, 3, 2, 4, 3, 5, 4, 6);
    }

    @Test
    void overlappingWindowsAreAdded() {
        Op.Window w = new Op.Window(List.of(0), List.of(2), List.of(1), List.of(1));
        check(b.overlapAdd(f64(Shape.of(3, 2), 1, 2, 3, 4, 5, 6), w, Shape.of(4)), Shape.of(4), 1, 5, 9, 6);
    }

    @Test
    void whatNoWindowReachesIsZero() {
        Op.Window w = new Op.Window(List.of(0), List.of(2), List.of(4), List.of(2));
        check(b.overlapAdd(f64(Shape.of(2, 2), 1, 2, 3, 4), w, Shape.of(9)), Shape.of(9), 1, 0, 2, 0, 3, 0, 4, 0, 0);
    }

    /** 1e16 + 1 is 1e16: the windows are added with ascending i, whose taps descend. */
    @Test
    void additionsAscendByWindow() {
        Op.Window w = new Op.Window(List.of(0), List.of(3), List.of(1), List.of(1));
        double[] x = {0, 0, 1e16, 0, 1, 0, 1, 0, 0};
        check(b.overlapAdd(f64(Shape.of(3, 3), x), w, Shape.of(5)), Shape.of(5), 0, 0, 1e16, 0, 0);
        // The other way round the ones would have come first: 1 + 1 + 1e16.
        assertEquals(1e16, 1e16 + 1 + 1);
        assertTrue(1 + 1 + 1e16 > 1e16);
    }

    @Test
    void integersWrap() {
        Op.Window w = new Op.Window(List.of(0), List.of(2), List.of(1), List.of(1));
        Node x = b.constant(Literal.of(Shape.of(2, 2), 1, Integer.MAX_VALUE, 1, 2));
        b.output("y", b.overlapAdd(x, w, Shape.of(3)));
        assertEquals("[1, -2147483648, 2]", Arrays.toString(Interpreter.run(b.build(), Map.of()).output("y").longs()));
    }

    @Test
    void padBetween() {
        check(b.pad(f64(Shape.of(2, 2), 1, 2, 3, 4), ints(0, 1), ints(1, 0), ints(1, 2), 9), Shape.of(4, 5),
                9, 1, 9, 9, 2, 9, 9, 9, 9, 9, 9, 3, 9, 9, 4, 9, 9, 9, 9, 9);
    }

    private static void refused(Executable e, String what) {
        String message = String.valueOf(assertThrows(GraphException.class, e).getMessage());
        assertTrue(message.contains(what), message);
    }

    @Test
    void refusals() {
        Node x = b.input("x", DType.F32, 2, 5);
        refused(() -> b.window(x, ints(1), ints(3), ints(1), ints(3)),
                "window of f32[2,5]: axis 1 of 5 elements is too short for a window of 3 that are 3 apart, which spans 7; pad it first");
        refused(() -> b.window(x, ints(1), ints(0), ints(1), ints(1)), "axis 1: sizes [0] must be at least 1");
        refused(() -> b.window(x, ints(1), ints(1), ints(0), ints(1)), "axis 1: strides [0] must be at least 1");
        refused(() -> b.window(x, ints(1), ints(1), ints(1), ints(-1)), "axis 1: dilations [-1] must be at least 1");
        refused(() -> b.window(x, ints(2), ints(1), ints(1), ints(1)), "axis 2 is not one of f32[2,5]");
        refused(() -> b.window(x, ints(1, 0), ints(1, 1), ints(1, 1), ints(1, 1)), "axes [1, 0] must ascend");
        refused(() -> b.window(x, ints(0, 1), ints(1), ints(1, 1), ints(1, 1)), "sizes [1] must have one number for each of the axes [0, 1]");
        refused(() -> b.window(b.input("none", DType.F32, 0), ints(0), ints(1), ints(1), ints(1)), "axis 0 of 0 elements is too short");
        refused(() -> b.window(x, ints(0, 0), ints(1, 1), ints(1, 1), ints(1, 1)), "axis 0 is named twice");
        Op.Window w = new Op.Window(List.of(0), List.of(2), List.of(1), List.of(1));
        refused(() -> b.overlapAdd(x, w, Shape.of(4)), "overlap_add of f32[2,5]: the windows of [4] would be [3,2]");
        refused(() -> b.overlapAdd(b.input("p", DType.BOOL, 3, 2), w, Shape.of(4)), "not defined on bool");
        refused(() -> b.pad(x, ints(0, 0), ints(0, 0), ints(0, -1), 0), "axis 1: cannot put -1 between neighbours");
        refused(() -> b.pad(x, ints(0, 0), ints(0, 0), ints(0), 0), "interior [0] must have one number for each of its 2 axes");
        refused(() -> b.pad(x, ints(0, 0), ints(0, 0), ints(0, Integer.MAX_VALUE), 0), "axis 1: the result has 8589934593 elements along it");
    }
}
