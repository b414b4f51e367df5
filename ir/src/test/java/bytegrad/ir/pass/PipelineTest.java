package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.testing.Sample;
import bytegrad.ir.testing.Samples;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PipelineTest {
    private static final Pipeline PIPELINE = Pipeline.standard().verifying();
    private static final long SEED = Long.getLong("bytegrad.seed", Samples.SEED);

    static Stream<Sample> samples() {
        return Samples.all().stream();
    }

    /** Every pass alone, then all of them, keep the meaning of every sample; on awkward numbers too. */
    @ParameterizedTest
    @MethodSource("samples")
    void everyPassKeepsMeaning(Sample s) {
        List<Pass> passes = new ArrayList<>(PIPELINE.passes());
        passes.add(PIPELINE);
        for (Pass pass : passes) {
            Graph simple = pass.run(s.graph());
            Verify.check(s.graph(), simple);
            assertSame(simple, pass.run(simple), pass.name() + " reaches a fixed point");
            assertTrue(work(simple) <= work(s.graph()), pass.name() + " computes no more than before");
            if (simple != s.graph()) {
                assertSameMeaning(s.graph(), simple, s.inputs(SEED));
                assertSameMeaning(s.graph(), simple, s.specialInputs(SEED));
            }
        }
    }

    @Test
    void randomGraphsKeepTheirMeaning() {
        for (long seed = SEED; seed < SEED + 400; seed++) {
            Graph g = RandomGraphs.graph(seed);
            Graph simple = PIPELINE.run(g);
            assertSame(simple, PIPELINE.run(simple), "seed " + seed + " reaches a fixed point");
            assertTrue(work(simple) <= work(g), "seed " + seed);
            try {
                assertSameMeaning(g, simple, RandomGraphs.inputs(g, seed));
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + "\n" + GraphPrinter.print(g) + "became\n" + GraphPrinter.print(simple), e);
            }
        }
    }

    /** Elements that are computed, rather than moved or given. */
    private static long work(Graph g) {
        return g.nodes().stream().filter(n -> !(n.op() instanceof Op.View) && !(n.op() instanceof Op.Concat) && !n.inputs().isEmpty()).mapToLong(n -> n.type().size()).sum()
                + g.nodes().stream().filter(n -> n.op() instanceof Op.Nested).flatMap(n -> Bodies.of((Op.Nested) n.op()).stream()).mapToLong(PipelineTest::work).sum();
    }

    /** In double the interpreter has the bits of a run, and none may change. */
    @Test
    void graphsInDoubleKeepEveryBit() {
        for (long seed = SEED; seed < SEED + 200; seed++) {
            Graph g = RandomGraphs.smooth(seed, DType.F64);
            Graph simple = PIPELINE.run(g);
            Map<String, Value> inputs = RandomGraphs.inputs(g, seed);
            assertEquals(Interpreter.run(g, inputs).outputs(), Interpreter.run(simple, Golden.only(inputs, simple)).outputs(), "seed " + seed);
        }
    }

    private static void assertSameMeaning(Graph from, Graph to, Map<String, Value> inputs) {
        var expected = Interpreter.run(from, inputs);
        var actual = Interpreter.run(to, Golden.only(inputs, to));
        boolean rounds = from.nodes().stream().anyMatch(n -> n.dtype() == DType.F32);
        expected.outputs().forEach((name, v) -> assertSameValue(name, v, actual.output(name), rounds));
        expected.updates().forEach((name, v) -> assertSameValue(name, v, Objects.requireNonNull(actual.updates().get(name)), rounds));
    }

    /**
     * The same bits, all NaNs alike; but what is computed of f32 may differ by its rounding, which the interpreter leaves
     * out, while a folded constant has been rounded.
     */
    private static void assertSameValue(String name, Value expected, Value actual, boolean rounds) {
        if (expected.equals(actual)) {
            return;
        }
        String difference = name + " was " + expected + " and is " + actual;
        assertTrue(rounds && expected.dtype().isFloat() && expected.type().equals(actual.type()), difference);
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.at(i);
            double a = actual.at(i);
            boolean close = Double.compare((float) e, (float) a) == 0 || Math.abs(e - a) <= 1e-5 * Math.max(1, Math.abs(e));
            assertTrue(close, difference);
        }
    }

    @Test
    void outputsUpdatesAndLabelsAreKept() {
        Graph g = GraphParser.parse("""
                graph
                w: f32[3] = input "w"
                x: f32[3] = input "x"
                two: f32[] = constant 2
                %3: f32[] = constant 3
                six: f32[] = mul(two, %3)
                %5: f32[3] = neg(x)
                negated: f32[3] = neg(%5)
                %7: f32[3] = broadcast(six) axes=[]
                step: f32[3] = mul(negated, %7)
                %9: f32[3] = stop_gradient(step)
                next: f32[3] = sub(w, %9)
                output "x again" = negated
                output "six" = six
                update "w" = next
                """);
        assertEquals("""
                graph
                w: f32[3] = input "w"
                x: f32[3] = input "x"
                six: f32[] = constant 6.0
                %3: f32[3] = broadcast(six) axes=[]
                step: f32[3] = mul(x, %3)
                next: f32[3] = sub(w, step)
                output "x again" = x
                output "six" = six
                update "w" = next
                """, GraphPrinter.print(PIPELINE.run(g)));
        assertTrue(GraphPrinter.print(Pipeline.differentiable().run(g)).contains("stop_gradient"));
    }

    @Test
    void eachStepIsToldAndAPassCanBeLeftOut() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.neg(b.neg(b.mul(b.constant(DType.F32, 2), b.constant(DType.F32, 3)))));
        b.output("z", b.neg(b.neg(b.input("x", DType.F32))));
        Graph g = b.build();
        List<String> steps = new ArrayList<>();
        PIPELINE.run(g, (step, pass, before, after) -> steps.add(step + " " + pass.name() + " " + before.nodes().size() + " -> " + after.nodes().size()));
        assertEquals(List.of("1 FoldConstants 8 -> 4", "2 Algebra 4 -> 2"), steps);
        Graph without = PIPELINE.without("Algebra").run(g);
        assertEquals(4, without.nodes().size());
    }

    @Test
    void aWrongPassIsNamed() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.input("x", DType.F32));
        Graph g = b.build();
        Pass wrong = Pass.named("Rename", graph -> {
            GraphBuilder c = new GraphBuilder();
            c.output("other", c.input("x", DType.F32));
            return c.build();
        });
        Pipeline p = new Pipeline(List.of(wrong), 1, true);
        assertEquals("after pass Rename: malformed graph: the outputs became [other]", assertThrows(IllegalStateException.class, () -> p.run(g)).getMessage());
        Rewrite.Rule type = (node, in, c) -> c.constant(DType.I32, 1);
        GraphBuilder d = new GraphBuilder();
        d.output("y", d.neg(d.input("x", DType.F32)));
        assertTrue(assertThrows(IllegalStateException.class, () -> Rewrite.once(d.build(), type)).getMessage().startsWith("a pass replaced neg %1 f32[] by constant"));
    }

    /** A rule that never rests is stopped: each sweep has kept the meaning. */
    @Test
    void sweepsAreBounded() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.add(b.input("x", DType.F32), b.input("z", DType.F32)));
        Rewrite.Rule swap = (node, in, c) -> c.map(ScalarFn.ADD, in.get(1), in.get(0));
        Graph g = Rewrite.toFixedPoint(b.build(), swap);
        assertEquals(3, g.nodes().size());
    }

    @Test
    void nothingToDoIsTheSameGraph() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.tanh(b.input("x", DType.F32, 3)));
        Graph g = b.build();
        assertSame(g, PIPELINE.run(g));
    }

    /** Deep chains need no stack, and time grows with the nodes. */
    @Test
    void twentyThousandNodesAreQuick() {
        Graph chain = chain(20_000);
        Graph tangle = tangle(20_000);
        Pipeline quick = Pipeline.standard();
        // Time of this thread alone, whatever else the machine does.
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        Graph simpleChain = quick.run(chain);
        Graph simpleTangle = quick.run(tangle);
        double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
        assertTrue(seconds < 3, seconds + " s");
        assertFalse(simpleChain.nodes().size() > chain.nodes().size());
        assertFalse(simpleTangle.nodes().size() > tangle.nodes().size());
    }

    /** Add, mul, tanh and things to simplify in turn, all the way down. */
    private static Graph chain(int n) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 1024);
        Node y = x;
        for (int i = 0; b.nodes().size() < n; i++) {
            y = switch (i % 6) {
                case 0 -> b.add(y, x);
                case 1 -> b.mul(y, 1 + i % 3);
                case 2 -> b.tanh(y);
                case 3 -> b.neg(b.neg(y));
                case 4 -> b.reshape(b.reshape(y, 32, 32), 1024);
                default -> b.add(y, b.broadcastTo(b.mul(b.constant(DType.F32, i), 3), y.shape()));
            };
        }
        b.output("y", y);
        return b.build();
    }

    private static Graph tangle(int n) {
        GraphBuilder b = new GraphBuilder();
        SplittableRandom random = new SplittableRandom(SEED);
        List<Node> pool = new ArrayList<>(List.of(b.input("x", DType.F32, 16), b.input("z", DType.F32, 16), b.constant(Literal.of(DType.F32, 1))));
        pool.set(2, b.broadcastTo(pool.get(2), pool.get(0).shape()));
        while (b.nodes().size() < n) {
            Node p = pool.get(Math.max(0, pool.size() - 1 - random.nextInt(64)));
            Node q = pool.get(Math.max(0, pool.size() - 1 - random.nextInt(64)));
            pool.add(switch (random.nextInt(4)) {
                case 0 -> b.add(p, q);
                case 1 -> b.mul(p, q);
                case 2 -> b.sub(p, b.neg(q));
                default -> b.tanh(p);
            });
        }
        Node sum = pool.getLast();
        for (Node node : pool.subList(pool.size() - 64, pool.size())) {
            sum = b.add(sum, node);
        }
        b.output("y", sum);
        return b.build();
    }
}
