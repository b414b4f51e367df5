package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoredWindowsTest {
    private static final Pass PASS = new ContractOverlaps();

    /** The gradient of a convolution by its data, where the forward pass pads by {@code padding}. */
    private record Convolution(int n, int side, int channels, int filters, int window, int stride, int padding, boolean weightsFirst) {
        Graph gradient() {
            GraphBuilder b = new GraphBuilder();
            int padded = side + 2 * padding;
            int places = (padded - window) / stride + 1;
            Node dy = b.input("dy", DType.F64, n, places, places, filters);
            Node w = b.input("w", DType.F64, window, window, channels, filters);
            Op.Contract op = new Op.Contract(List.of(), List.of(), List.of(3), List.of(3));
            Node d = weightsFirst ? b.transpose(b.contract(op, w, dy), 3, 4, 5, 2, 0, 1) : b.transpose(b.contract(op, dy, w), 0, 1, 2, 5, 3, 4);
            Op.Window taps = new Op.Window(List.of(1, 2), List.of(window, window), List.of(stride, stride), List.of(1, 1));
            Node y = b.overlapAdd(d, taps, Shape.of(n, padded, padded, channels));
            b.output("y", padding == 0 ? y : b.slice(b.slice(y, 1, padding, padding + side), 2, padding, padding + side));
            return b.build();
        }

        /** Whether windows are stored; the sum is the same either way but for rounding, with the passes before or without. */
        boolean stores() {
            Graph from = gradient();
            Graph to = PASS.run(from);
            Graph tidy = PASS.run(Pipeline.differentiable().run(from));
            sameNumbers(from, to);
            sameNumbers(from, tidy);
            assertEquals(sums(to), sums(tidy), toString());
            assertSame(to, PASS.run(to), "a pass has nothing to do on its own result");
            return sums(to) > 0;
        }

        private static long sums(Graph g) {
            return g.nodes().stream().filter(n -> n.op() instanceof Op.OverlapAdd).count();
        }

        private static void sameNumbers(Graph from, Graph to) {
            Verify.check(from, to);
            var inputs = RandomGraphs.inputs(from, 3);
            Value expected = Interpreter.run(from, inputs).output("y");
            Value actual = Interpreter.run(to, Golden.only(inputs, to)).output("y");
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.at(i), actual.at(i), 1e-9);
            }
        }
    }

    /** Few places in much padding, few channels, strides: what contractions over windows would multiply by zeros, or leave lanes empty for. */
    @Test
    void paddingFewChannelsAndStrides() {
        assertEquals(true, new Convolution(1, 9, 24, 20, 7, 1, 0, false).stores());
        assertEquals(true, new Convolution(2, 8, 3, 64, 3, 1, 0, true).stores());
        assertEquals(true, new Convolution(2, 9, 20, 40, 3, 2, 0, false).stores());
        assertEquals(true, new Convolution(1, 15, 2, 33, 5, 2, 2, true).stores());
    }

    /** Channels that fill vectors, as many places as there are windows: nothing is wasted on a contraction, and nothing stored. */
    @Test
    void fullVectorsWithoutPadding() {
        assertEquals(false, new Convolution(1, 12, 32, 16, 3, 1, 1, false).stores());
        assertEquals(false, new Convolution(1, 16, 16, 8, 3, 1, 0, true).stores());
    }

    @Test
    void theLastTapsAndChannelsAreOneAxis() {
        Graph to = PASS.run(new Convolution(2, 8, 3, 64, 3, 1, 0, false).gradient());
        Node sum = to.nodes().stream().filter(n -> n.op() instanceof Op.OverlapAdd).findFirst().orElseThrow();
        assertEquals(Shape.of(2, 8, 24), sum.shape());
        assertEquals(Shape.of(2, 6, 6, 3, 9), sum.input(0).shape());
        assertEquals(List.of(1, 3), sum.op() instanceof Op.OverlapAdd o ? o.window().strides() : List.of());
    }
}
