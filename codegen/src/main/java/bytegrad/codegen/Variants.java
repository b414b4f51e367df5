package bytegrad.codegen;

import bytegrad.codegen.fuse.Extent;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.lower.Grain;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Lowering;
import bytegrad.codegen.lower.Slices;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.nest.NestedKernels;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.PlannedRuns;
import bytegrad.codegen.plan.Planner;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes kernels of a graph: as fusion has them, and others that do the same, bit for bit, of which plans are made within a memory budget.
 *
 * @param source the graph as the user gave it
 * @param weightLimit primitive operations in one kernel at most
 * @param nested lowers nested ops where no scan is cut
 */
record Variants(Graph source, SecondRuns runs, Options options, int weightLimit, NestedKernels nested) {
    Variants(Graph source, SecondRuns runs, Options options, int weightLimit) {
        this(source, runs, options, weightLimit, new NestedKernels(options.fuse(), weightLimit, options.simd().bytes(), options.machine()));
    }

    /**
     * One way to compute a graph.
     *
     * @param runs the graph that is computed, in which some nodes may come several times
     * @param kernels of the partition, in its order
     * @param cuts the scans that keep the carries of some steps only
     */
    record Variant(SecondRuns runs, Partition partition, List<LoweredKernel> kernels, CutScans cuts) {
        Variant {
            kernels = List.copyOf(kernels);
        }
    }

    Partition partition() {
        return Partition.of(runs, options.fuse() ? Extent.ALL : Extent.NONE, weightLimit);
    }

    /** As fusion has it. */
    Variant whole(Partition partition) {
        return new Variant(runs, partition, lowered(partition), CutScans.NONE);
    }

    /** The same, with kernels joined that are best run slice by slice; itself where none are. Hints say of single kernels when they run; without chunks there are no slices. */
    Variant joined(Variant whole) {
        if (!options.fuse() || !runs.source().hints().isEmpty() || options.chunkNanos() == Long.MAX_VALUE) {
            return whole;
        }
        Graph graph = whole.runs().graph();
        Set<Node> updates = graph.updates().stream().map(Graph.Update::value).collect(Collectors.toSet());
        Set<Node> outputs = Set.copyOf(graph.outputs().values());
        List<LoweredKernel> joined = Slices.joined(whole.partition(), whole.kernels(), options.simd().bytes(), options.machine(), new Grain(options.chunkNanos()),
                k -> !k.isDerived(whole.runs()) && k.roots().stream().noneMatch(updates::contains), outputs::contains);
        return joined.size() == whole.kernels().size() ? whole : new Variant(whole.runs(), whole.partition(), joined, whole.cuts());
    }

    /** Not where nothing is fused, hints say what is computed again, or inputs are kept. */
    private boolean mayFuseAnew() {
        return options.fuse() && runs.source().hints().isEmpty() && runs.kept().all().isEmpty();
    }

    /** Where what is made of contractions can be computed again without them. */
    Optional<Variant> apart() {
        if (!mayFuseAnew()) {
            return Optional.empty();
        }
        Partition apart = Partition.of(runs, Extent.APART, weightLimit);
        return Optional.of(new Variant(runs, apart, lowered(apart), CutScans.NONE));
    }

    /** What a plan computes again is fused anew, each run by itself. */
    Optional<Variant> again(Variant of, MemoryPlan plan) {
        if (!mayFuseAnew() || of.cuts() != CutScans.NONE || plan.memory().againNanos() == 0) {
            return Optional.empty();
        }
        return PlannedRuns.of(runs, of.partition(), plan).map(written -> {
            Partition partition = Partition.of(written, Extent.ALL, weightLimit);
            return new Variant(written, partition, lowered(partition), CutScans.NONE);
        });
    }

    /** The same with some scans cut. */
    Variant cut(Variant whole, CutScans cuts) {
        return new Variant(whole.runs(), whole.partition(), nested.with(cuts).cut(whole.partition(), whole.kernels()), cuts);
    }

    Planner planner(Variant v) {
        return Planner.of(v.runs(), unread(v.runs().graph()), v.kernels(), options.machine());
    }

    /** Inputs that the passes found to be of no use; the signature has them all the same. */
    List<Node> unread(Graph graph) {
        return source.inputs().stream().filter(n -> graph.input(((Op.Input) n.op()).name()).isEmpty()).toList();
    }

    private List<LoweredKernel> lowered(Partition partition) {
        return Lowering.lower(partition, options.simd().bytes(), new Grain(options.chunkNanos()), options.machine(), nested).stream()
                .map(LoweredKernel::tidied).toList();
    }
}
