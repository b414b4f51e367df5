package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.emit.EmitOptions;
import bytegrad.codegen.emit.Emitter;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.KernelVerifier;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.nest.Checkpointing;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.nest.NestedKernels;
import bytegrad.codegen.nest.Trajectories;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.RandomDraws;
import bytegrad.ir.nn.layer.Dense;
import bytegrad.ir.nn.layer.Recurrence;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.testing.Sample;
import bytegrad.ir.testing.Samples;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However a scan's carries are kept, every result has the bits of a run that keeps them all. */
final class CutScansTest {
    private static final List<Options> WAYS = List.of(way(Options.Simd.BITS_512), way(Options.Simd.SCALAR));

    private static Options way(Options.Simd simd) {
        return Options.DEFAULT.withSimd(simd).withVerification(true);
    }

    /** The same graph with each of its scans cut, whether or not it pays. */
    static Compilation cut(Compilation c, Options o, IntFunction<Checkpointing> how) {
        CutScans cuts = Trajectories.of(c.graph()).cut(how);
        NestedKernels nested = new NestedKernels(true, Partition.WEIGHT_LIMIT, o.simd().bytes(), o.machine()).with(cuts);
        List<LoweredKernel> kernels = nested.cut(c.partition(), c.kernels());
        kernels.forEach(k -> KernelVerifier.verify(k.kernel()));
        List<Node> unread = c.source().inputs().stream().filter(n -> c.graph().input(((Op.Input) n.op()).name()).isEmpty()).toList();
        MemoryPlan plan = Planner.plan(c.runs(), unread, kernels, Set.of(), o.machine());
        int derived = plan.memory().derived();
        int first = plan.stepsBeforeUpdates();
        EmitOptions emit = (o.simd().bytes() == 0 ? EmitOptions.BAKED : EmitOptions.SHARED).withCheck(ClassChecks.installed());
        ClassImage image = Emitter.emit(plan.part(0, derived, true), plan.part(derived, first, true), plan.part(first, plan.kernels().size(), true), "bytegrad/compiled/Graph", emit);
        return new Compilation(c.source(), c.runs(), c.partition(), kernels, cuts, plan, image, c.simdBits(), c.machine(), c.kept(), c.stages());
    }

    private static List<Checkpointing> some(int steps) {
        List<Checkpointing> some = new ArrayList<>();
        for (int kept : new TreeSet<>(List.of(1, Math.ceilDiv(steps, 2)))) {
            some.add(Checkpointing.of(steps, kept, 2));
        }
        some.add(Checkpointing.of(steps, 1, 3));
        some.add(Checkpointing.of(steps, Math.min(2, steps), 4));
        return some;
    }

    /** How many ways to cut agreed. */
    private static int agrees(String name, Graph g, Map<String, Value> in, List<Options> ways, int schedules) {
        int tried = 0;
        for (Options o : ways) {
            Compilation whole = Compilation.of(g, o);
            int steps = Trajectories.of(whole.graph()).choices().stream().mapToInt(Checkpointing::steps).findFirst().orElse(0);
            for (int k = 0; k < schedules && Trajectories.of(whole.graph()).cut(n -> Checkpointing.of(n, 1, 2)).scans().size() > 0; k++) {
                int number = k;
                Compilation c = cut(whole, o, n -> some(n).get(Math.min(number, some(n).size() - 1)));
                Map<String, Value> expected = Three.bytecode(whole, in);
                assertEquals(List.of(), Three.differences(expected, Three.bytecode(c, in, 1 + k % 2), 0, 0), () -> name + ", bytecode, " + c.cuts().scans());
                if (steps < 20) {
                    assertEquals(List.of(), Three.differences(expected, Three.kernels(c, in), 0, 0), () -> name + ", kernels, " + c.cuts().scans());
                }
                tried++;
            }
        }
        return tried;
    }

    /** Also of second order, where the scan in the middle is read too, and is not cut. */
    @Test
    void gradientsOfSamplesAgree() {
        int tried = 0;
        for (Sample s : Samples.differentiable()) {
            boolean scans = s.graph().nodes().stream().anyMatch(n -> n.op() instanceof Op.Scan);
            // Of what differs in dtype or width alone, one.
            if (scans && !s.name().endsWith(" f64") && !s.name().matches("gru.*|scan: affine.* (1|3|16) f32")) {
                Graph g = Gradients.of(s.graph(), s.differentiable());
                tried += agrees(s.name(), g, s.inputs(Samples.SEED), WAYS.subList(0, 1), 4);
                tried += agrees(s.name(), g, s.inputs(Samples.SEED), WAYS.subList(1, 2), 2);
                tried += agrees("second order of " + s.name(), Gradients.of(g, s.differentiable()), s.inputs(Samples.SEED), WAYS.subList(0, 1), 1);
            }
        }
        assertTrue(tried > 60, tried + " ways to cut");
    }

    /** Dropout in every step, of a counter that is carried; a bf16 carry; what the step before drew is a carry that no gradient goes through. */
    private static Graph noisy(int steps, boolean reverse) {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w", DType.F32, 9, 9);
        Node key = b.input("key", DType.I64);
        Node x = b.input("x", DType.F32, steps, 3, 9);
        List<Node> first = List.of(b.input("h", DType.F32, 3, 9), b.input("m", DType.BF16, 3, 9), b.constant(DType.I64, 0), b.input("still", DType.F32, 9));
        List<Node> r = Loops.scan(b, steps, reverse, first, List.of(x), (s, c, xs) -> {
            Node dropped = RandomDraws.dropout(s, RandomDraws.fold(s, key, c.get(2)), xs.getFirst(), 0.3);
            Node h = s.tanh(s.add(s.matmul(c.get(0), w), s.add(dropped, c.get(3))));
            Node m = s.cast(s.mul(s.add(s.cast(c.get(1), DType.F32), h), 0.5), DType.BF16);
            return new Loops.Step(List.of(s.mul(h, s.sin(s.cast(m, DType.F32))), m, s.add(c.get(2), s.constant(DType.I64, 1)), c.get(3)), List.of(h, m));
        });
        b.output("last", r.get(0));
        b.output("all", r.get(4));
        Node loss = b.add(b.sumAll(b.sin(r.get(0))), b.add(b.sumAll(b.sin(r.get(4))), b.sumAll(b.cast(r.get(5), DType.F32))));
        List<Node> wrt = List.of(w, x, first.get(0), first.get(1), first.get(3));
        List<Node> d = Gradient.of(b, loss, wrt);
        for (int k = 0; k < wrt.size(); k++) {
            b.output("d" + k, d.get(k));
        }
        return b.build();
    }

    @Test
    void whatIsDrawnInAStepIsDrawnAgain() {
        for (int steps : new int[] {2, 13}) {
            Graph g = noisy(steps, steps % 2 == 0);
            assertTrue(agrees(steps + " noisy steps", g, RandomGraphs.inputs(g, steps), WAYS, 4) > 0);
        }
    }

    /** Layers of two lengths, and parameters that are updated in place. */
    private static Graph layers(int steps) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b, DType.F32, b.input("key", DType.I64));
        Node h = scope.call("first", new Recurrence(Recurrence.Kind.LSTM, 8), b.input("x", DType.F32, 4, steps, 6));
        h = scope.call("second", new Recurrence(Recurrence.Kind.GRU, 8), b.slice(h, 1, 0, steps / 2));
        Node logits = scope.call("head", new Dense(5), b.reshape(b.slice(h, 1, steps / 2 - 1, steps / 2), 4, 8));
        Node loss = Losses.softmaxCrossEntropy(b, logits, b.input("target", DType.I32, 4));
        b.output("loss", loss);
        new Sgd(0.01).apply(b, scope.trained(), Gradient.of(b, loss, scope.trained()));
        return b.build();
    }

    private static List<Float> losses(Compilation c, Map<String, Value> in, int threads) {
        Session s = Compiler.load(c).newSession(threads);
        in.forEach((name, v) -> s.set(name, Three.tensor(v)));
        List<Float> losses = new ArrayList<>();
        for (int k = 0; k < 8; k++) {
            s.run();
            losses.add((float) s.scalar("loss"));
        }
        return losses;
    }

    private static MemoryBudgetException refusal(Graph g, Options way, long budget) {
        return assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, way.withMemoryBudget(budget)));
    }

    @ParameterizedTest
    @ValueSource(ints = {97, 60})
    void recurrentLayersTrainAlikeWithinAnyBudget(int steps) {
        Graph g = layers(steps);
        Options way = steps == 97 ? WAYS.getFirst() : WAYS.getFirst().withFusion(false);
        Map<String, Value> in = RandomGraphs.inputs(g, 3);
        Compilation free = Compilation.of(g, way);
        List<Float> expected = losses(free, in, 1);
        MemoryBudgetException least = refusal(g, way, 1);
        assertEquals(least.least(), refusal(g, way, least.least() - 1).least());
        Set<Integer> cut = new TreeSet<>();
        for (int k = 0; k <= 2; k++) {
            long budget = least.least() + (free.plan().arenaBytes() - least.least()) * k / 2;
            Compilation c = Compilation.of(g, way.withMemoryBudget(budget));
            assertTrue(c.plan().arenaBytes() <= budget);
            assertEquals(c.plan().arenaBytes(), Compiler.load(c).newSession(1).bytes());
            assertEquals(expected, losses(c, in, 1 + k % 2), "with " + budget + " bytes, " + c.cuts().scans());
            cut.add(c.cuts().scans().size());
        }
        assertTrue(cut.contains(0) && cut.size() > 1, "scans cut within several budgets: " + cut);
    }

    /** h = tanh(h·w + x[t]·u), of which the carries are most of the memory. */
    private static GraphBuilder recurrence(int steps) {
        GraphBuilder b = new GraphBuilder();
        Node u = b.input("u", DType.F32, 2, 16);
        Node w = b.input("w", DType.F32, 16, 16);
        Node x = b.input("x", DType.F32, steps, 8, 2);
        Node last = Loops.scan(b, steps, false, List.of(b.input("h", DType.F32, 8, 16)), List.of(x), (s, h, xs) ->
                new Loops.Step(List.of(s.tanh(s.add(s.matmul(xs.getFirst(), u), s.matmul(h.getFirst(), w)))), List.of())).getFirst();
        Node loss = b.sumAll(b.square(last));
        b.output("loss", loss);
        b.output("dw", Gradient.of(b, loss, w));
        return b;
    }

    private static Graph recurrent(int steps) {
        return recurrence(steps).build();
    }

    /** What is kept takes memory that a cut scan may need: then nothing is kept. */
    @Test
    void scansAreCutWhereThereIsNoRoomForWhatIsKept() {
        int steps = 200;
        GraphBuilder b = recurrence(steps);
        b.output("y", b.matmul(b.input("q", DType.F32, 8, 64), b.transpose(b.input("k", DType.F32, 128, 64), 1, 0)));
        Graph g = b.build();
        Options way = WAYS.getFirst();
        Compilation free = Compilation.of(g, way.withKept("k"));
        assertTrue(free.plan().memory().derived() > 0);
        long budget = free.plan().arenaBytes() - steps / 2 * 4L * 8 * 16;
        Compilation c = Compilation.of(g, way.withKept("k").withMemoryBudget(budget));
        assertEquals(1, c.cuts().scans().size());
        assertTrue(c.plan().arenaBytes() <= budget);
        Map<String, Value> in = RandomGraphs.inputs(g, 5);
        assertEquals(List.of(), Three.differences(Three.bytecode(free, in), Three.bytecode(c, in), 0, 0));
    }

    /** Twice the root of the steps and a few for the work itself; about one run of the scan more. */
    @Test
    void aThousandStepsDoWithTheCarriesOfTwiceTheirRoot() {
        int steps = 1000;
        Graph g = recurrent(steps);
        Options way = WAYS.getFirst();
        Explanation free = Compiler.explain(g, way);
        long carry = 4L * 8 * 16;
        long work = free.memory().arenaBytes() - steps * carry;
        long budget = work + (long) (2 * Math.sqrt(steps) + 6) * carry;
        Explanation e = Compiler.explain(g, way.withMemoryBudget(budget));
        assertTrue(e.memory().arenaBytes() <= budget, e.memory().toString());
        Explanation.CheckpointedScan s = e.memory().scans().getFirst();
        assertEquals(1, e.memory().scans().size());
        assertEquals(steps, s.steps());
        assertEquals(2, s.kept().size());
        assertEquals(steps - s.kept().getFirst(), s.again());
        assertEquals(s.kept().getFirst() * carry, s.bytes());
        assertEquals(steps * carry, s.wholeBytes());
        long once = free.launches().get(s.launch()).nanos();
        assertTrue(e.memory().nanos() - free.memory().nanos() <= 1.1 * once, e.memory().nanos() + " for " + free.memory().nanos());
        assertEquals(e.memory().againNanos(), s.nanos());
        assertTrue(s.nanos() > 0.8 * once && s.nanos() <= once, s + " for " + once);
        assertTrue(e.text().contains("carries are kept before " + s.kept().getFirst() + " of 1,000 steps"), e.text());
        assertTrue(e.json().contains("\"checkpointed_scans\""));
        assertTrue(e.nodes().stream().anyMatch(n -> n.fate().equals("inlined") && n.reason().startsWith("before " + s.kept().getFirst() + " of 1000 steps")), e.text());
        long least = refusal(g, way, 1).least();
        assertTrue(least < work + 32 * carry, least + " with " + work + " for the work");
        assertEquals(least, Compilation.of(g, way.withMemoryBudget(least)).plan().arenaBytes());
    }

    /** A stack that is more than slices of a scan is kept: here the history is a result, and there its reader adds it up. */
    @Test
    void aStackThatOthersReadIsKept() {
        assertEquals(List.of(), Trajectories.of(stacked(false)).choices());
        assertEquals(List.of(), Trajectories.of(stacked(true)).choices());
        for (int steps : new int[] {0, 1, 2, 4}) {
            Graph g = recurrent(steps);
            assertEquals(List.of(), Trajectories.of(g).choices());
            Compilation.of(g, WAYS.getFirst().withMemoryBudget(refusal(g, WAYS.getFirst(), 1).least()));
        }
    }

    /** Hints and cut scans keep out of each other's way: a subgraph around a scan, a checkpoint on what it gives, each with the tightest budget. */
    @Test
    void hintsAroundAScanAreHonouredWithinABudget() {
        for (int hint = 0; hint < 3; hint++) {
            Graph g = hinted(hint);
            Map<String, Value> in = RandomGraphs.inputs(g, 5);
            Map<String, Value> expected = Three.bytecode(Compilation.of(g, WAYS.getFirst()), in);
            Compilation c = Compilation.of(g, WAYS.getFirst().withMemoryBudget(refusal(g, WAYS.getFirst(), 1).least()));
            assertEquals(List.of(), Three.differences(expected, Three.bytecode(c, in), 0, 0), "hint " + hint);
        }
    }

    private static Graph hinted(int hint) {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w", DType.F32, 4, 4);
        Node x = b.input("x", DType.F32, 60, 3, 4);
        Supplier<Node> scan = () -> {
            Node wide = hint == 2 ? b.checkpoint(b.sin(x)) : b.sin(x);
            List<Node> r = Loops.scan(b, 60, false, List.of(b.input("h", DType.F32, 3, 4)), List.of(wide), (s, h, xs) -> {
                Node next = s.tanh(s.add(s.matmul(h.getFirst(), w), xs.getFirst()));
                return new Loops.Step(List.of(next), List.of());
            });
            return r.getFirst();
        };
        Node last = hint == 0 ? b.recompute(scan) : b.checkpoint(scan.get());
        Node loss = b.sumAll(b.sin(last));
        b.output("loss", loss);
        b.output("dw", Gradient.of(b, loss, w));
        return b.build();
    }

    private static Graph stacked(boolean summed) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 50, 3);
        Node last = Loops.scan(b, 50, false, List.of(b.input("h", DType.F32, 3)), List.of(x), (s, h, xs) ->
                new Loops.Step(List.of(s.sin(s.add(h.getFirst(), xs.getFirst()))), List.of())).getFirst();
        Node stack = b.apply(Bodies.result((Op.Nested) last.op(), 1), last.inputs());
        b.output("dx", Gradient.of(b, b.sumAll(last), x));
        b.output("history", summed ? b.sum(stack, 0) : stack);
        return b.build();
    }
}
