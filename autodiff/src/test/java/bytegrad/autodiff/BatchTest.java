package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.Sample;
import bytegrad.ir.testing.Samples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch gives for each element what the graph gives for it alone. */
class BatchTest {
    private static final int SIZE = 3;

    /** Every sample, with all inputs mapped, and with each one alone. */
    @TestFactory
    Stream<DynamicTest> samples() {
        return Samples.all().stream()
                .filter(s -> !s.arguments().isEmpty())
                .filter(s -> s.graph().nodes().stream().allMatch(n -> n.rank() < Shape.MAX_RANK))
                .map(s -> DynamicTest.dynamicTest(s.name(), () -> check(s)));
    }

    private static void check(Sample s) {
        List<String> names = s.arguments().stream().map(Sample.Argument::name).toList();
        check(s.graph(), s, names);
        if (names.size() > 1) {
            names.forEach(name -> check(s.graph(), s, List.of(name)));
        }
    }

    private static void check(Graph graph, Sample s, List<String> mapped) {
        List<Map<String, Value>> inputs = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            Map<String, Value> in = new HashMap<>(s.inputs(Samples.SEED));
            in.putAll(only(s.inputs(Samples.SEED + i), mapped));
            inputs.add(in);
        }
        check(graph, inputs, mapped);
    }

    private static Map<String, Value> only(Map<String, Value> in, List<String> names) {
        Map<String, Value> kept = new HashMap<>(in);
        kept.keySet().retainAll(names);
        return kept;
    }

    /** Runs the graph for each of the inputs, and once for the batch. */
    private static void check(Graph graph, List<Map<String, Value>> inputs, List<String> mapped) {
        GraphBuilder b = new GraphBuilder();
        Map<String, Node> given = new HashMap<>();
        Map<String, Value> values = new HashMap<>(inputs.get(0));
        List<Node> xs = new ArrayList<>();
        List<Node> batches = new ArrayList<>();
        for (Node n : graph.inputs()) {
            String name = ((Op.Input) n.op()).name();
            given.put(name, b.apply(n.op(), List.of()));
            if (mapped.contains(name)) {
                Value all = stacked(inputs.stream().map(in -> in.get(name)).toList());
                values.remove(name);
                values.put(name + " batch", all);
                xs.add(given.get(name));
                batches.add(b.apply(new Op.Input(name + " batch", all.type()), List.of()));
            }
        }
        Map<String, Node> ys = b.inline(graph, given).outputs();
        List<Node> results = Batch.of(b, List.copyOf(ys.values()), xs, batches);
        int k = 0;
        for (String name : ys.keySet()) {
            Value expected = stacked(inputs.stream().map(in -> Interpreter.run(graph, in).output(name)).toList());
            Graph only = Evaluated.only(b, results.get(k++));
            Value actual = Interpreter.run(only, Evaluated.needed(only, values)).output("out");
            assertEquals(expected.type(), actual.type());
            for (int i = 0; i < expected.size(); i++) {
                double e = expected.at(i);
                double a = actual.at(i);
                assertTrue(Double.compare(e, a) == 0 || Math.abs(e - a) <= 1e-12 * (1 + Math.abs(e)), name + " by " + mapped + " at " + i + ": " + e + " alone, " + a + " in a batch");
            }
        }
    }

    private static Value stacked(List<Value> values) {
        TensorType type = values.get(0).type();
        List<Integer> dims = new ArrayList<>(type.shape().dims());
        dims.addFirst(values.size());
        TensorType all = type.with(Shape.of(dims));
        if (type.dtype().isFloat()) {
            return Value.of(all, values.stream().flatMapToDouble(v -> Arrays.stream(v.doubles())).toArray());
        }
        return Value.ofLongs(all, values.stream().flatMapToLong(v -> Arrays.stream(v.longs())).toArray());
    }

    private final GraphBuilder b = new GraphBuilder();

    private static Value scalar(double x) {
        return Value.scalar(DType.F64, x);
    }

    private void checkScalars(List<Node> ys, List<Map<String, Value>> inputs, String... mapped) {
        IntStream.range(0, ys.size()).forEach(i -> b.output("y" + i, ys.get(i)));
        Graph g = b.build();
        check(g, inputs, List.of(mapped));
    }

    @Test
    void whileGoesOnUntilAllAreDone() {
        Node a = b.input("a", DType.F64);
        Node rate = b.input("rate", DType.F64);
        List<Node> r = Loops.whileLoop(b, 100, List.of(a, b.constant(DType.I32, 0), rate), (s, c) -> s.lt(c.get(0), s.constant(DType.F64, 100)),
                (s, c) -> List.of(s.mul(c.get(0), c.get(2)), s.add(c.get(1), 1), c.get(2)));
        List<Map<String, Value>> in = List.of(Map.of("a", scalar(1), "rate", scalar(2)), Map.of("a", scalar(7), "rate", scalar(3)), Map.of("a", scalar(150), "rate", scalar(4)));
        checkScalars(r, in, "a", "rate");
    }

    @Test
    void whileOfAnUnmappedCondition() {
        Node a = b.input("a", DType.F64);
        List<Node> r = Loops.whileLoop(b, 100, List.of(b.constant(DType.F64, 1), b.constant(DType.I32, 0)), (s, c) -> s.lt(c.get(1), s.constant(DType.I32, 5)),
                (s, c) -> List.of(s.mul(c.get(0), a), s.add(c.get(1), 1)));
        checkScalars(r, List.of(Map.of("a", scalar(1.5)), Map.of("a", scalar(-2))), "a");
    }

    @Test
    void whileWhoseLengthAloneIsMapped() {
        Node n = b.input("n", DType.I32);
        List<Node> r = Loops.whileLoop(b, 100, List.of(b.constant(DType.I32, 0), b.constant(DType.F64, 1)), (s, c) -> s.lt(c.get(0), n),
                (s, c) -> List.of(s.add(c.get(0), 1), s.mul(c.get(1), 3)));
        checkScalars(r, IntStream.range(0, 4).mapToObj(i -> Map.of("n", Value.scalar(DType.I32, 2 * i))).toList(), "n");
    }

    @Test
    void condOfEachElement() {
        Node p = b.input("p", DType.BOOL);
        Node x = b.input("x", DType.F64);
        List<Node> r = Loops.cond(b, p, t -> List.of(t.sin(x), t.constant(DType.F64, 1)), o -> List.of(o.mul(x, 2), x));
        List<Map<String, Value>> in = List.of(Map.of("p", Value.scalar(DType.BOOL, 1), "x", scalar(2)), Map.of("p", Value.scalar(DType.BOOL, 0), "x", scalar(3)));
        checkScalars(r, in, "p", "x");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void condOfOneCondition(int choice) {
        Node x = b.input("x", DType.F64);
        List<Node> r = Loops.cond(b, b.input("p", DType.BOOL), t -> List.of(t.sin(x), t.constant(DType.F64, 1)), o -> List.of(o.mul(x, 2), x));
        Value p = Value.scalar(DType.BOOL, choice);
        checkScalars(r, List.of(Map.of("p", p, "x", scalar(2)), Map.of("p", p, "x", scalar(3))), "x");
    }

    @Test
    void scanWhoseCarryBecomesMappedOnTheWay() {
        Node x = b.input("x", DType.F64, 4);
        Node k = b.input("k", DType.F64);
        // c0 is mapped only because c1 is, which is because x is; c2 never is.
        List<Node> r = Loops.scan(b, 4, true, List.of(k, b.constant(DType.F64, 0), k), List.of(x), (s, c, slices) -> new Loops.Step(
                List.of(s.add(c.get(0), c.get(1)), s.add(slices.get(0), c.get(1)), s.mul(c.get(2), 2)), List.of(c.get(0), c.get(2))));
        TensorType type = TensorType.of(DType.F64, 4);
        checkScalars(r, List.of(Map.of("x", Value.of(type, 1, 2, 3, 4), "k", scalar(3)), Map.of("x", Value.of(type, 5, -6, 7, 8), "k", scalar(3))), "x");
    }

    @Test
    void gradientsOfEachExample() {
        Node w = b.input("w", DType.F64, 3);
        Node x = b.input("x", DType.F64, 3);
        Node h = Loops.custom(b, List.of(b.mul(w, x)), (s, k) -> List.of(s.tanh(k.get(0))),
                (s, k, y, dy) -> List.of(s.mul(dy.get(0), s.sub(s.constant(DType.F64, 1), s.square(y.get(0)))))).get(0);
        List<Node> last = Loops.scan(b, 3, false, List.of(w), List.of(h), (s, c, slices) -> new Loops.Step(List.of(s.sin(s.mul(c.get(0), slices.get(0)))), List.of()));
        Node g = Gradient.of(b, b.sumAll(last.get(0)), w);
        TensorType type = TensorType.of(DType.F64, 3);
        checkScalars(List.of(g), List.of(Map.of("w", Value.of(type, 1, 2, 3), "x", Value.of(type, .1, .2, .3)), Map.of("w", Value.of(type, 1, 2, 3), "x", Value.of(type, .4, -.5, .6))), "x");
    }

    @Test
    void theGradientOfABatchAndTheBatchOfCustoms() {
        Node w = b.input("w", DType.F64, 2);
        Node x = b.input("x", DType.F64, 2);
        Node y = Loops.custom(b, List.of(w, x), (s, k) -> List.of(s.mul(k.get(0), k.get(1))),
                (s, k, r, dy) -> List.of(s.mul(s.mul(dy.get(0), k.get(1)), 10), s.mul(dy.get(0), k.get(0)))).get(0);
        Node xs = b.input("xs", DType.F64, 3, 2);
        Node all = Batch.of(b, List.of(y), List.of(x), List.of(xs)).get(0);
        // The user's factor of 10 is there, and w, which all elements share, gets the sum.
        double[] g = Evaluated.at(b, Gradient.of(b, b.sumAll(all), w), Map.of("w", Value.of(w.type(), 1, 1), "xs", Value.of(xs.type(), 1, 2, 3, 4, 5, 6)));
        assertEquals(90, g[0]);
        assertEquals(120, g[1]);
    }

    @Test
    void aSharedWeightIsNotRepeated() {
        Node x = b.input("x", DType.F32, 7);
        Node w = b.input("w", DType.F32, 7, 5);
        Node y = b.contract(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), x, w);
        Node xs = b.input("xs", DType.F32, 64, 7);
        Graph g = Evaluated.only(b, Batch.of(b, List.of(y), List.of(x), List.of(xs)).get(0));
        assertEquals(3, g.nodes().size(), "xs · w");
    }

    @Test
    void drawsOfOneKeyAreSharedAndThoseOfSeveralDiffer() {
        Node key = b.input("key", DType.I64);
        Node x = b.input("x", DType.I32, 4);
        Node words = b.random(key, DType.I32, 4);
        Node xs = b.input("xs", DType.I32, 3, 4);
        Node keys = b.input("keys", DType.I64, 3);
        Node shared = Batch.of(b, List.of(b.add(words, x)), List.of(x), List.of(xs)).get(0);
        Node own = Batch.of(b, List.of(words), List.of(key), List.of(keys)).get(0);
        double[] s = Evaluated.at(b, shared, Map.of("key", Value.scalar(DType.I64, 1), "xs", Value.zeros(xs.type())));
        double[] o = Evaluated.at(b, own, Map.of("keys", Value.of(keys.type(), 1, 2, 3)));
        for (int i = 0; i < 4; i++) {
            assertEquals(s[i], s[i + 4]);
            assertEquals(s[i], o[i], "the first key is the same");
            assertTrue(o[i] != o[i + 4] && o[i] != o[i + 8]);
        }
    }

    @Test
    void whatDoesNotDependOnTheMappedIsRepeated() {
        Node x = b.input("x", DType.F64);
        Node k = b.input("k", DType.F64, 2);
        Node xs = b.input("xs", DType.F64, 3);
        List<Node> r = Batch.of(b, List.of(k, x), List.of(x), List.of(xs));
        assertEquals(TensorType.of(DType.F64, 3, 2), r.get(0).type());
        assertSame(xs, r.get(1));
    }

    @Test
    void errors() {
        Node x = b.input("x", DType.F32, 2, 3);
        Node y = b.exp(x);
        Node wrong = b.input("wrong", DType.F32, 4, 3, 2);
        GraphException e = assertThrows(GraphException.class, () -> Batch.of(b, List.of(y), List.of(x), List.of(wrong)));
        assertTrue(e.getMessage().startsWith("batch over input \"x\" f32[2,3]: its values must be of f32 and have one axis before those of [2,3], not f32[4,3,2]"), e.getMessage());
        Node z = b.input("z", DType.F32);
        e = assertThrows(GraphException.class, () -> Batch.of(b, List.of(y), List.of(x, z), List.of(b.input("xs", DType.F32, 4, 2, 3), b.input("zs", DType.F32, 5))));
        assertTrue(e.getMessage().startsWith("batch: 5 values for input \"z\" f32[], and 4 for input \"x\""), e.getMessage());
        assertThrows(GraphException.class, () -> Batch.of(b, List.of(y), List.of(), List.of()));
        Node deep = b.reshape(x, 1, 1, 1, 1, 1, 1, 2, 3);
        e = assertThrows(GraphException.class, () -> Batch.of(b, List.of(deep), List.of(x), List.of(b.input("more", DType.F32, 4, 2, 3))));
        assertTrue(e.getMessage().contains("batch of 4 tensors [1,1,1,1,1,1,2,3]"), e.getMessage());
    }
}
