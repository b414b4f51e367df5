package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.layer.Dense;
import bytegrad.ir.nn.layer.Dropout;
import bytegrad.ir.nn.layer.Embedding;
import bytegrad.ir.nn.layer.Layer;
import bytegrad.ir.nn.layer.Norm;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.nn.layer.TransformerBlock;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A memory budget is met, with the bits of a run without one, or refused. */
final class MemoryBudgetTest {
    private static final List<Options> WIDTHS = List.of(way(Options.Simd.BITS_512), way(Options.Simd.SCALAR));

    private static Options way(Options.Simd simd) {
        return Options.DEFAULT.withSimd(simd).withVerification(true);
    }

    /** A perceptron of many layers with dropout, whose masks are computed again from their counters. */
    private static Graph perceptron(Optimizer optimizer, int layers) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b, DType.F32, b.input("key", DType.I64));
        Node h = b.input("x", DType.F32, 32, 24);
        for (int k = 0; k < layers; k++) {
            h = scope.call("drop" + k, new Dropout(0.2), Activations.gelu(b, scope.call("layer" + k, new Dense(24), h)));
        }
        return trained(b, scope, scope.call("head", new Dense(7), h), b.input("target", DType.I32, 32), optimizer);
    }

    private static Graph transformer(Optimizer optimizer) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b, DType.F32, b.input("key", DType.I64));
        Node h = scope.call("tok", new Embedding(19, 16), b.input("id", DType.I32, 3, 8));
        Layer block = new TransformerBlock(2, 32, true, 0.1);
        for (int k = 0; k < 2; k++) {
            h = scope.call("layer" + k, block, h);
        }
        Node logits = scope.call("head", new Dense(19), scope.call("norm", new Norm.LayerNorm(), h));
        return trained(b, scope, logits, b.input("target", DType.I32, 3, 8), optimizer);
    }

    private static Graph trained(GraphBuilder b, Scope scope, Node logits, Node target, Optimizer optimizer) {
        Node loss = Losses.softmaxCrossEntropy(b, logits, target);
        b.output("loss", loss);
        optimizer.apply(b, scope.trained(), Gradient.of(b, loss, scope.trained()));
        return b.build();
    }

    /** The refusal of a byte. */
    private static MemoryBudgetException refusal(Graph g, Options way) {
        return assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, way.withMemoryBudget(1)));
    }

    /** The least budget, one that is as good as none, and some between. */
    private static List<Long> budgets(long least, long most, int steps) {
        TreeSet<Long> budgets = new TreeSet<>(List.of(least, most));
        for (int k = 1; k < steps; k++) {
            budgets.add(least + (most - least) * k / steps);
        }
        return List.copyOf(budgets);
    }

    private static List<Float> losses(CompiledFunction f, Map<String, Value> in, int steps) {
        Session s = f.newSession(2);
        in.forEach((name, v) -> s.set(name, Three.tensor(v)));
        List<Float> losses = new ArrayList<>();
        for (int k = 0; k < steps; k++) {
            if (in.containsKey("key")) {
                s.set("key", new long[] {17L + k});
            }
            s.run();
            losses.add((float) s.scalar("loss"));
        }
        return losses;
    }

    /** Trains within several budgets, and returns how much was computed again in the tightest, in nanoseconds. */
    private static long trainsAlike(Graph g, Options way, int steps) {
        Compilation free = Compilation.of(g, way);
        Map<String, Value> in = RandomGraphs.inputs(g, 3);
        List<Float> expected = losses(Compiler.load(free), in, steps);
        long least = refusal(g, way).least();
        long again = 0;
        for (long budget : budgets(least, free.plan().arenaBytes(), 2)) {
            Compilation c = Compilation.of(g, way.withMemoryBudget(budget));
            CompiledFunction f = Compiler.load(c);
            assertEquals(c.plan().arenaBytes(), f.newSession(1).bytes());
            assertTrue(f.newSession(1).bytes() <= budget, f.arena() + " in " + budget);
            assertEquals(expected, losses(f, in, steps), () -> "with a budget of " + budget);
            again = Math.max(again, c.plan().memory().againNanos());
        }
        return again;
    }

    @ParameterizedTest
    @EnumSource(names = {"BITS_512", "SCALAR"})
    void fiftyStepsOfAPerceptronWithDropoutAreTheSameWithinAnyBudget(Options.Simd simd) {
        assertTrue(trainsAlike(perceptron(new Sgd(0.05), 8), way(simd), 50) > 0);
    }

    @Test
    void fiftyStepsOfATransformerAreTheSameWithinAnyBudget() {
        assertTrue(trainsAlike(transformer(new Adam(0.01)), way(Options.Simd.BITS_512), 50) > 0);
    }

    @Test
    void theLeastBudgetIsMetAndAByteLessRefusedWithTheSameLeast() {
        for (Graph g : List.of(perceptron(new Sgd(0.1), 6), FactsTest.perceptron(new Adam(0.1), 30, 20, 10))) {
            for (Options way : WIDTHS) {
                MemoryBudgetException first = refusal(g, way);
                assertTrue(first.belowBound() && first.bound() <= first.least(), first.getMessage());
                assertEquals(first.least(), Compilation.of(g, way.withMemoryBudget(first.least())).plan().arenaBytes());
                long less = first.least() - 1;
                MemoryBudgetException second = assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, way.withMemoryBudget(less)));
                assertEquals(List.of(less, first.least(), first.bound(), first.kernel()), List.of(second.budget(), second.least(), second.bound(), second.kernel()));
                assertEquals(less < second.bound(), second.belowBound());
            }
        }
    }

    @Test
    void aRefusalSaysWhatIsAtFaultAndWhatToDo() {
        Graph g = perceptron(new Sgd(0.1), 6);
        MemoryBudgetException parameters = refusal(g, WIDTHS.getFirst());
        assertTrue(parameters.getMessage().startsWith("memory budget 1 B cannot be met: the parameters and other states alone take "), parameters.getMessage());
        assertTrue(parameters.getMessage().contains(String.format("least achievable %,d B", parameters.least())), parameters.getMessage());
        long pinned = Compiler.explain(g, WIDTHS.getFirst()).memory().pinnedBytes();
        String data = assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, WIDTHS.getFirst().withMemoryBudget(pinned - 1))).getMessage();
        assertTrue(data.contains(": inputs, states, constants and outputs alone take "), data);
        String below = assertThrows(MemoryBudgetException.class, () -> Compilation.of(g, WIDTHS.getFirst().withMemoryBudget(parameters.bound() - 1))).getMessage();
        assertTrue(below.contains(": no plan can keep it, since the kernel that stores " + parameters.kernel() + " needs "), below);
    }

    @Test
    void whatFitsAnywayIsPlannedAsWithoutABudget() {
        Graph g = transformer(new Sgd(0.1));
        for (Options way : WIDTHS) {
            Compilation free = Compilation.of(g, way);
            Compilation kept = Compilation.of(g, way.withMemoryBudget(free.plan().arenaBytes()));
            assertEquals(free.plan().steps(), kept.plan().steps());
            assertEquals(free.plan().slabs(), kept.plan().slabs());
            assertEquals(0, kept.plan().memory().againNanos());
        }
    }

    /** A budget that some plan keeps, between the least and none: every result is as it was. */
    @Test
    void randomGraphsAgreeWithinAnyBudget() {
        int tight = 0;
        for (long seed = 70; seed < 100; seed++) {
            Graph g = Hunt.graph(seed);
            Map<String, Value> in = RandomGraphs.inputs(g, seed);
            for (Options way : WIDTHS) {
                Compilation free = Compilation.of(g, way);
                Map<String, Value> expected = Three.bytecode(free, in);
                long least = refusal(g, way).least();
                tight += least < free.plan().arenaBytes() ? 1 : 0;
                for (long budget : budgets(least, free.plan().arenaBytes(), 2)) {
                    Compilation c = Compilation.of(g, way.withMemoryBudget(budget));
                    assertTrue(Compiler.load(c).arena().bytes() <= budget);
                    assertEquals(List.of(), Three.differences(expected, Three.bytecode(c, in), 0, 0), "bytecode, seed " + seed + ", budget " + budget);
                    assertEquals(List.of(), Three.differences(expected, Three.kernels(c, in), 0, 0), "kernels, seed " + seed + ", budget " + budget);
                }
            }
        }
        assertTrue(tight > 5, "only " + tight + " graphs can do with less than without a budget");
    }

    @Test
    void withVerificationWhatNothingReadsAnyMoreIsPoisoned() {
        Graph g = perceptron(new Sgd(0.1), 3);
        Compilation c = Compilation.of(g, WIDTHS.getFirst());
        var all = c.plan().part(0, c.plan().kernels().size(), true).steps();
        assertEquals(c.plan().launches(), c.plan().part(0, c.plan().kernels().size(), false).steps());
        assertEquals(c.plan().memory().stays().size(), all.size() - c.plan().kernels().size());
        String code = new String(c.image().bytes(c.image().mainClass()), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertTrue(code.contains("bytegrad/runtime/Poison"));
        var plain = Compilation.of(g, WIDTHS.getFirst().withVerification(false)).image();
        assertFalse(new String(plain.bytes(plain.mainClass()), java.nio.charset.StandardCharsets.ISO_8859_1).contains("bytegrad/runtime/Poison"));
    }

    @Test
    void anExplanationSaysWhatIsStoredAndWhatIsComputedAgain() {
        Graph g = perceptron(new Sgd(0.1), 8);
        Options way = WIDTHS.getFirst();
        Explanation.Memory free = Compiler.explain(g, way).memory();
        long budget = (free.arenaBytes() + refusal(g, way).least()) / 2;
        Explanation e = Compiler.explain(g, way.withMemoryBudget(budget));
        Explanation.Memory m = e.memory();
        assertEquals(java.util.OptionalLong.of(budget), m.budget());
        assertTrue(m.lowerBound() <= m.arenaBytes() && m.arenaBytes() <= budget && budget < free.arenaBytes(), m.toString());
        assertEquals(List.of(), free.recomputed());
        List<Explanation.Launch> again = e.launches().stream().filter(l -> l.again() != l.number()).toList();
        assertFalse(again.isEmpty());
        assertEquals(m.againNanos(), again.stream().mapToLong(Explanation.Launch::nanos).sum());
        assertEquals(m.nanos(), e.launches().stream().mapToLong(Explanation.Launch::nanos).sum());
        for (Explanation.Launch l : again) {
            List<String> stores = l.stores().stream().map(s -> s.replace(" again", "")).toList();
            assertTrue(e.launches().get(l.again()).stores().containsAll(stores), l.label());
            assertTrue(m.recomputed().stream().anyMatch(r -> stores.contains(r.value()) && r.times() >= 2), l.label());
        }
        for (Explanation.Launch l : e.launches()) {
            long live = m.pinnedBytes() + m.stays().stream().filter(s -> s.from() <= l.number() && l.number() <= s.last()).mapToLong(Explanation.Stay::bytes).sum();
            assertEquals(live, l.liveBytes());
        }
        assertTrue(e.json().contains("\"again_nanos\"") && e.json().contains("\"recomputed\""));
    }

    /** Two memories would be in use while a session goes over to vector code. */
    @Test
    void withABudgetNothingIsHandedOver() {
        Graph g = perceptron(new Sgd(0.1), 3);
        Options scalar = Options.DEFAULT.withStart(Options.Start.SCALAR).withMemoryBudget(1 << 20);
        assertFalse(scalar.startsScalar());
        CompiledFunction f = Compiler.compile(g, scalar);
        assertEquals(f.arena().bytes(), f.newSession(1).bytes());
    }

    @Test
    void aBudgetIsANumberOfBytes() {
        for (long bytes : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, (1L << 50) + 1}) {
            String message = assertThrows(OptionsException.class, () -> Options.DEFAULT.withMemoryBudget(bytes)).getMessage();
            assertTrue(message.contains("from 1 to 1125899906842624") && message.contains(Long.toString(bytes)), message);
        }
        assertEquals(java.util.OptionalLong.empty(), Options.DEFAULT.withMemoryBudget(1 << 20).withoutMemoryBudget().memoryBudget());
    }

    @Test
    void aGraphOfNothingButInputsHasABudgetToo() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.input("x", DType.F32, 3));
        MemoryBudgetException e = refusal(b.build(), WIDTHS.getFirst());
        assertEquals(e.least(), e.bound());
        assertTrue(e.getMessage().contains("no plan of these kernels can do with less"), e.getMessage());
    }
}
