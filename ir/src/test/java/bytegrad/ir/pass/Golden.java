package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** A rule's test in one call: the text before, the text after; and both give the same bits on awkward numbers. */
final class Golden {
    private static final double[] AWKWARD = {-0.0, 0.0, Double.NaN, 1, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-310, -3e-200, 2.5, -1e200, 0.1};

    private Golden() {}

    /** Graphs without their first line; {@code after} may be written in any way that prints the same. */
    static void rewrites(Pass pass, String before, String after) {
        Graph from = GraphParser.parse("graph\n" + before, "before");
        Graph to = pass.run(from);
        Verify.check(from, to);
        assertEquals(GraphPrinter.print(GraphParser.parse("graph\n" + after, "after")), GraphPrinter.print(to));
        assertSame(to, pass.run(to), "a pass has nothing to do on its own result");
        sameBits(from, to);
    }

    /** The pass returns the very graph. */
    static void leaves(Pass pass, String text) {
        Graph graph = GraphParser.parse("graph\n" + text);
        assertEquals(GraphPrinter.print(graph), GraphPrinter.print(pass.run(graph)));
        assertSame(graph, pass.run(graph));
    }

    /** The text with its constants in the form that {@link FoldConstants} gives them, without the first line. */
    static String folded(String text) {
        return GraphPrinter.print(new FoldConstants().run(GraphParser.parse("graph\n" + text))).substring("graph\n".length());
    }

    static void sameBits(Graph from, Graph to) {
        for (long seed = 1; seed <= 8; seed++) {
            Map<String, Value> inputs = inputs(from, seed);
            var expected = Interpreter.run(from, inputs);
            var actual = Interpreter.run(to, only(inputs, to));
            assertEquals(expected.outputs(), actual.outputs());
            assertEquals(expected.updates(), actual.updates());
        }
    }

    private static Map<String, Value> inputs(Graph graph, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Value> in = new HashMap<>();
        for (Node n : graph.inputs()) {
            TensorType type = n.type();
            double[] v = new double[type.size()];
            for (int i = 0; i < v.length; i++) {
                // Integers may be indices, so they are small.
                v[i] = type.dtype().isFloat() ? AWKWARD[random.nextInt(AWKWARD.length)] : random.nextInt(2);
            }
            in.put(((Op.Input) n.op()).name(), Value.of(type, v).rounded());
        }
        return in;
    }

    /** Those that a simplified graph still has. */
    static Map<String, Value> only(Map<String, Value> inputs, Graph graph) {
        Map<String, Value> kept = new HashMap<>(inputs);
        kept.keySet().removeIf(name -> graph.input(name).isEmpty());
        return kept;
    }
}
