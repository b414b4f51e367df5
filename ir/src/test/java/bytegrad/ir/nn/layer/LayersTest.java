package bytegrad.ir.nn.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Hint;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Padding;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scopes, their names and summary, initialisers, and what the layers are made of. */
class LayersTest {
    private final GraphBuilder b = new GraphBuilder();

    private static double mean(double[] v) {
        return Arrays.stream(v).average().orElseThrow();
    }

    private static double variance(double[] v) {
        double mean = mean(v);
        return Arrays.stream(v).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    }

    @Test
    void initializersHaveTheirMomentsAndBounds() {
        Shape shape = Shape.of(3, 3, 40, 60); // fan-in 360, fan-out 540
        int seed = 5;
        double[] he = Initializer.HE_UNIFORM.values(shape, seed, "w");
        assertEquals(0, mean(he), 2e-3);
        assertEquals(2.0 / 360, variance(he), 2e-4);
        assertTrue(Arrays.stream(he).allMatch(v -> Math.abs(v) <= Math.sqrt(6.0 / 360)));
        assertEquals(2.0 / 360, variance(Initializer.HE_NORMAL.values(shape, seed, "w")), 2e-4);
        assertEquals(2.0 / (360 + 540), variance(Initializer.GLOROT_NORMAL.values(shape, seed, "w")), 1e-4);
        double[] glorot = Initializer.GLOROT_UNIFORM.values(Shape.of(100, 50), seed, "w");
        assertTrue(Arrays.stream(glorot).allMatch(v -> Math.abs(v) <= Math.sqrt(6.0 / 150)));
        double[] cut = new Initializer.TruncatedNormal(0.5).values(shape, seed, "w");
        assertTrue(Arrays.stream(cut).allMatch(v -> Math.abs(v) <= 1));
        assertEquals(0.25 * 0.7737, variance(cut), 3e-3); // the variance of a normal cut at ±2 is 0.7737
        assertArrayEquals(new double[] {0, 0}, Initializer.ZEROS.values(Shape.of(2), seed, "b"));
        assertEquals(0, Initializer.HE_UNIFORM.values(Shape.of(0, 4), seed, "w").length);
    }

    @Test
    void orthogonalIsOrthonormalEitherWay() {
        for (Shape shape : List.of(Shape.of(7, 4), Shape.of(4, 7), Shape.of(2, 3, 5))) {
            int columns = shape.dim(shape.rank() - 1);
            int rows = shape.size() / columns;
            double[] q = new Initializer.Orthogonal(2).values(shape, 1, "w");
            int vectors = Math.min(rows, columns);
            for (int i = 0; i < vectors; i++) {
                for (int j = 0; j < vectors; j++) {
                    double dot = 0;
                    for (int k = 0; k < Math.max(rows, columns); k++) {
                        dot += rows >= columns ? q[k * columns + i] * q[k * columns + j] : q[i * columns + k] * q[j * columns + k];
                    }
                    assertEquals(i == j ? 4 : 0, dot, 1e-14);
                }
            }
        }
        assertThrows(GraphException.class, () -> new Initializer.Orthogonal(1).values(Shape.of(3), 1, "w"));
    }

    @Test
    void valuesAreOfSeedAndNameAlone() {
        Shape shape = Shape.of(5, 5);
        double[] a = Initializer.HE_NORMAL.values(shape, 1, "a.weight");
        assertArrayEquals(a, Initializer.HE_NORMAL.values(shape, 1, "a.weight"));
        assertFalse(Arrays.equals(a, Initializer.HE_NORMAL.values(shape, 2, "a.weight")));
        assertFalse(Arrays.equals(a, Initializer.HE_NORMAL.values(shape, 1, "b.weight")));
    }

    @Test
    void whatIsInsideOfARecomputedLayerIsNotKept() {
        Scope scope = Scope.training(b);
        Node y = scope.call("net", Layer.recomputed(Sequential.of(new Dense(4), Layer.of(Activations::gelu))), b.input("x", DType.F32, 8, 3));
        b.output("y", y);
        Graph g = b.build();
        assertEquals("result@1", g.hints().get(g.output("y")).text());
        assertTrue(g.hints().values().stream().filter(Hint::isInside).count() > 3);
        assertTrue(g.inputs().stream().noneMatch(g.hints()::containsKey));
    }

    @Test
    void scopesNameParametersAndSumThemUp() {
        Layer net = Sequential.of(new Dense(4), Layer.of(Activations::relu), Layer.residual(new Dense(4)));
        Scope scope = Scope.training(b);
        Node y = scope.call("net", net, b.input("x", DType.F32, 8, 3));
        assertEquals(List.of("net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"), scope.parameters().stream().map(Parameter::name).toList());
        assertEquals(scope.parameters().stream().map(Parameter::node).toList(), scope.trained());
        Summary summary = scope.summary();
        assertEquals(List.of("net", "net.0", "net.1", "net.2"), summary.rows().stream().map(Summary.Row::name).toList());
        Summary.Row first = summary.rows().get(1);
        assertEquals(16, first.parameters());
        assertEquals(2 * 8 * 3 * 4 + 8 * 4, first.flops()); // products and sums, then the bias
        assertEquals(2 * 8 * 4 * 4, first.activationBytes());
        assertEquals(36, summary.trained());
        assertEquals(summary.rows().getFirst().flops(), summary.flops());
        assertTrue(summary.toString().contains("  0    f32[8,4]"), summary.toString());
        b.output("y", y);
        Graph graph = b.build();
        assertEquals("net", graph.labels().get(graph.outputs().get("y")));
    }

    @Test
    void namesThatClashOrNestBadlyAreRefused() {
        Scope scope = Scope.training(b);
        scope.in("a").parameter("w", Initializer.ZEROS, 2);
        assertTrue(assertThrows(GraphException.class, () -> scope.in("a").parameter("w", Initializer.ZEROS, 2)).getMessage().contains("\"w\" already"));
        assertThrows(GraphException.class, () -> scope.in("a.b"));
        assertThrows(GraphException.class, () -> scope.in(""));
        Node x = b.input("x", DType.F32, 4);
        assertTrue(assertThrows(GraphException.class, () -> new Dropout(0.5).apply(scope, x)).getMessage().contains("key"));
        assertSame(x, new Dropout(0).apply(scope, x));
        assertSame(x, new Dropout(0.5).apply(Scope.prediction(b), x));
    }

    @Test
    void batchNormalisationUpdatesItsStatisticsAndPredictsWithThem() {
        Layer norm = new Norm.BatchNorm(0.5, 0);
        Scope scope = Scope.training(b);
        Node x = b.input("x", DType.F32, 4, 1);
        b.output("y", scope.call("n", norm, x));
        float[] at = {1, 2, 3, 6};
        Map<String, Value> in = new HashMap<>(Map.of("x", Value.ofFloats(x.shape(), at)));
        scope.parameters().forEach(p -> in.put(p.name(), Value.of(p.node().type(), p.initial(1))));
        Interpreter.Result result = Interpreter.run(b.build(), in);
        double deviation = Math.sqrt((4 + 1 + 0 + 9) / 4.0);
        assertEquals((1 - 3) / deviation, result.output("y").at(0), 1e-6);
        assertEquals(1.5, result.updates().get("n.mean").at(0), 1e-6);
        assertEquals(0.5 + 0.5 * 14 / 3, result.updates().get("n.variance").at(0), 1e-6);
        assertEquals(2, scope.trained().size());

        GraphBuilder p = new GraphBuilder();
        p.output("y", Scope.prediction(p).call("n", norm, p.input("x", DType.F32, 4, 1)));
        assertTrue(p.build().updates().isEmpty());
        in.putAll(result.updates());
        assertEquals((6 - 1.5) / Math.sqrt(0.5 + 7.0 / 3), Interpreter.run(p.build(), in).output("y").at(3), 1e-6);
    }

    @Test
    void layersGiveTheShapesTheySay() {
        Scope s = Scope.training(b, DType.F64, b.input("key", DType.I64));
        Node x = b.input("x", DType.F64, 2, 8, 8, 3);
        assertEquals(List.of(2, 4, 4, 6), s.call("conv", new Conv(6, 3, 2, Padding.Rule.SAME), x).shape().dims());
        Layer up = new Conv.Transposed(5, List.of(3, 3), List.of(2, 2), Padding.Rule.SAME, Initializer.HE_UNIFORM);
        assertEquals(List.of(2, 16, 16, 5), s.call("up", up, x).shape().dims());
        Node seq = b.input("seq", DType.F64, 2, 5, 8);
        for (Recurrence.Kind kind : Recurrence.Kind.values()) {
            assertEquals(List.of(2, 5, 6), s.call(kind.name(), new Recurrence(kind, 3, true), seq).shape().dims());
        }
        assertEquals(List.of(2, 5, 8), s.call("block", new TransformerBlock(2, 16, true, 0.1), seq).shape().dims());
        assertEquals(List.of(2, 5, 8), s.call("rms", new Norm.RmsNorm(), seq).shape().dims());
        assertEquals(List.of(2, 8, 8, 3), s.call("group", new Norm.GroupNorm(3, 1e-5), x).shape().dims());
        assertEquals(List.of(2, 7, 4), s.call("embed", new Embedding(9, 4), b.input("ids", DType.I32, 2, 7)).shape().dims());
        assertNotEquals(s.key(), s.key());
        assertTrue(s.parameters().stream().map(Parameter::name).toList().containsAll(List.of("LSTM.backward.recurrent", "block.attention.query_bias", "conv.weight")));
    }
}
