package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Fate;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planned;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.layer.Dense;
import bytegrad.ir.nn.layer.Norm;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a memory budget has computed again is fused anew: kernels that run again whole are what it is held against. */
final class FusedAnewTest {
    private static final Options WAY = Options.DEFAULT.withSimd(Options.Simd.BITS_512).withVerification(true);

    /** Layers of gelu, of which a contraction makes both what gelu reads and what it gives, with a norm where wanted. */
    private static Graph perceptron(boolean norms) {
        GraphBuilder b = new GraphBuilder();
        Scope scope = Scope.training(b);
        Node h = b.input("x", DType.F32, 96, 40);
        for (int k = 0; k < 10; k++) {
            Node in = norms ? scope.call("norm" + k, new Norm.LayerNorm(), h) : h;
            h = Activations.gelu(b, scope.call("layer" + k, new Dense(40), in));
        }
        Node loss = Losses.softmaxCrossEntropy(b, scope.call("head", new Dense(7), h), b.input("target", DType.I32, 96));
        b.output("loss", loss);
        new Sgd(0.05).apply(b, scope.trained(), Gradient.of(b, loss, scope.trained()));
        return b.build();
    }

    private static Variants variants(Compilation free) {
        return new Variants(free.source(), free.runs(), WAY, Partition.WEIGHT_LIMIT);
    }

    /** The cheapest plan of the kernels as they are without a budget. */
    private static MemoryPlan whole(Compilation free, long budget) {
        Variants variants = variants(free);
        return variants.planner(variants.whole(variants.partition())).ifAny(budget).orElseThrow();
    }

    private static long budget(Compilation free, double activations) {
        long pinned = new MemoryTimeline(free.plan()).pinned();
        return pinned + (long) (activations * (free.plan().arenaBytes() - pinned));
    }

    private static List<Double> losses(Compilation c, Map<String, Value> in) {
        Session s = Compiler.load(c).newSession(2);
        in.forEach((name, v) -> s.set(name, Three.tensor(v)));
        List<Double> losses = new ArrayList<>();
        for (int k = 0; k < 5; k++) {
            s.run();
            losses.add(s.scalar("loss"));
        }
        return losses;
    }

    private static long contractions(MemoryPlan plan) {
        return plan.kernels().stream().filter(k -> k.isAll(Cluster.Kind.CONTRACTION)).count();
    }

    @Test
    void anActivationIsComputedAgainWithoutTheContractionBeforeIt() {
        Graph g = perceptron(false);
        Compilation free = Compilation.of(g, WAY);
        Map<String, Value> in = RandomGraphs.inputs(g, 5);
        List<Double> expected = losses(free, in);
        for (double part : new double[] {0.8, 0.6, 0.45}) {
            long budget = budget(free, part);
            Compilation c = Compilation.of(g, WAY.withMemoryBudget(budget));
            MemoryPlan whole = whole(free, budget);
            assertTrue(contractions(whole) > contractions(free.plan()), "kernels that run again contain contractions");
            assertTrue(contractions(c.plan()) < contractions(whole), part + ": " + contractions(c.plan()) + " contractions, not " + contractions(whole));
            assertTrue(c.plan().memory().totalNanos() < whole.memory().totalNanos());
            assertTrue(c.plan().arenaBytes() <= budget && c.plan().arenaBytes() == Compiler.load(c).newSession(1).bytes());
            assertEquals(expected, losses(c, in), () -> "with a budget of " + budget);
            assertTrue(again(c) > 0, "some of what runs again is no contraction");
        }
    }

    /** Launches without a contraction that store again what one with a contraction stored first. */
    private static long again(Compilation c) {
        List<Integer> firsts = c.plan().memory().firstRuns();
        long again = 0;
        for (int k = 0; k < firsts.size(); k++) {
            LoweredKernel first = c.plan().kernels().get(firsts.get(k));
            boolean lighter = first.isAll(Cluster.Kind.CONTRACTION) && !c.plan().kernels().get(k).isAll(Cluster.Kind.CONTRACTION);
            again += firsts.get(k) != k && lighter ? 1 : 0;
        }
        return again;
    }

    @Test
    void whatIsCheapIsComputedAgainWithinItsReader() {
        Graph g = perceptron(true);
        Compilation free = Compilation.of(g, WAY);
        Map<String, Value> in = RandomGraphs.inputs(g, 6);
        List<Double> expected = losses(free, in);
        for (double part : new double[] {0.75, 0.6}) {
            long budget = budget(free, part);
            Compilation c = Compilation.of(g, WAY.withMemoryBudget(budget));
            MemoryPlan whole = whole(free, budget);
            assertTrue(c.plan().memory().totalNanos() < whole.memory().totalNanos() && c.plan().arenaBytes() <= budget);
            assertEquals(expected, losses(c, in), () -> "with a budget of " + budget);
            long inlined = c.runs().firsts().keySet().stream().filter(n -> c.partition().fate(n).kind() == Fate.Kind.INLINED).count();
            assertTrue(inlined > 0, "nothing is computed again within its reader");
            Explanation.Memory m = Compiler.explain(g, WAY.withMemoryBudget(budget)).memory();
            assertEquals(inlined, m.recomputed().stream().mapToInt(Explanation.Recomputed::inlined).sum());
            assertTrue(m.recomputed().stream().noneMatch(r -> r.value().contains("again") || r.times() < 2 || (r.nanos() == 0) != (r.inlined() == r.times() - 1)),
                    m.recomputed().toString());
        }
    }

    /** The nodes that are written for what runs again: no kernel of theirs is asked, but the interpreter. */
    @Test
    void aGraphWithItsSecondRunsHasTheSameResults() {
        int written = 0;
        for (long seed = 100; seed < 140; seed++) {
            Graph g = Hunt.graph(seed);
            Compilation free = Compilation.of(g, WAY);
            Variants variants = variants(free);
            Variants.Variant whole = variants.whole(variants.partition());
            Planner planner = variants.planner(whole);
            long least = assertInstanceOf(Planned.Refused.class, planner.within(1)).least();
            Optional<Graph> again = planner.ifAny(least).flatMap(p -> variants.again(whole, p)).map(v -> v.runs().graph());
            if (again.isPresent()) {
                Map<String, Value> in = new HashMap<>(RandomGraphs.inputs(g, seed));
                in.keySet().removeIf(name -> free.graph().input(name).isEmpty());
                assertEquals(List.of(), Three.differences(Three.interpret(free.graph(), in), Three.interpret(again.get(), in), 0, 0), "seed " + seed);
                assertTrue(again.get().nodes().size() > free.graph().nodes().size());
                written++;
            }
        }
        assertTrue(written > 2, "only " + written + " graphs have second runs");
    }
}
