package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.StepLimitException;
import bytegrad.ir.eval.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class LoopsTest {
    private final GraphBuilder b = new GraphBuilder();
    private final Node x = b.input("x", DType.F64, 3, 2);
    private final Node c = b.input("c", DType.F64, 2);
    private final Node p = b.input("p", DType.BOOL);

    private static void refused(String message, Executable call) {
        String actual = String.valueOf(assertThrows(GraphException.class, call).getMessage());
        assertTrue(actual.startsWith(message) && actual.contains("LoopsTest.java:"), actual);
    }

    private static Graph body(java.util.function.Consumer<GraphBuilder> write) {
        GraphBuilder s = new GraphBuilder();
        write.accept(s);
        return s.build();
    }

    private Map<String, Value> run(Map<String, Value> in) {
        return Interpreter.run(b.build(), in).outputs();
    }

    private static Value reals(Node like, double... v) {
        return Value.of(like.type(), v);
    }

    @Test
    void aScanRunsUpOrDown() {
        for (boolean reverse : new boolean[] {false, true}) {
            List<Node> r = Loops.scan(b, 3, reverse, List.of(c), List.of(x),
                    (s, h, xs) -> new Loops.Step(List.of(s.add(s.mul(h.get(0), 10), xs.get(0))), List.of(h.get(0))));
            b.output("h" + reverse, r.get(0));
            b.output("y" + reverse, r.get(1));
        }
        Map<String, Value> y = run(Map.of("x", reals(x, 1, 2, 3, 4, 5, 6), "c", reals(c, 7, 8)));
        assertEquals(reals(c, 7135, 8246), y.get("hfalse"));
        assertEquals(reals(x, 7, 8, 71, 82, 713, 824), y.get("yfalse"));
        assertEquals(reals(c, 7531, 8642), y.get("htrue"));
        assertEquals(reals(x, 753, 864, 75, 86, 7, 8), y.get("ytrue"));
    }

    @Test
    void theCarriesBeforeEachStepAreResultsToo() {
        Node last = Loops.scan(b, 3, false, List.of(c), List.of(x), (s, h, xs) -> new Loops.Step(List.of(s.add(h.get(0), xs.get(0))), List.of())).getFirst();
        b.output("before", b.apply(Bodies.result((Op.Nested) last.op(), 1), last.inputs()));
        assertEquals(reals(x, 7, 8, 8, 10, 11, 14), run(Map.of("x", reals(x, 1, 2, 3, 4, 5, 6), "c", reals(c, 7, 8))).get("before"));
    }

    @Test
    void nodesOfEnclosingBuildersBecomeConstants() {
        Node w = b.input("w", DType.F64, 2);
        Node r = Loops.scan(b, 3, false, List.of(c), List.of(), (s, h, none) ->
                new Loops.Step(List.of(Loops.scan(s, 2, false, h, List.of(), (u, g, nothing) ->
                        new Loops.Step(List.of(u.mul(u.add(g.get(0), w), b.constant(DType.F64, 2))), List.of())).getFirst()), List.of())).getFirst();
        assertEquals(List.of(c, w), r.inputs());
        Op.Scan outer = (Op.Scan) r.op();
        Node inner = outer.body().nodes().stream().filter(n -> n.op() instanceof Op.Scan).findFirst().orElseThrow();
        assertEquals(List.of("c0", "k0"), inner.inputs().stream().map(n -> ((Op.Input) n.op()).name()).toList());
        b.output("y", r);
        assertEquals(reals(c, 64 + 126, 64 + 252), run(Map.of("c", reals(c, 1, 1), "w", reals(w, 1, 2))).get("y"));
    }

    @Test
    void resultsOfOneCallShareTheirBody() {
        List<Node> r = Loops.cond(b, p, s -> List.of(c, x), s -> List.of(s.neg(c), s.neg(x)));
        assertSame(((Op.Cond) r.get(0).op()).then(), ((Op.Cond) r.get(1).op()).then());
        assertEquals(r.get(0).inputs(), r.get(1).inputs());
    }

    @Test
    void oneBranchRuns() {
        Node i = b.input("i", DType.I32, 1);
        // The other would fail.
        b.output("y", Loops.cond(b, p, s -> List.of(s.gather(c, i, 0)), s -> List.of(s.slice(c, 0, 0, 1))).getFirst());
        Map<String, Value> in = Map.of("c", reals(c, 7, 8), "i", Value.of(i.type(), 99), "p", Value.of(p.type(), 0));
        assertEquals(7.0, run(in).get("y").at(0));
    }

    @Test
    void aWhileStopsAtItsLimit() {
        Node n = b.label(Loops.whileLoop(b, 5, List.of(c), (s, h) -> s.lt(s.sum(h.get(0), 0), s.constant(DType.F64, 10)),
                (s, h) -> List.of(s.add(h.get(0), 1))).getFirst(), "counter");
        b.output("y", n);
        assertEquals(reals(c, 5, 5), run(Map.of("c", reals(c, 0, 0))).get("y"));
        assertEquals("while counter: it would go on after its limit of 5 steps",
                assertThrows(StepLimitException.class, () -> run(Map.of("c", reals(c, -1, -2)))).getMessage());
    }

    @Test
    void aBoundedWhileStopsAtItsBound() {
        b.output("y", Loops.boundedWhile(b, 3, List.of(c), (s, h) -> s.lt(s.sum(h.get(0), 0), s.constant(DType.F64, 4)), (s, h) -> List.of(s.add(h.get(0), 1)))
                .getFirst());
        assertEquals(reals(c, 2, 2), run(Map.of("c", reals(c, 0, 0))).get("y"));
        assertEquals(reals(c, -7, -7), run(Map.of("c", reals(c, -10, -10))).get("y"));
    }

    @Test
    void aCheckpointedScanIsAScan() {
        for (int length : new int[] {0, 1, 2, 3, 7, 9, 17}) {
            Node xs = b.input("x" + length, DType.F64, length, 2);
            Loops.ScanBody body = (s, h, x) -> new Loops.Step(List.of(s.sin(s.add(h.get(0), x.get(0)))), List.of(s.mul(h.get(0), x.get(0))));
            List<Node> plain = Loops.scan(b, length, false, List.of(c), List.of(xs), body);
            List<Node> cut = Loops.checkpointedScan(b, length, List.of(c), List.of(xs), body);
            GraphBuilder g = new GraphBuilder();
            List<Node> copy = new java.util.ArrayList<>();
            b.nodes().forEach(n -> copy.add(g.apply(n.op(), n.inputs().stream().map(k -> copy.get(k.id())).toList())));
            for (int k = 0; k < 2; k++) {
                g.output("plain" + k, copy.get(plain.get(k).id()));
                g.output("cut" + k, copy.get(cut.get(k).id()));
            }
            double[] v = new double[2 * length];
            java.util.Arrays.setAll(v, k -> Math.sin(k));
            Map<String, Value> in = Map.of("c", reals(c, 0.3, 0.4), "x" + length, reals(xs, v));
            Graph graph = g.build();
            in = length == 0 ? Map.of("c", reals(c, 0.3, 0.4), "x0", reals(xs)) : in;
            Map<String, Value> given = new java.util.HashMap<>(in);
            given.keySet().removeIf(name -> graph.input(name).isEmpty());
            Map<String, Value> y = Interpreter.run(graph, given).outputs();
            assertEquals(y.get("plain0"), y.get("cut0"));
            assertEquals(y.get("plain1"), y.get("cut1"));
        }
    }

    @Test
    void aWhileThatChangesNothingEndsAtOnceOrNever() {
        b.output("y", Loops.whileLoop(b, 3, List.of(c), (s, h) -> p, (s, h) -> h).getFirst());
        Value given = reals(c, 1, 2);
        assertEquals(given, run(Map.of("c", given, "p", Value.of(p.type(), 0))).get("y"));
        assertThrows(StepLimitException.class, () -> run(Map.of("c", given, "p", Value.of(p.type(), 1))));
        assertEquals(List.of(), Loops.whileLoop(b, 3, List.of(), (s, h) -> p, (s, h) -> h));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("scan of 4 steps: tensor 0 is f64[3,2]; its first axis must have 4 elements, one slice a step",
                () -> Loops.scan(b, 4, false, List.of(c), List.of(x), (s, h, xs) -> new Loops.Step(h, List.of())));
        refused("scan: the body's next carries are [f64[]], and must be [f64[2]] as the first ones are",
                () -> Loops.scan(b, 3, false, List.of(c), List.of(x), (s, h, xs) -> new Loops.Step(List.of(s.sum(h.get(0), 0)), List.of())));
        refused("cond: then gives [f64[2]], otherwise [f64[3,2]]; cast or broadcast them to the same types",
                () -> Loops.cond(b, p, s -> List.of(c), s -> List.of(x)));
        refused("cond of f64[2], f64[2]: the first operand must be the condition, a bool scalar",
                () -> Loops.cond(b, c, s -> List.of(c), s -> List.of(s.neg(c))));
        refused("while of f64[2]: the condition must have the one output \"go\", a bool scalar; it has [go bool[2]]",
                () -> Loops.whileLoop(b, 3, List.of(c), (s, h) -> s.lt(h.get(0), s.constant(DType.F64, 1)), (s, h) -> List.of(s.neg(h.get(0)))));
        refused("while of f64[2]: limit is -1, and must not be negative",
                () -> Loops.whileLoop(b, -1, List.of(c), (s, h) -> s.constant(DType.BOOL, 1), (s, h) -> List.of(s.neg(h.get(0)))));
        refused("while of f64[2]: limit is -2, and must not be negative", () -> Loops.whileLoop(b, -2, List.of(c), (s, h) -> s.constant(DType.BOOL, 1), (s, h) -> h));
        refused("scan of f64[2]: length is -2, and must not be negative", () -> Loops.scan(b, -2, false, List.of(c), List.of(), (s, h, xs) -> new Loops.Step(h, List.of())));
        refused("scan of f64[2]: length is -2, and must not be negative", () -> Loops.checkpointedScan(b, -2, List.of(c), List.of(), (s, h, xs) ->
                new Loops.Step(List.of(s.neg(h.get(0))), h)));
        refused("tanh: operand %0 f64[2] belongs to a body of a loop or condition: inside of it, use the builder that the body is given",
                () -> Loops.scan(b, 2, false, List.of(c), List.of(), (s, h, xs) -> new Loops.Step(List.of(b.tanh(h.get(0))), List.of())));
        refused("custom: the vjp gives 0 cotangents for 1 operands",
                () -> Loops.custom(b, List.of(c), (s, k) -> k, (s, k, y, dy) -> List.of()));
        refused("custom of f64[2]: the vjp's output \"dk0\" is f64[], and operand 0 is f64[2]",
                () -> Loops.custom(b, List.of(c), (s, k) -> k, (s, k, y, dy) -> List.of(s.constant(DType.F64, 0))));
        refused("mul: operand %1 f64[2] belongs to another graph",
                () -> Loops.custom(b, List.of(c), (s, k) -> List.of(s.mul(k.get(0), c)), (s, k, y, dy) -> dy));
        refused("custom of [bool[]]: no operand is a float, so there is no gradient to give",
                () -> Loops.custom(b, List.of(p), (s, k) -> k, (s, k, y, dy) -> k));
    }

    @Test
    void graphsThatDoNotFitTheirOpAreRefused() {
        Graph next = body(s -> s.update(s.input("c0", DType.F64, 2), s.constant(Literal.of(Shape.of(2), 1.0, 2.0))));
        refused("scan of f64[2]: there is no result 7; it has 2", () -> b.apply(new Op.Scan(next, 3, false, 1, 0, 7), List.of(c)));
        refused("scan of f64[2]: length is -3, and must not be negative", () -> b.apply(new Op.Scan(next, -3, false, 1, 0, 0), List.of(c)));
        refused("scan of f64[2]: needs 1 first values of carries and 1 tensors to scan, and has 1 operands",
                () -> b.apply(new Op.Scan(next, 3, false, 1, 1, 0), List.of(c)));
        refused("scan of f64[2]: x0 is f64[2], and of 3 steps each needs a slice of it: its first axis must have 3 elements",
                () -> b.apply(new Op.Scan(next, 3, false, 0, 1, 0), List.of(c)));
        refused("scan of f64[3,2]: the body's input \"c0\" is f64[2], and stands for a f64[3,2]", () -> b.apply(new Op.Scan(next, 3, false, 1, 0, 0), List.of(x)));
        refused("scan of f64[2]: the body has the input \"c0\", and can have k0", () -> b.apply(new Op.Scan(next, 3, false, 0, 0, 0), List.of(c)));
        refused("scan of f64[2]: 2147483647 slices of f64[2]: shape [2147483647, 2] has more than 2^31-1 elements",
                () -> b.apply(new Op.Scan(next, Integer.MAX_VALUE, false, 1, 0, 1), List.of(c)));
        Graph named = body(s -> s.output("z", s.input("k0", DType.F64, 2)));
        refused("cond of bool[], f64[2]: the graph then has the outputs [z f64[2]]; they must be named y0, y1 and so on",
                () -> b.apply(new Op.Cond(named, named, 0), List.of(p, c)));
        refused("cond of bool[], f64[2]: the graph then has the input \"c0\", and can have k0", () -> b.apply(new Op.Cond(next, next, 0), List.of(p, c)));
        Graph go = body(s -> s.output("go", s.constant(DType.BOOL, 1)));
        refused("while of f64[2]: the body gives the next carries alone; it must not have the outputs [go bool[]]",
                () -> b.apply(new Op.While(go, go, 3, 1, 0), List.of(c)));
        Graph y = body(s -> s.output("y0", s.input("k0", DType.F64, 2)));
        refused("custom of f64[2]: the vjp's output \"y0\" is none of dk0 to dk0", () -> b.apply(new Op.Custom(y, y, 0), List.of(c)));
    }
}
