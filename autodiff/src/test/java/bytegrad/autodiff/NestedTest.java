package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.Fill;
import bytegrad.ir.testing.FiniteDifference;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Derivatives of the ops that run other graphs: both modes and both orders against differences, costs, and errors. */
class NestedTest {
    private static final long SEED = 7;
    private final GraphBuilder b = new GraphBuilder();
    private final Map<String, Fill> fills = new HashMap<>();

    private Node x(String name, int... dims) {
        return b.input(name, DType.F64, dims);
    }

    /** Checks the graph of all nodes given, by all its float inputs. */
    private void check(List<Node> ys) {
        Graph g = graph(ys);
        Map<String, Value> in = inputs(g);
        Directional.check(g, in, in.keySet().stream().filter(n -> in.get(n).dtype().isFloat()).toList(), SEED);
    }

    private Graph graph(List<Node> ys) {
        for (int i = 0; i < ys.size(); i++) {
            b.output("out" + i, ys.get(i));
        }
        return b.build();
    }

    private Map<String, Value> inputs(Graph g) {
        SplittableRandom random = new SplittableRandom(SEED);
        Map<String, Value> in = new LinkedHashMap<>();
        for (Node n : g.inputs()) {
            String name = ((Op.Input) n.op()).name();
            Fill usual = n.dtype().isFloat() ? new Fill.Uniform(-1, 1) : n.dtype() == DType.BOOL ? new Fill.Truths() : new Fill.Integers(0, 3);
            in.put(name, fills.getOrDefault(name, usual).draw(n.type(), random));
        }
        return in;
    }

    private List<Node> recurrent(int length, boolean reverse) {
        Node w = x("w", 3, 3);
        return Loops.scan(b, length, reverse, List.of(x("h", 2, 3)), List.of(x("x", length, 2, 3)), (s, c, x) -> {
            Node next = s.tanh(s.add(s.matmul(c.get(0), w), x.get(0)));
            return new Loops.Step(List.of(next), List.of(s.mul(next, c.get(0))));
        });
    }

    @Test
    void recurrentNetwork() {
        check(recurrent(5, false));
    }

    @Test
    void fromTheEnd() {
        check(recurrent(4, true));
    }

    @Test
    void oneStepAndNone() {
        check(recurrent(1, false));
    }

    @Test
    void noStep() {
        check(recurrent(0, false));
    }

    @Test
    void oneResultAlone() {
        check(recurrent(3, false).subList(1, 2));
    }

    @Test
    void stacksOfCarries() {
        List<Node> r = recurrent(4, false);
        Node stack = b.apply(Bodies.result((Op.Nested) r.get(0).op(), 2), r.get(0).inputs());
        check(List.of(r.get(0), stack));
    }

    @Test
    void carriesOfEveryDtypeAndSomeThatStay() {
        Node k = x("k", 2);
        Node n = b.input("n", DType.I32, 4);
        List<Node> r = Loops.scan(b, 4, false, List.of(b.constant(DType.I32, 0), x("c", 2), x("still", 2), b.input("p", DType.BOOL), x("unread")),
                List.of(n, x("x", 4, 2)), (s, c, x) -> {
                    Node count = s.add(c.get(0), x.get(0));
                    Node f = s.cast(count, DType.F64);
                    Node next = s.sin(s.add(s.mul(c.get(1), f), s.mul(c.get(2), k)));
                    Node chosen = s.select(s.broadcastTo(c.get(3), next.shape()), next, s.mul(x.get(1), c.get(1)));
                    return new Loops.Step(List.of(count, chosen, c.get(2), s.not(c.get(3)), c.get(4)), List.of(s.add(x.get(1), f), count));
                });
        check(r);
    }

    @Test
    void mapOverSlices() {
        Node k = x("k", 3);
        check(Loops.scan(b, 4, false, List.of(), List.of(x("x", 4, 3)), (s, c, x) -> new Loops.Step(List.of(), List.of(s.sumAll(s.exp(s.mul(x.get(0), k)))))));
    }

    @Test
    void scanInScan() {
        Node w = x("w", 2);
        check(Loops.scan(b, 3, false, List.of(x("c", 2)), List.of(x("x", 3, 4, 2)), (s, c, x) -> {
            List<Node> inner = Loops.scan(s, 4, true, c, x, (t, d, z) -> new Loops.Step(List.of(t.tanh(t.add(t.mul(d.get(0), w), z.get(0)))), List.of(t.sumAll(d.get(0)))));
            return new Loops.Step(inner.subList(0, 1), inner.subList(1, 2));
        }));
    }

    @Test
    void checkpointedScan() {
        Node w = x("w", 2);
        check(Loops.checkpointedScan(b, 11, List.of(x("c", 2)), List.of(x("x", 11, 2)),
                (s, c, x) -> new Loops.Step(List.of(s.sin(s.add(s.mul(c.get(0), w), x.get(0)))), List.of(s.square(c.get(0))))));
    }

    private List<Node> choice() {
        Node p = x("p", 3);
        Node q = x("q", 3);
        return Loops.cond(b, b.input("which", DType.BOOL), t -> List.of(t.mul(p, t.sin(p)), t.sumAll(q)),
                o -> List.of(o.exp(o.mul(p, q)), o.constant(DType.F64, 2)));
    }

    @Test
    void condThen() {
        fills.put("which", new Fill.Integers(1, 1));
        check(choice());
    }

    @Test
    void condOtherwise() {
        fills.put("which", new Fill.Integers(0, 0));
        check(choice());
    }

    @Test
    void condInScan() {
        Node k = x("k", 2);
        check(Loops.scan(b, 5, false, List.of(x("c", 2)), List.of(b.input("which", DType.BOOL, 5)), (s, c, x) -> new Loops.Step(
                Loops.cond(s, x.get(0), t -> List.of(t.sin(t.mul(c.get(0), k))), o -> List.of(o.add(c.get(0), k))), List.of())));
    }

    private List<Node> newton(boolean bounded) {
        // Roots of a by Newton's steps, as long as they are off by 0.05.
        Node a = x("a");
        fills.put("a", new Fill.Uniform(2.9, 3));
        Function<GraphBuilder, Function<List<Node>, Node>> go = s -> c -> s.gt(s.abs(s.sub(s.square(c.get(0)), a)), s.constant(DType.F64, 0.05));
        Loops.Body step = (s, c) -> List.of(s.mul(s.add(c.get(0), s.div(a, c.get(0))), 0.5));
        List<Node> first = List.of(x("r"));
        fills.put("r", new Fill.Uniform(5, 5.1));
        return bounded ? Loops.boundedWhile(b, 10, first, (s, c) -> go.apply(s).apply(c), step)
                : Loops.whileLoop(b, 10, first, (s, c) -> go.apply(s).apply(c), step);
    }

    @Test
    void boundedWhile() {
        check(newton(true));
    }

    @Test
    void whileHasForwardModeAlone() {
        Node y = newton(false).get(0);
        Node a = b.nodes().get(0);
        Node r = b.nodes().stream().filter(n -> n.op().equals(new Op.Input("r", a.type()))).findFirst().orElseThrow();
        GraphException e = assertThrows(GraphException.class, () -> Gradient.of(b, y, a));
        assertTrue(e.getMessage().contains("while f64[]: how many steps it takes is not known"), e.getMessage());
        assertTrue(e.getMessage().contains("boundedWhile"), e.getMessage());
        Node dy = Gradient.pushforward(b, List.of(y), List.of(a, r), List.of(b.constant(DType.F64, 0.7), b.constant(DType.F64, -0.2)), Gradient.Unreached.ERROR).get(0);
        // Forward over forward.
        Node ddy = Gradient.pushforward(b, List.of(dy), List.of(a), List.of(b.constant(DType.F64, 1)), Gradient.Unreached.ERROR).get(0);
        Map<String, Value> in = Map.of("a", Value.scalar(DType.F64, 2.95), "r", Value.scalar(DType.F64, 5.05));
        Map<String, Value> direction = Map.of("a", Value.scalar(DType.F64, 0.7), "r", Value.scalar(DType.F64, -0.2));
        Map<String, Value> alongA = Map.of("a", Value.scalar(DType.F64, 1));
        assertEquals(FiniteDifference.along(Evaluated.only(b, y), "out", in, direction).derivative().scalar(), Evaluated.at(b, dy, in)[0], 1e-9);
        assertEquals(FiniteDifference.along(Evaluated.only(b, dy), "out", in, alongA).derivative().scalar(), Evaluated.at(b, ddy, in)[0], 1e-8);
    }

    @Test
    void whileThroughWhichNothingFlowsIsPassed() {
        Node a = x("a");
        Node steps = Loops.whileLoop(b, 10, List.of(b.constant(DType.I32, 0), b.constant(DType.F64, 1)), (s, c) -> s.lt(s.cast(c.get(0), DType.F64), a),
                (s, c) -> List.of(s.add(c.get(0), 1), s.mul(c.get(1), 2))).get(1);
        Node g = Gradient.of(b, b.mul(a, steps), a);
        assertArrayEquals(new double[] {8}, Evaluated.at(b, g, Map.of("a", Value.scalar(DType.F64, 2.5))));
    }

    private List<Node> cubes(GraphBuilder s, List<Node> of) {
        return Loops.custom(s, of, (t, k) -> List.of(t.mul(t.square(k.get(0)), k.get(0)), t.mul(k.get(0), k.get(1))),
                (t, k, y, dy) -> List.of(t.add(t.mul(t.mul(t.square(k.get(0)), 3), dy.get(0)), t.mul(dy.get(1), k.get(1))), t.mul(dy.get(1), k.get(0))));
    }

    @Test
    void customInBothModesAndOrders() {
        check(cubes(b, List.of(x("p", 3), x("q", 3))));
    }

    @Test
    void customInScan() {
        Node q = x("q", 3);
        check(Loops.scan(b, 3, false, List.of(x("p", 3)), List.of(), (s, c, x) -> {
            List<Node> r = cubes(s, List.of(s.sin(c.get(0)), s.mul(q, c.get(0))));
            return new Loops.Step(r.subList(0, 1), r.subList(1, 2));
        }));
    }

    @Test
    void theUsersGradientIsTaken() {
        Node p = x("p", 2);
        // Rounds forward, passes the cotangent on, ten times.
        Node y = Loops.custom(b, List.of(p), (t, k) -> List.of(t.sign(k.get(0))), (t, k, r, dy) -> List.of(t.mul(dy.get(0), 10))).get(0);
        Map<String, Value> in = Map.of("p", Value.of(p.type(), 3, -4));
        assertArrayEquals(new double[] {20, -20}, Evaluated.at(b, Gradient.of(b, b.sumAll(b.square(y)), p), in));
        Node one = b.full(p.type(), 1);
        assertArrayEquals(new double[] {10, 10}, Evaluated.at(b, Gradient.pushforward(b, List.of(y), List.of(p), List.of(one), Gradient.Unreached.ERROR).get(0), in));
    }

    @Test
    void aGradientThatIsNotLinearHasNoForwardMode() {
        Node p = x("p", 2);
        Node y = Loops.custom(b, List.of(p), (t, k) -> k, (t, k, r, dy) -> List.of(t.min(dy.get(0), t.constant(DType.F64, 1)))).get(0);
        assertArrayEquals(new double[] {1, -8}, Evaluated.at(b, Gradient.of(b, b.sumAll(b.square(y)), p), Map.of("p", Value.of(p.type(), 3, -4))));
        Node one = b.full(p.type(), 1);
        GraphException e = assertThrows(GraphException.class, () -> Gradient.pushforward(b, List.of(y), List.of(p), List.of(one), Gradient.Unreached.ERROR));
        assertTrue(e.getMessage().contains("forward mode through %1 = custom f64[2]: its gradient is not linear in the cotangent"), e.getMessage());
    }

    @Test
    void theCodeOfAGradientDoesNotGrowWithTheLength() {
        int[] sizes = new int[2];
        for (int i = 0; i < 2; i++) {
            NestedTest t = new NestedTest();
            List<Node> r = t.recurrent(i == 0 ? 10 : 10_000, false);
            Node g = Gradient.of(t.b, t.b.sumAll(r.get(1)), t.b.nodes().get(0));
            sizes[i] = size(Evaluated.only(t.b, g));
        }
        assertEquals(sizes[0], sizes[1]);
    }

    /** All nodes, those of bodies included. */
    private static int size(Graph g) {
        int n = g.nodes().size();
        for (Node x : g.nodes()) {
            if (x.op() instanceof Op.Nested op) {
                n += Bodies.of(op).stream().mapToInt(NestedTest::size).sum();
            }
        }
        return n;
    }

    @Test
    void whatIsNotWantedCostsNothing() {
        Node w = x("w", 2);
        Node v = x("v", 2);
        List<Node> r = Loops.scan(b, 9, false, List.of(x("c", 2), x("d", 2), b.constant(DType.I32, 0)), List.of(), (s, c, none) ->
                new Loops.Step(List.of(s.mul(c.get(0), w), s.sin(s.mul(c.get(1), v)), s.add(c.get(2), 1)), List.of()));
        Graph g = Evaluated.only(b, Gradient.of(b, b.sumAll(r.get(0)), w));
        Op.Scan back = g.nodes().stream().map(Node::op).filter(o -> o instanceof Op.Scan s && s.reverse()).map(Op.Scan.class::cast).findFirst().orElseThrow();
        assertEquals(2, back.carries(), "dc and dw");
        assertEquals(1, back.scanned(), "c alone");
        assertTrue(g.input("v").isPresent(), "the forward scan reads it");
        assertTrue(back.body().nodes().stream().noneMatch(n -> n.op().equals(new Op.Map(bytegrad.ir.ScalarFn.SIN))));
    }
}
