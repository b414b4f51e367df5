package bytegrad.codegen.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.fuse.Extent;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.lower.Grain;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Lowering;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.codegen.nest.NestedKernels;
import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import bytegrad.ir.text.GraphParser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Plans that do not honour hints are found out. */
final class HintVerifierTest {
    private static final Graph GRAPH = GraphParser.parse("""
            graph
            x: f32[8,8] = input "x"
            z: f32[8,8] = contract(x, x) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0] hint=recompute@1
            h: f32[8,8] = contract(z, x) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0] hint=result@1
            k: f32[8,8] = contract(h, x) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0] hint=checkpoint
            d: f32[8,8] = contract(k, k) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
            e: f32[8,8] = contract(d, z) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
            output "e" = e
            """);

    private static MemoryPlan plan(SecondRuns runs) {
        MachineProfile machine = MachineProfile.DEFAULT;
        NestedKernels nested = new NestedKernels(true, Partition.WEIGHT_LIMIT, 0, machine);
        List<LoweredKernel> kernels = Lowering.lower(Partition.of(runs, Extent.ALL, Partition.WEIGHT_LIMIT), 0, Grain.WHOLE, machine, nested).stream()
                .map(LoweredKernel::tidied).toList();
        return Planner.plan(runs, List.of(), kernels, Set.of(), machine);
    }

    private static String label(MemoryPlan plan) {
        return String.join(", ", plan.launches().stream().map(Plan.Launch::label).toList());
    }

    /** The launches of a plan in another order. */
    private static MemoryPlan reordered(MemoryPlan plan, List<Integer> order) {
        List<Plan> steps = order.stream().map(k -> plan.steps().steps().get(k)).toList();
        List<Integer> first = IntStream.range(0, order.size()).map(k -> order.indexOf(order.get(k))).boxed().toList();
        StepMemory m = plan.memory();
        StepMemory memory = new StepMemory(m.stays(), first, order.stream().map(k -> m.nanos().get(k)).toList(), m.derived(), m.budget(), m.bound(), m.boundBy());
        return new MemoryPlan(new Plan.Seq(steps), order.stream().map(k -> plan.kernels().get(k)).toList(), plan.slabs(), plan.offsets(), plan.inPlace(), plan.copies(),
                memory);
    }

    private static void refused(String says, MemoryPlan plan, SecondRuns runs) {
        String message = String.valueOf(assertThrows(PlanException.class, () -> new HintVerifier(plan, runs).replay()).getMessage());
        assertTrue(message.contains(says), message);
    }

    @Test
    void thePlannersPlanIsAccepted() {
        SecondRuns runs = SecondRuns.of(GRAPH);
        MemoryPlan plan = plan(runs);
        assertEquals("z, h, k, d, z again, e", label(plan));
        new HintVerifier(plan, runs).replay();
    }

    @Test
    void aSecondRunThatNeedNotBeginYetIsFoundOut() {
        SecondRuns runs = SecondRuns.of(GRAPH);
        refused("z again is computed before d, which its readers read too", reordered(plan(runs), List.of(0, 1, 2, 4, 3, 5)), runs);
        refused("h reads z, of which subgraph 1 is to keep nothing", reordered(plan(runs), List.of(0, 4, 1, 2, 3, 5)), runs);
    }

    @Test
    void aCheckpointThatIsWrittenTwiceIsFoundOut() {
        SecondRuns runs = SecondRuns.of(GRAPH);
        refused("checkpoint k is written again", reordered(plan(runs), List.of(0, 1, 2, 2, 3, 4, 5)), runs);
        refused("checkpoint k is not stored", reordered(plan(runs), List.of(0, 1, 3, 4, 5)), runs);
    }

    @Test
    void aReaderThatReadsTheFirstRunIsFoundOut() {
        SecondRuns runs = SecondRuns.of(GRAPH);
        MemoryPlan plan = plan(runs);
        Node z = runs.graph().nodes().stream().filter(n -> runs.graph().nameOf(n).equals("z")).findFirst().orElseThrow();
        List<LoweredKernel> kernels = new ArrayList<>(plan.kernels());
        LoweredKernel e = kernels.getLast();
        List<Place> places = new ArrayList<>(e.places());
        Collections.replaceAll(places, places.stream().filter(p -> p instanceof Place.Value(Node n) && runs.again().containsKey(n)).findFirst().orElseThrow(),
                new Place.Value(z));
        kernels.set(kernels.size() - 1, new LoweredKernel(e.clusters().getFirst(), e.kernel(), places));
        MemoryPlan wrong = new MemoryPlan(plan.steps(), kernels, plan.slabs(), plan.offsets(), plan.inPlace(), plan.copies(), plan.memory());
        refused("e reads z, of which subgraph 1 is to keep nothing", wrong, runs);
    }

    /** Without its ties a second run would be free to come at once. */
    @Test
    void secondRunsWaitForTheirSubgraphAndForWhatTheirReadersRead() {
        SecondRuns runs = SecondRuns.of(GRAPH);
        Map<Integer, Set<Integer>> ties = new HashMap<>(Ties.of(plan(runs).kernels(), runs));
        assertEquals(Map.of(4, Set.of(0, 1, 3)), ties);
        assertEquals(Map.of(), Ties.of(plan(SecondRuns.none(GRAPH)).kernels(), SecondRuns.none(GRAPH)));
        assertEquals(List.of(Hint.Kind.CHECKPOINT), runs.graph().hints().values().stream().map(Hint::kind).filter(k -> k == Hint.Kind.CHECKPOINT).toList());
    }
}
