package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Gathers, scatters, cumulations and sorts against values worked out by hand, and what they refuse. */
final class IndexedTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    private final GraphBuilder b = new GraphBuilder();

    private Node f64(Shape shape, double... x) {
        return b.constant(Literal.of(shape, x));
    }

    private Node vector(double... x) {
        return f64(Shape.of(x.length), x);
    }

    private Node i32(Shape shape, int... x) {
        return b.constant(Literal.of(shape, x));
    }

    private Node indices(int... x) {
        return i32(Shape.of(x.length), x);
    }

    private static void check(GraphBuilder b, Node y, double... expected) {
        GraphBuilder copy = new GraphBuilder();
        Map<Node, Node> made = new java.util.HashMap<>();
        b.nodes().forEach(n -> made.put(n, copy.apply(n.op(), n.inputs().stream().map(made::get).toList())));
        copy.output("y", made.get(y));
        assertEquals(Value.of(y.type(), expected), Interpreter.run(copy.build(), Map.of()).output("y"));
    }

    private void check(Node y, double... expected) {
        check(b, y, expected);
    }

    // ---- gather and scatter

    @Test
    void aPairOfIndicesNamesAnElement() {
        Node x = f64(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        check(b.gather(x, List.of(indices(1, 0, 1), indices(2, 0, 1)), 0, 0), 6, 1, 5);
        check(b.gatherNd(x, i32(Shape.of(3, 2), 1, 2, 0, 0, 1, 1), 0), 6, 1, 5);
        check(b.gatherNd(x, i32(Shape.of(2, 1), 1, 0), 0), 4, 5, 6, 1, 2, 3);
        check(b.gatherNd(x, i32(Shape.of(2, 1), 2, 0), 1), 3, 4);
    }

    @Test
    void batchAxesHaveIndicesOfTheirOwn() {
        Node x = f64(Shape.of(2, 2, 3), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        check(b.gather(x, List.of(i32(Shape.of(2, 2), 2, 0, 1, 1)), 2, 1), 2, 0, 5, 3, 7, 7, 10, 10);
        check(b.takeAlongAxis(x, i32(Shape.of(2, 1, 3), 1, 0, 1, 0, 0, 1), 1), 3, 1, 5, 6, 7, 11);
    }

    @Test
    void updatesCombineInOrder() {
        Node base = vector(10, 20, 30);
        Node u = vector(1, 2, 3, 4);
        List<Node> i = List.of(indices(2, 0, 2, 0));
        check(b.scatter(Op.Combine.SET, base, u, i, 0, 0), 4, 20, 3);
        check(b.scatter(Op.Combine.ADD, base, u, i, 0, 0), 16, 20, 34);
        check(b.scatter(Op.Combine.MUL, base, u, i, 0, 0), 80, 20, 90);
        check(b.scatter(Op.Combine.MIN, base, u, i, 0, 0), 2, 20, 1);
        check(b.scatter(Op.Combine.MAX, vector(2, 2, NAN), u, i, 0, 0), 4, 2, NAN);
        check(b.scatterNd(Op.Combine.SET, f64(Shape.of(2, 2), 1, 2, 3, 4), i32(Shape.of(2, 2), 0, 1, 1, 0), vector(8, 9)), 1, 8, 9, 4);
        check(b.putAlongAxis(Op.Combine.SET, f64(Shape.of(2, 2), 1, 2, 3, 4), i32(Shape.of(1, 2), 1, 0), f64(Shape.of(1, 2), 8, 9), 0), 1, 9, 8, 4);
    }

    // ---- along an axis

    @Test
    void chainsRunBothWays() {
        Node x = vector(1, 2, 3, 4);
        check(b.cumsum(x, 0), 1, 3, 6, 10);
        check(b.cumulate(Monoid.SUM, x, 0, false, true), 0, 1, 3, 6);
        check(b.cumulate(Monoid.SUM, x, 0, true, false), 10, 9, 7, 4);
        check(b.cumulate(Monoid.SUM, x, 0, true, true), 9, 7, 4, 0);
        check(b.cumulate(Monoid.PRODUCT, x, 0, false, false), 1, 2, 6, 24);
        check(b.cumulate(Monoid.MAX, vector(1, 3, 2, NAN, 5), 0, false, false), 1, 3, 3, NAN, NAN);
        check(b.cumulate(Monoid.MIN, vector(1, 3, 2), 0, false, true), INF, 1, 1);
        check(b.cumsum(f64(Shape.of(2, 2), 1, 2, 3, 4), 0), 1, 2, 4, 6);
        // From +0, as every sum.
        check(b.cumsum(vector(-0.0), 0), 0.0);
    }

    @Test
    void equalElementsStayInOrderAndNanIsTheGreatest() {
        Node x = vector(0.0, NAN, -0.0, -INF, INF, NAN, -1);
        check(b.argsort(x, 0, false), 3, 6, 0, 2, 4, 1, 5);
        check(b.argsort(x, 0, true), 1, 5, 4, 0, 2, 6, 3);
        check(b.sort(vector(3, 1, 2), 0, true), 3, 2, 1);
        check(b.argsort(i32(Shape.of(3), Integer.MAX_VALUE, Integer.MIN_VALUE, 0), 0, true), 0, 2, 1);
        check(b.argsort(b.constant(Literal.of(Shape.of(3), true, false, true)), 0, false), 1, 0, 2);
        check(b.topK(f64(Shape.of(2, 3), 1, 3, 2, 6, 4, 5), 2, 1).values(), 3, 2, 6, 5);
        check(b.topK(f64(Shape.of(2, 3), 1, 3, 2, 6, 4, 5), 1, 0).indices(), 1, 1, 1);
    }

    // ---- refusals

    private static void refused(String message, Executable what) {
        String said = String.valueOf(assertThrows(GraphException.class, what).getMessage());
        assertEquals(message, said.replaceAll(" \\(at IndexedTest.java:\\d+\\)", ""));
    }

    @Test
    void gathersThatMeanNothing() {
        Node x = b.input("x", DType.F32, 3, 4);
        Node i = b.input("i", DType.I32, 5);
        Node j = b.input("j", DType.I32, 2, 5);
        refused("gather of f32[3,4]: takes the data and at least one tensor of indices, not 1 operands", () -> b.gather(x, List.of(), 0, 0));
        refused("gather of f32[3,4], i32[5]: axis 2 is not one of f32[3,4] (0 to 1)", () -> b.gather(x, i, 2));
        refused("gather of f32[3,4], f32[3,4]: indices must be i32 or i64, not f32", () -> b.gather(x, x, 0));
        refused("gather of f32[3,4], i32[5], i32[2,5]: the tensors of indices differ: i32[5] and i32[2,5]", () -> b.gather(x, List.of(i, j), 0, 0));
        refused("gather of f32[3,4], i32[5], i32[5]: 2 tensors of indices, from axis 1 on, do not fit f32[3,4] with 0 batch axes",
                () -> b.gather(x, List.of(i, i), 1, 0));
        refused("gather of f32[3,4], i32[2,5]: batch axis 0 has 3 elements, but 2 in the indices i32[2,5]", () -> b.gather(x, List.of(j), 1, 1));
        refused("gather of f32[3,4], i32[5]: there are no 2 batch axes in f32[3,4] and in the indices i32[5]", () -> b.gather(x, List.of(i), 1, 2));
        refused("gather of f32[0,4], i32[5]: axis 0 is empty, so no index is in range", () -> b.gather(b.input("none", DType.F32, 0, 4), i, 0));
        refused("gather_nd of f32[3,4], i32[]: the last axis of the indices must have an element for each axis that they index",
                () -> b.gatherNd(x, b.input("n", DType.I32), 0));
        refused("take_along_axis of f32[3,4], i32[2,5] along axis 1: the indices must have the shape of x but for that axis", () -> b.takeAlongAxis(x, j, 1));
    }

    @Test
    void scattersThatMeanNothing() {
        Node x = b.input("x", DType.F32, 3, 4);
        Node u = b.input("u", DType.F32, 5, 4);
        Node i = b.input("i", DType.I32, 5);
        Node flags = b.input("flags", DType.BOOL, 3, 4);
        refused("scatter_add of f32[3,4], f32[3,4], i32[5]: the updates must be f32[5,4]: the base with axes 0 to 0 replaced by those of the indices",
                () -> b.scatter(Op.Combine.ADD, x, x, List.of(i), 0, 0));
        refused("scatter_max of f32[3,4], i32[5], i32[5]: the updates are i32, not f32 as the base; cast them",
                () -> b.scatter(Op.Combine.MAX, x, i, List.of(i), 0, 0));
        refused("scatter_mul of bool[3,4], bool[3,4], i32[5]: not defined on bool; only scatter_set is",
                () -> b.scatter(Op.Combine.MUL, flags, flags, List.of(i), 0, 0));
        refused("scatter_add of f32[5,4], i32[5]: the updates must have the indices' shape [5] from axis 2 on", () -> b.scatterAdd(u, i, 2, 3));
        refused("scatter_set of f32[3,4], f32[5,4]: takes a base, updates and at least one tensor of indices, not 2 operands",
                () -> b.scatter(Op.Combine.SET, x, u, List.of(), 0, 0));
    }

    @Test
    void linesThatMeanNothing() {
        Node x = b.input("x", DType.F32, 3, 4);
        refused("cumulate_sum of f32[3,4]: axis 2 is not one of f32[3,4] (0 to 1)", () -> b.cumsum(x, 2));
        refused("cumulate_max of bool[2]: not defined on bool; cast it to i32 first",
                () -> b.cumulate(Monoid.MAX, b.input("flags", DType.BOOL, 2), 0, false, false));
        refused("argsort of f32[3,4]: axis -3 is not one of f32[3,4] (0 to 1)", () -> b.argsort(x, -3, false));
        refused("argsort of f32[3,4]: cannot give 5 of the 4 elements along axis 1", () -> b.topK(x, 5, 1));
    }

    @Test
    void eachIndexIsCheckedAgainstItsOwnAxis() {
        Node i = b.input("i", DType.I32, 2);
        Node j = b.input("j", DType.I32, 2);
        b.output("y", b.scatter(Op.Combine.SET, b.input("x", DType.F64, 3, 5), b.input("u", DType.F64, 2), List.of(i, j), 0, 0));
        Graph g = b.build();
        Map<String, Value> in = new java.util.HashMap<>(Map.of("x", Value.zeros(g.input("x").orElseThrow().type()),
                "u", Value.zeros(g.input("u").orElseThrow().type()), "i", Value.of(i.type(), 2, 0), "j", Value.of(j.type(), 4, 5)));
        assertEquals("scatter_set %4 f64[3,5]: index 5 at position 1 of j i32[2] is not in 0 to 4",
                assertThrows(IndexRangeException.class, () -> Interpreter.run(g, in)).getMessage());
        in.put("j", Value.of(j.type(), 4, -1));
        assertThrows(IndexRangeException.class, () -> Interpreter.run(g, in));
        in.put("j", Value.of(j.type(), 4, 0));
        in.put("i", Value.of(i.type(), 3, 0));
        assertThrows(IndexRangeException.class, () -> Interpreter.run(g, in));
    }
}
