package bytegrad.codegen.plan.remat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.plan.PlanException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepPlannerTest {
    private static final Effort SMALL = new Effort(300_000, 20_000, 6, true, false);

    private static KernelGraph.Value value(int v, long bytes) {
        return new KernelGraph.Value("v" + v, bytes, 0, false);
    }

    private static KernelGraph.Kernel kernel(int k, long cost, Integer... reads) {
        return new KernelGraph.Kernel("k" + k, cost, List.of(reads), List.of(k));
    }

    /** v0 → v1 → v2 → v3, and v3 with v0 → v4. */
    private static KernelGraph skip() {
        return new KernelGraph(
                List.of(value(0, 100), value(1, 64), value(2, 64), value(3, 1), value(4, 1)),
                List.of(kernel(0, 1), kernel(1, 10, 0), kernel(2, 10, 1), kernel(3, 10, 2), kernel(4, 10, 0, 3)));
    }

    private static StepPlan planned(KernelGraph graph, long budget, Effort effort) {
        return assertInstanceOf(Outcome.Planned.class, StepPlanner.plan(graph, budget, effort)).plan();
    }

    @Test
    void whatIsCheapIsComputedAgain() {
        StepPlan plan = planned(skip(), 200, SMALL);
        assertEquals(List.of(0, 1, 2, 3, 0, 4), plan.runs());
        assertEquals(42, plan.cost());
        assertTrue(plan.bytes() <= 200);
    }

    @Test
    void aBudgetThatHoldsEverythingCostsNothing() {
        assertEquals(List.of(0, 1, 2, 3, 4), planned(skip(), 228, SMALL).runs());
    }

    @Test
    void refusalNamesTheLeastBudget() {
        Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, StepPlanner.plan(skip(), 100, SMALL));
        assertEquals(164, refused.least());
        assertEquals(164, refused.bound());
        assertEquals("budget 100 B cannot be met: least achievable 164 B, and nothing less can do", refused.message());
        assertTrue(refused.belowBound());
        assertEquals(164, planned(skip(), refused.least(), SMALL).bytes());
        Outcome below = StepPlanner.plan(skip(), refused.least() - 1, SMALL);
        assertEquals(refused.least(), assertInstanceOf(Outcome.Refused.class, below).least());
    }

    @Test
    void pinnedValuesCountAlways() {
        KernelGraph graph = new KernelGraph(
                List.of(new KernelGraph.Value("parameters", 1000, 0, true), value(1, 64)),
                List.of(new KernelGraph.Kernel("k", 1, List.of(0), List.of(1))));
        assertEquals(1064, assertInstanceOf(Outcome.Refused.class, StepPlanner.plan(graph, 1000, SMALL)).bound());
        assertEquals(1064, planned(graph, 1064, SMALL).bytes());
    }

    @Test
    void budgetsThatAreNoneAreRefused() {
        assertThrows(PlanException.class, () -> StepPlanner.plan(skip(), 0, SMALL));
        assertThrows(PlanException.class, () -> StepPlanner.plan(skip(), Long.MIN_VALUE, SMALL));
        assertEquals(41, planned(skip(), Long.MAX_VALUE, SMALL).cost());
    }

    @Test
    void badGraphsAreRefused() {
        assertThrows(PlanException.class, () -> value(0, -1));
        assertThrows(PlanException.class, () -> kernel(0, -1));
        assertThrows(PlanException.class, () -> new KernelGraph(List.of(value(0, 1)), List.of(kernel(0, 1, 0))));
        assertThrows(PlanException.class, () -> new KernelGraph(List.of(value(0, 1)), List.of(kernel(0, 1), kernel(0, 1))));
        List<KernelGraph.Value> huge = List.of(value(0, Long.MAX_VALUE), value(1, 1));
        assertThrows(PlanException.class, () -> new KernelGraph(huge, List.of(kernel(0, 1), kernel(1, 1))));
        assertThrows(PlanException.class, () -> new KernelGraph(List.of(value(0, 1)), List.of(kernel(0, Long.MAX_VALUE))));
        assertThrows(PlanException.class, () -> new KernelGraph(List.of(), List.of(kernel(0, 1))));
    }

    /** A random graph with several results a kernel, two slabs, overlays, pinned results, and kernels that write over states. */
    private static KernelGraph random(SplittableRandom random, int kernels) {
        List<KernelGraph.Value> values = new ArrayList<>();
        List<KernelGraph.Kernel> all = new ArrayList<>();
        values.add(new KernelGraph.Value("input", 64, 0, true));
        List<Integer> readers = new ArrayList<>();
        for (int k = 0; k < kernels; k++) {
            List<Integer> reads = new ArrayList<>();
            for (int v = 0; v < values.size(); v++) {
                if (random.nextInt(values.size()) < 2) {
                    reads.add(v);
                }
            }
            boolean last = random.nextInt(8) == 0 && !readers.isEmpty();
            List<Integer> after = last ? List.of(readers.removeLast()) : List.of();
            List<Integer> writes = new ArrayList<>();
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                writes.add(values.size());
                values.add(new KernelGraph.Value("v", 64L * (1 + random.nextInt(4)), random.nextInt(2), random.nextInt(10) == 0));
            }
            List<KernelGraph.Overlay> overlays = new ArrayList<>();
            for (int r : reads) {
                KernelGraph.Value from = values.get(r);
                KernelGraph.Value to = values.get(writes.getFirst());
                if (overlays.isEmpty() && from.bytes() == to.bytes() && from.slab() == to.slab() && !from.pinned() && !to.pinned()) {
                    overlays.add(new KernelGraph.Overlay(writes.getFirst(), r));
                }
            }
            if (!last) {
                readers.add(k);
            }
            all.add(new KernelGraph.Kernel("k" + k, random.nextInt(10), reads, writes, last, after, overlays));
        }
        return new KernelGraph(values, all);
    }

    @Test
    void randomGraphsArePlannedOrRefusedAndNeverWrong() {
        long seed = 11;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 60; i++) {
            KernelGraph graph = random(random.split(), 3 + random.nextInt(30));
            StepPlan all = StepPlanner.plan(graph, SMALL);
            long bound = StepPlanner.lowerBound(graph);
            for (double f : new double[] {1, 0.6, 0.3}) {
                long budget = bound + (long) (f * (all.bytes() - bound));
                // The verifier runs inside; what remains is that costs and bytes are what they say.
                switch (StepPlanner.plan(graph, budget, SMALL)) {
                    case Outcome.Planned(StepPlan plan) -> {
                        assertTrue(plan.bytes() <= budget && plan.cost() >= graph.cost());
                        assertEquals(plan, planned(graph, budget, SMALL));
                    }
                    case Outcome.Refused r -> {
                        assertTrue(r.least() > budget && r.bound() <= r.least());
                        assertTrue(planned(graph, r.least(), SMALL).bytes() <= r.least());
                    }
                }
            }
        }
    }

    /** A read of the first of many values in a row: making them again calls for one another. */
    /** Layers whose sizes and costs vary: so many forward, a loss, and as many gradients, each of which reads what its layer read. */
    private static KernelGraph unevenChain(int steps) {
        SplittableRandom random = new SplittableRandom(3);
        long[] bytes = random.longs(steps + 1, 4, 16).map(b -> 64 * b).toArray();
        long[] costs = random.longs(steps + 1, 10, 40).toArray();
        List<KernelGraph.Value> values = new ArrayList<>();
        List<KernelGraph.Kernel> kernels = new ArrayList<>();
        for (int k = 0; k <= 2 * steps; k++) {
            int layer = k <= steps ? k : 2 * steps - k;
            values.add(value(k, k < steps ? bytes[k] : layer == 0 ? 64 : bytes[layer - 1]));
            kernels.add(new KernelGraph.Kernel("k" + k, (k <= steps ? 1 : 2) * costs[layer],
                    k == 0 ? List.of() : k <= steps ? List.of(k - 1) : List.of(layer, k - 1), List.of(k)));
        }
        return new KernelGraph(values, kernels);
    }

    /** Where repair spends all its steps on one plan, a schedule of segments is one at once. */
    @Test
    void longUnevenChainsArePlannedByTheirSegments() {
        KernelGraph graph = unevenChain(400);
        long peak = StepPlanner.plan(graph, Effort.BRIEF).bytes();
        for (double part : new double[] {0.2, 0.1}) {
            Optional<StepPlan> plan = StepPlanner.planWithin(graph, (long) (part * peak), Effort.STANDARD);
            // Every layer once more costs a third of the step.
            assertTrue(plan.isPresent() && plan.get().cost() < graph.cost() * 1.36, () -> part + ": " + plan.map(StepPlan::cost) + " of " + graph.cost());
        }
    }

    @Test
    void longChainsNeedNoDeepStack() throws InterruptedException {
        int n = 30_000;
        List<KernelGraph.Value> values = new ArrayList<>();
        List<KernelGraph.Kernel> kernels = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            values.add(value(k, 64));
            kernels.add(k == 0 ? kernel(k, 1) : kernel(k, 1, k - 1));
        }
        values.add(value(n, 64));
        kernels.add(kernel(n, 1, n - 1, n / 2));
        KernelGraph graph = new KernelGraph(values, kernels);
        List<Object> seen = new ArrayList<>();
        Thread small = new Thread(null, () -> seen.add(StepPlanner.planWithin(graph, 192, SMALL)), "small stack", 1 << 20);
        small.start();
        small.join();
        assertEquals(1, seen.size());
    }

    @Test
    void theVerifierSeesWhatIsWrong() {
        KernelGraph graph = skip();
        StepPlan plan = planned(graph, 200, SMALL);
        List<Integer> fewer = new ArrayList<>(plan.runs());
        fewer.remove(4);
        rejects(graph, plan, fewer, plan.buffers());
        List<Integer> swapped = new ArrayList<>(plan.runs());
        java.util.Collections.swap(swapped, 1, 2);
        rejects(graph, plan, swapped, plan.buffers());
        for (int i : IntStream.range(0, plan.buffers().size()).toArray()) {
            StepPlan.Buffer b = plan.buffers().get(i);
            for (StepPlan.Buffer other : plan.buffers()) {
                if (other.from() < b.from() && b.from() <= other.last()) {
                    List<StepPlan.Buffer> moved = new ArrayList<>(plan.buffers());
                    moved.set(i, new StepPlan.Buffer(b.value(), b.from(), b.last(), other.offset()));
                    rejects(graph, plan, plan.runs(), moved);
                }
            }
        }
        assertThrows(PlanException.class, () -> StepVerifier.verify(graph, plan, plan.bytes() - 1));
    }

    private static void rejects(KernelGraph graph, StepPlan plan, List<Integer> runs, List<StepPlan.Buffer> buffers) {
        long cost = runs.stream().mapToLong(k -> graph.kernels().get(k).cost()).sum();
        StepPlan wrong = new StepPlan(runs, buffers, plan.slabs(), cost, plan.live(), plan.bytes());
        assertThrows(PlanException.class, () -> StepVerifier.verify(graph, wrong, Long.MAX_VALUE));
    }

    @Test
    void trialsForeseeWhatEditsDo() {
        long seed = 7;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int compared = 0;
        for (int i = 0; i < 300; i++) {
            CompactGraph graph = new CompactGraph(random(random.split(), 3 + random.nextInt(12)));
            Profile profile = new Profile(graph, 64L * random.nextInt(20));
            profile.load(Orders.given(graph), graph.kernels);
            Trial trial = new Trial(profile, new Box(Long.MAX_VALUE));
            for (int edit = 0; edit < 20; edit++) {
                trial.clear(random.nextInt(profile.length + 1));
                for (int n = random.nextInt(4); n > 0; n--) {
                    int k = random.nextInt(graph.kernels);
                    if (!graph.once[k]) {
                        trial.insert(k);
                    }
                }
                int p = random.nextInt(profile.length);
                if (!graph.once[profile.runs[p]]) {
                    trial.remove(p);
                }
                if (trial.insertions + trial.removals == 0) {
                    continue;
                }
                int[] edited = new int[profile.length + trial.insertions];
                boolean foreseen = trial.evaluate(Long.MAX_VALUE);
                int length = trial.apply(edited);
                Profile after = new Profile(graph, profile.budget);
                assertEquals(after.load(edited, length), foreseen);
                if (foreseen) {
                    assertEquals(after.area(), trial.area);
                    assertEquals(after.cost, profile.cost + trial.moreCost);
                    profile.load(edited, length);
                    compared++;
                }
            }
        }
        assertTrue(compared > 1000, compared + " edits were valid");
    }
}
