package bytegrad.ir.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every kind of op against values worked out by hand. */
final class InterpreterTest {
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

    private Value run(Node y) {
        b.output("y", y);
        return Interpreter.run(b.build(), Map.of()).output("y");
    }

    private void check(Node y, double... expected) {
        assertEquals(Value.of(y.type(), expected), run(y));
    }

    private void check(Node y, Shape shape, double... expected) {
        assertEquals(shape, y.shape());
        check(y, expected);
    }

    private static int[] ints(int... x) {
        return x;
    }

    private Node matrix() {
        return f64(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    }

    @Test
    void inputIsWhatWasGiven() {
        Node x = b.input("x", DType.F32, 2);
        b.output("y", x);
        // Held as given: rounding to float is the caller's choice.
        Value v = Value.of(x.type(), 0.1, NAN);
        assertEquals(v, Interpreter.run(b.build(), Map.of("x", v)).output("y"));
    }

    @Test
    void f32ConstantIsAFloatAndF32ArithmeticIsNotRounded() {
        Node x = b.constant(DType.F32, 0.1);
        check(b.mul(x, x), (double) 0.1f * 0.1f);
    }

    @Test
    void iotaCountsAlongItsAxis() {
        check(b.iota(TensorType.of(DType.I32, 2, 3), 0), 0, 0, 0, 1, 1, 1);
    }

    @Test
    void iotaOfFloatsAlongTheMiddle() {
        check(b.iota(TensorType.of(DType.F32, 2, 2, 2), 1), 0, 0, 1, 1, 0, 0, 1, 1);
    }

    @Test
    void mapBroadcastsExplicitly() {
        check(b.add(matrix(), vector(10, 20, 30)), 11, 22, 33, 14, 25, 36);
    }

    @Test
    void selectChoosesByCondition() {
        Node x = vector(-1, NAN, 2);
        check(b.select(b.gt(x, b.constant(DType.F64, 0)), x, b.constant(DType.F64, 7)), 7, 7, 2);
    }

    @Test
    void selectOfIntegers() {
        check(b.select(b.constant(Literal.of(Shape.of(2), true, false)), i32(Shape.of(2), 1, 2), i32(Shape.of(2), 3, 4)), 1, 4);
    }

    @Test
    void castToIntegersTruncatesAndSaturates() {
        check(b.cast(vector(1.9, -1.9, NAN, 1e10, -INF, -0.5), DType.I32), 1, -1, 0, Integer.MAX_VALUE, Integer.MIN_VALUE, 0);
    }

    @Test
    void castToI64Saturates() {
        Node y = b.cast(vector(INF, -1e300, NAN, 3.7), DType.I64);
        assertEquals(Value.ofLongs(y.type(), Long.MAX_VALUE, Long.MIN_VALUE, 0, 3), run(y));
    }

    @Test
    void castToBoolIsNotZero() {
        check(b.cast(vector(0, -0.0, NAN, 1e-300), DType.BOOL), 0, 0, 1, 1);
    }

    @Test
    void castToF32RoundsOnceAndI64ToI32Wraps() {
        Node big = b.constant(Literal.of(Shape.of(2), (1L << 32) + 5, (1L << 53) + 1));
        b.output("i", b.cast(big, DType.I32));
        b.output("f", b.cast(vector(0.1), DType.F32));
        b.output("fromLong", b.cast(big, DType.F32));
        var r = Interpreter.run(b.build(), Map.of());
        assertEquals(List.of(5L, 1L), List.of(r.output("i").longAt(0), r.output("i").longAt(1)));
        assertEquals((double) 0.1f, r.output("f").at(0));
        assertEquals((double) (float) ((1L << 53) + 1), r.output("fromLong").at(1));
    }

    @Test
    void sumsOfRowsColumnsAndAll() {
        b.output("rows", b.sum(matrix(), 1));
        b.output("columns", b.sum(matrix(), 0));
        b.output("all", b.sumAll(matrix()));
        var r = Interpreter.run(b.build(), Map.of());
        assertEquals(Value.of(TensorType.of(DType.F64, 2), 6, 15), r.output("rows"));
        assertEquals(Value.of(TensorType.of(DType.F64, 3), 5, 7, 9), r.output("columns"));
        assertEquals(Value.scalar(DType.F64, 21), r.output("all"));
    }

    @Test
    void reduceOverOuterAndInnerAxes() {
        check(b.reduce(Monoid.PRODUCT, f64(Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8), 0, 2), 1 * 2 * 5 * 6, 3 * 4 * 7 * 8);
    }

    @Test
    void extremesLetNanWinAndOrderZeros() {
        check(b.reduce(Monoid.MAX, f64(Shape.of(3, 2), 1, NAN, -0.0, 0.0, 3, -5), 1), NAN, 0.0, 3);
    }

    @Test
    void minimumOrdersZeros() {
        check(b.reduce(Monoid.MIN, f64(Shape.of(2, 2), 0.0, -0.0, 3, -5), 1), -0.0, -5);
    }

    @Test
    void emptyReductionsGiveTheIdentity() {
        Node none = b.input("none", DType.F64, 2, 0);
        Node ints = b.input("ints", DType.I32, 0);
        for (Monoid m : Monoid.values()) {
            if (m.accepts(DType.F64)) {
                b.output(m.text(), b.reduce(m, none, 1));
            }
            if (m.accepts(DType.I32)) {
                b.output(m.text() + "32", b.reduce(m, ints, 0));
            }
        }
        var r = Interpreter.run(b.build(), Map.of("none", Value.zeros(none.type()), "ints", Value.zeros(ints.type())));
        TensorType two = TensorType.of(DType.F64, 2);
        assertEquals(Value.of(two, 0, 0), r.output("sum"));
        assertEquals(Value.of(two, 1, 1), r.output("product"));
        assertEquals(Value.of(two, -INF, -INF), r.output("max"));
        assertEquals(Value.of(two, INF, INF), r.output("min"));
        assertEquals(Integer.MIN_VALUE, r.output("max32").longAt(0));
        assertEquals(Integer.MAX_VALUE, r.output("min32").longAt(0));
        assertEquals(-1, r.output("and32").longAt(0));
        assertEquals(0, r.output("or32").longAt(0));
        assertEquals(Value.of(two, -INF, -INF), r.output("log_sum_exp"));
    }

    @Test
    void integerSumsWrap() {
        check(b.sumAll(i32(Shape.of(2), Integer.MAX_VALUE, 1)), Integer.MIN_VALUE);
    }

    @Test
    void longRowsAreSummedInTheOrderOfTheLanguage() {
        // 16 partials: 1e16 and the ones that share its partial are added apart from the rest.
        double[] x = new double[32];
        x[0] = 1e16;
        x[16] = 1;
        x[1] = 1;
        x[17] = 1;
        double p0 = 1e16 + 1;
        double p1 = 2;
        check(b.sum(vector(x), 0), p0 + p1);
    }

    @Test
    void argmaxTakesTheFirstOfEqualsAndNanWins() {
        Node x = f64(Shape.of(3, 3), 1, 5, 5, NAN, 9, NAN, -0.0, 0.0, -1);
        b.output("max", b.argmax(x, 1));
        b.output("min", b.argmin(x, 1));
        b.output("down", b.argmax(x, 0));
        var r = Interpreter.run(b.build(), Map.of());
        TensorType three = TensorType.of(DType.I32, 3);
        assertEquals(Value.of(three, 1, 0, 0), r.output("max"));
        assertEquals(Value.of(three, 0, 0, 2), r.output("min"));
        assertEquals(Value.of(three, 1, 1, 1), r.output("down"));
    }

    @Test
    void matrixProduct() {
        check(b.matmul(matrix(), f64(Shape.of(3, 2), 1, 0, 0, 1, 2, 2)), Shape.of(2, 2), 7, 8, 16, 17);
    }

    @Test
    void contractionWithTransposedAndBatchAxes() {
        // y[b,m,n] = Σₖ l[m,b,k]·r[n,k,b]
        Node l = f64(Shape.of(1, 2, 2), 1, 2, 3, 4);
        Node r = f64(Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
        var op = new Op.Contract(List.of(1), List.of(2), List.of(2), List.of(1));
        check(b.contract(op, l, r), Shape.of(2, 1, 2), 1 * 1 + 2 * 3, 1 * 5 + 2 * 7, 3 * 2 + 4 * 4, 3 * 6 + 4 * 8);
    }

    @Test
    void contractionOverNothingIsZeroAndOverTwoAxesPairsThem() {
        Node x = f64(Shape.of(2, 2), 1, 2, 3, 4);
        check(b.contract(new Op.Contract(List.of(), List.of(), List.of(0, 1), List.of(1, 0)), x, x), 1 * 1 + 2 * 3 + 3 * 2 + 4 * 4);
    }

    @Test
    void emptyContraction() {
        check(b.matmul(f64(Shape.of(2, 0)), f64(Shape.of(0, 2))), 0, 0, 0, 0);
    }

    @Test
    void contractionFusesMultiplyAndAdd() {
        double a = 1 + 0x1p-30;
        check(b.contract(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), vector(-1, a), vector(1, a)), Math.fma(a, a, -1));
    }

    @Test
    void integerContractionWraps() {
        check(b.matmul(i32(Shape.of(1, 1), 1 << 20), i32(Shape.of(1, 1), (1 << 12) + 1)), 1 << 20);
    }

    @Test
    void gatherRowsByAMatrixOfIndices() {
        check(b.gather(matrix(), i32(Shape.of(2, 2), 1, 0, 1, 1), 0), Shape.of(2, 2, 3), 4, 5, 6, 1, 2, 3, 4, 5, 6, 4, 5, 6);
    }

    @Test
    void gatherColumns() {
        check(b.gather(matrix(), i32(Shape.of(2), 2, 0), 1), Shape.of(2, 2), 3, 1, 6, 4);
    }

    @Test
    void scatterAddsDuplicates() {
        check(b.scatterAdd(f64(Shape.of(3, 2), 1, 2, 3, 4, 5, 6), i32(Shape.of(3), 2, 0, 2), 0, 4), Shape.of(4, 2), 3, 4, 0, 0, 6, 8, 0, 0);
    }

    @Test
    void scatterAddAlongTheLastAxis() {
        check(b.scatterAdd(matrix(), i32(Shape.of(3), 1, 1, 0), 1, 2), Shape.of(2, 2), 3, 3, 6, 9);
    }

    @Test
    void concatInOrderWithAnEmptyPart() {
        check(b.concat(1, matrix(), f64(Shape.of(2, 0)), f64(Shape.of(2, 1), 7, 8)), Shape.of(2, 4), 1, 2, 3, 7, 4, 5, 6, 8);
    }

    @Test
    void reshapeKeepsRowMajorOrder() {
        check(b.reshape(matrix(), 3, 2), Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
    }

    @Test
    void transposeMovesAxes() {
        check(b.transpose(matrix(), 1, 0), Shape.of(3, 2), 1, 4, 2, 5, 3, 6);
    }

    @Test
    void transposeOfRankThree() {
        // y[i,j,k] = x[j,k,i]: axis 0 of the result is axis 2 of x.
        check(b.transpose(f64(Shape.of(1, 2, 2), 1, 2, 3, 4), 2, 0, 1), Shape.of(2, 1, 2), 1, 3, 2, 4);
    }

    @Test
    void broadcastPlacesAndRepeatsAxes() {
        check(b.broadcast(f64(Shape.of(2, 1), 1, 2), Shape.of(2, 2, 3), 1, 2), Shape.of(2, 2, 3), 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2);
    }

    @Test
    void sliceWithStrides() {
        check(b.slice(f64(Shape.of(2, 5), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), ints(1, 0), ints(2, 5), ints(1, 2)), Shape.of(1, 3), 5, 7, 9);
    }

    @Test
    void padFillsAround() {
        check(b.pad(f64(Shape.of(1, 2), 1, 2), ints(1, 0), ints(0, 1), -INF), Shape.of(2, 3), -INF, -INF, -INF, 1, 2, -INF);
    }

    @Test
    void flipReverses() {
        check(b.flip(matrix(), 1), 3, 2, 1, 6, 5, 4);
    }

    @Test
    void flipOfBothAxes() {
        check(b.flip(matrix(), 0, 1), 6, 5, 4, 3, 2, 1);
    }

    @Test
    void integerAndBoolViews() {
        check(b.pad(b.flip(i32(Shape.of(2), 1, 2), 0), ints(1), ints(1), 9), 9, 2, 1, 9);
    }

    @Test
    void updatesReadTheOldStateAndTheSessionCarriesIt() {
        Node s = b.input("s", DType.F64);
        Node x = b.input("x", DType.F64);
        b.update(s, b.add(s, x));
        b.output("before", s);
        var session = new InterpreterSession(b.build(), Map.of("s", Value.scalar(DType.F64, 1)));
        assertEquals(1, session.step(Map.of("x", Value.scalar(DType.F64, 10))).output("before").scalar());
        assertEquals(11, session.step(Map.of("x", Value.scalar(DType.F64, 5))).output("before").scalar());
        assertEquals(16, session.state().get("s").scalar());
        assertThrows(InputBindingException.class, () -> session.step(Map.of("s", Value.scalar(DType.F64, 1))));
    }

    @Test
    void anyNodeCanBeReadButNotOneOfTheBuilder() {
        Node x = vector(1, 2);
        Node y = b.exp(b.neg(x));
        b.output("y", y);
        var g = b.build();
        var r = Interpreter.run(g, Map.of());
        assertEquals(Value.of(x.type(), -1, -2), r.value(g.output("y").input(0)));
        assertThrows(GraphException.class, () -> r.value(y));
    }

    @Test
    void aDeepGraphDoesNotRecurse() {
        Node x = b.input("x", DType.F64);
        Node y = x;
        for (int i = 0; i < 50_000; i++) {
            y = b.add(y, x);
        }
        b.output("y", y);
        assertEquals(50_001, Interpreter.run(b.build(), Map.of("x", Value.scalar(DType.F64, 1))).output("y").scalar());
    }
}
