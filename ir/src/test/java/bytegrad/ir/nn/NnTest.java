package bytegrad.ir.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The composites against direct formulas in double. */
final class NnTest {
    private static final double[] X = {1.5, -2, 0.25, 3, -0.5, 0.75};

    private final GraphBuilder b = new GraphBuilder();

    private Node f64(Shape shape, double... x) {
        return b.constant(Literal.of(shape, x));
    }

    private Node x() {
        return f64(Shape.of(2, 3), X);
    }

    private Value run(Node y) {
        b.output("y", y);
        return Interpreter.run(b.build(), Map.of()).output("y");
    }

    private static void close(Value v, double... expected) {
        assertEquals(expected.length, v.size());
        for (int i = 0; i < expected.length; i++) {
            double tolerance = Double.isNaN(expected[i]) ? 0 : 1e-14 * Math.max(1, Math.abs(expected[i]));
            assertEquals(expected[i], v.at(i), tolerance, "element " + i);
        }
    }

    @Test
    void relu() {
        close(run(Activations.relu(b, f64(Shape.of(4), -1, 0, 2, Double.NaN))), 0, 0, 2, Double.NaN);
    }

    @Test
    void geluIsTheExactForm() {
        // 0.5·(1 + erf(1/√2)) = Φ(1) = 0.841344746068543.
        close(run(Activations.gelu(b, f64(Shape.of(3), 1, -1, 0))), 0.841344746068543, 0.841344746068543 - 1, 0);
    }

    @Test
    void softmaxOfRowsAndColumns() {
        double[] rows = new double[6];
        double[] columns = new double[6];
        for (int i = 0; i < 6; i++) {
            int r = i / 3 * 3;
            rows[i] = Math.exp(X[i]) / (Math.exp(X[r]) + Math.exp(X[r + 1]) + Math.exp(X[r + 2]));
            columns[i] = Math.exp(X[i]) / (Math.exp(X[i % 3]) + Math.exp(X[i % 3 + 3]));
        }
        b.output("rows", Activations.softmax(b, x(), -1));
        b.output("columns", Activations.softmax(b, x(), 0));
        b.output("log", Activations.logSoftmax(b, x(), 1));
        var r = Interpreter.run(b.build(), Map.of());
        close(r.output("rows"), rows);
        close(r.output("columns"), columns);
        for (int i = 0; i < 6; i++) {
            assertEquals(Math.log(rows[i]), r.output("log").at(i), 1e-14);
        }
    }

    @Test
    void softmaxOfHugeNumbersDoesNotOverflow() {
        close(run(Activations.softmax(b, f64(Shape.of(1, 3), 1e4, 1e4, -1e4), 1)), 0.5, 0.5, 0);
    }

    @Test
    void dense() {
        Node w = f64(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
        close(run(Layers.dense(b, x(), w, f64(Shape.of(2), 10, 20))), 1.5 - 6 + 1.25 + 10, 3 - 8 + 1.5 + 20, 3 - 1.5 + 3.75 + 10, 6 - 2 + 4.5 + 20);
    }

    @Test
    void denseOfAVectorAndOfRankThree() {
        Node w = f64(Shape.of(3, 1), 1, 1, 1);
        Node bias = f64(Shape.of(1), 1);
        assertEquals(Shape.of(1), Layers.dense(b, f64(Shape.of(3), 1, 2, 3), w, bias).shape());
        close(run(Layers.dense(b, b.reshape(x(), 2, 1, 3), w, bias)), 0.75, 4.25);
    }

    private static double nll(int row, int label) {
        double sum = Math.exp(X[3 * row]) + Math.exp(X[3 * row + 1]) + Math.exp(X[3 * row + 2]);
        return Math.log(sum) - X[3 * row + label];
    }

    @Test
    void crossEntropyPerRowAndMean() {
        Node labels = b.constant(Literal.of(Shape.of(2), 2, 0));
        b.output("rows", Losses.softmaxCrossEntropyPerRow(b, x(), labels));
        b.output("mean", Losses.softmaxCrossEntropy(b, x(), labels));
        var r = Interpreter.run(b.build(), Map.of());
        close(r.output("rows"), nll(0, 2), nll(1, 0));
        close(r.output("mean"), (nll(0, 2) + nll(1, 0)) / 2);
    }

    @Test
    void aLabelOutOfRangeIsNanInItsRowAlone() {
        Node labels = b.constant(Literal.of(Shape.of(2), 3L, 1L));
        close(run(Losses.softmaxCrossEntropyPerRow(b, x(), labels)), Double.NaN, nll(1, 1));
    }

    @Test
    void aNegativeLabelIsNan() {
        assertTrue(Double.isNaN(run(Losses.softmaxCrossEntropy(b, x(), b.constant(Literal.of(Shape.of(2), 0, -1)))).scalar()));
    }

    @Test
    void meansAndPenalties() {
        b.output("mean", Losses.mean(b, x()));
        b.output("mse", Losses.mse(b, x(), b.flip(x(), 1)));
        b.output("l2", Losses.l2Penalty(b, 0.1, x(), f64(Shape.of(1), 2)));
        b.output("l1", Losses.l1Penalty(b, 0.1, x(), f64(Shape.of(1), -2)));
        var r = Interpreter.run(b.build(), Map.of());
        close(r.output("mean"), 3.0 / 6);
        close(r.output("mse"), 2 * (1.25 * 1.25 + 2.25 * 2.25) / 6);
        close(r.output("l2"), 0.05 * (2.25 + 4 + 0.0625 + 9 + 0.25 + 0.5625 + 4));
        close(r.output("l1"), 0.1 * (8 + 2));
    }

    private static void fails(String start, Runnable build) {
        String message = assertThrows(GraphException.class, build::run).getMessage();
        assertTrue(message.startsWith(start), message);
        assertTrue(message.matches("(?s).* \\(at NnTest\\.java:\\d+\\)"), message);
    }

    @Test
    void errorsNameOpShapesAndTheCallersLine() {
        fails("contract of f64[2,3], f64[2,3]: axis 1 of the left operand has 3 elements, axis 0 of the right one 2", () -> Layers.dense(b, x(), x(), x()));
        fails("add of f64[2,2], f64[3]", () -> Layers.dense(b, x(), f64(Shape.of(3, 2), X), f64(Shape.of(3), 1, 2, 3)));
        fails("sub of f64[2,3], f64[6]: shapes differ", () -> Losses.mse(b, x(), f64(Shape.of(6), X)));
        fails("reduce_max of f64[2,3]: axis 2 is not one of", () -> Activations.softmax(b, x(), 2));
        fails("ge of f64[2], i32[2]: dtypes differ", () -> Losses.softmaxCrossEntropy(b, x(), f64(Shape.of(2), 0, 1)));
        fails("broadcast of i32[3]: axis 0 of 3 elements cannot become 2",
                () -> Losses.softmaxCrossEntropy(b, x(), b.constant(Literal.of(Shape.of(3), 0, 1, 2))));
        fails("broadcast of i32[2,1]", () -> Losses.softmaxCrossEntropy(b, x(), b.constant(Literal.of(Shape.of(2, 1), 0, 1))));
        fails("select of bool[1], f64[2], f64[2]: shapes differ", () -> Losses.softmaxCrossEntropy(b, x(), b.constant(Literal.of(Shape.of(1), 0))));
        fails("l2Penalty: needs at least one parameter (at NnTest.java:", () -> Losses.l2Penalty(b, 0.1));
    }
}
