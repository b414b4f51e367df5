package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.kernel.WriteOut;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.Node;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;

/** From a partition to kernels in the loop IR. */
public final class Lowering {
    /**
     * Vectors of columns that are summed side by side: each row is then read in longer pieces, and its own values are read once for all of
     * them. The additions of one column wait for each other, those of several do not.
     */
    private static final int PANEL = 4;
    /** Statements that so many side by side may make. */
    private static final int PANEL_CODE = 480;

    private Lowering() {}

    /** The kernels of a partition of a graph in which no op runs other graphs. */
    public static List<LoweredKernel> lower(Partition partition, int vectorBytes) {
        return lower(partition, vectorBytes, Grain.USUAL, MachineProfile.DEFAULT, (p, c) -> {
            throw new IllegalStateException(c + " runs other graphs");
        });
    }

    /**
     * The kernels of a partition, in its order, and behind them those of the panels that they read.
     *
     * @param vectorBytes bytes of a SIMD register (16, 32 or 64), or 0 for scalar code
     * @param grain what the chunks of parallel loops are worth
     * @param machine what blocking and chunks go by
     * @param nested lowers the clusters that run other graphs
     */
    public static List<LoweredKernel> lower(Partition partition, int vectorBytes, Grain grain, MachineProfile machine, NestedLowering nested) {
        return StoredPanels.with(partition.clusters().stream()
                .map(c -> c.kind() == Cluster.Kind.NESTED ? nested.lower(partition, c) : lower(partition, c, vectorBytes, grain, machine)).toList());
    }

    /**
     * A kernel whose parallel loops have a chunk for each index of so many outermost axes along which there is more than one. In one piece where those are no loops, or where so many
     * chunks would repeat too much.
     */
    static LoweredKernel inSlices(Partition partition, Cluster cluster, int vectorBytes, MachineProfile machine, int axes) {
        return lower(partition, cluster, vectorBytes, machine, _ -> Division.slices(axes), Grain.USUAL).tidied();
    }

    /** A contraction whose left operand is padded, without that operand in memory; nothing where that cannot be. */
    static Optional<LoweredKernel> unpadded(Partition partition, Node pad, Cluster cluster, int vectorBytes, Grain grain, MachineProfile machine) {
        Lanes lanes = Lanes.choices(vectorBytes).getFirst();
        if (lanes.loop() == 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(lower(partition.without(pad), cluster, lanes, machine, nanos -> Division.into(grain.chunks(nanos)), grain).tidied());
        } catch (NotVectorizable _) {
            return Optional.empty();
        }
    }

    private static LoweredKernel lower(Partition partition, Cluster cluster, int vectorBytes, Grain grain, MachineProfile machine) {
        return lower(partition, cluster, vectorBytes, machine,
                nanos -> Division.into(cluster.kind() == Cluster.Kind.CONTRACTION ? grain.chunks(nanos) : grain.chunksOfNest(nanos)), grain);
    }

    private static LoweredKernel lower(Partition partition, Cluster cluster, int vectorBytes, MachineProfile machine, DoubleFunction<Division> division, Grain grain) {
        NotVectorizable last = new NotVectorizable("nothing was tried");
        for (Lanes lanes : Lanes.choices(vectorBytes)) {
            try {
                LoweredKernel kernel = lower(partition, cluster, lanes, machine, division, grain);
                boolean isLong = lanes.parts() && VectorCode.isLong(kernel.kernel());
                return writtenOut(isLong ? lower(partition, cluster, lanes.withoutParts(), machine, division, grain) : kernel, lanes);
            } catch (NotVectorizable e) {
                last = e;
            }
        }
        throw new IllegalStateException("cluster " + cluster + " has no schedule", last);
    }

    /** With short loops written out, unless methods become long by that; not on one lane, where HotSpot makes vectors of loops, nor of tiles, which are written out as they are to be. */
    private static LoweredKernel writtenOut(LoweredKernel kernel, Lanes lanes) {
        if (lanes.loop() == 1 || !kernel.isAll(Cluster.Kind.LOOPS) && !kernel.isAll(Cluster.Kind.PIECES) && !kernel.isAll(Cluster.Kind.SCATTER)) {
            return kernel;
        }
        Kernel written = WriteOut.loops(kernel.kernel(), VectorCode::isShort);
        return VectorCode.isTooLong(written) ? kernel : new LoweredKernel(kernel.clusters(), written, kernel.places(), kernel.schedule(), kernel.computed());
    }

    private static LoweredKernel lower(Partition partition, Cluster cluster, Lanes lanes, MachineProfile machine, DoubleFunction<Division> division, Grain grain) {
        Attempt single = lower(partition, cluster, lanes, machine, Division.NONE, 1);
        int vectors = single.sumsColumns ? Math.clamp(PANEL_CODE / Math.max(1, statements(single.kernel.kernel())), 1, PANEL) : 1;
        LoweredKernel alone = vectors == 1 ? single.kernel : lower(partition, cluster, lanes, machine, Division.NONE, vectors).kernel;
        double nanos = Work.nanos(alone.kernel(), machine);
        Division wanted = division.apply(nanos);
        if (wanted.chunks() == 1) {
            return alone;
        }
        LoweredKernel cut = lower(partition, cluster, lanes, machine, wanted, vectors).kernel;
        return cut.chunks() > 1 && grain.accepts(Work.nanos(cut.kernel(), machine), nanos, cut.chunks()) ? cut : alone;
    }

    /** A kernel, and whether it sums vectors of columns one by one. */
    private record Attempt(LoweredKernel kernel, boolean sumsColumns) {}

    private static int statements(Kernel kernel) {
        return kernel.methods().stream().mapToInt(m -> statements(m.body())).sum();
    }

    /** Before tidying, a statement is about an operation. */
    private static int statements(List<Stmt> body) {
        int count = 0;
        for (Stmt s : body) {
            count += s instanceof Stmt.For f ? statements(f.body()) : 1;
        }
        return count;
    }

    /**
     * @param division into at most so many chunks in each parallel loop
     * @param vectors vectors of the innermost loop that its body handles side by side
     */
    private static Attempt lower(Partition partition, Cluster cluster, Lanes lanes, MachineProfile machine, Division division,
            int vectors) {
        Buffers buffers = new Buffers();
        Set<Node> here = cluster.roots().stream().map(Cluster.Root::node).collect(Collectors.toSet());
        Definitions definitions = new Definitions(partition, here, buffers, lanes);
        if (cluster.kind() == Cluster.Kind.CONTRACTION) {
            return new Attempt(contraction(partition, definitions, buffers, cluster, lanes, machine, division), false);
        }
        List<Kernel.Method> methods = switch (cluster.kind()) {
            case LOOPS -> new Nests(definitions, buffers, lanes, division, vectors).space(cluster);
            case PIECES -> new Pieces(definitions, buffers, lanes, division).of(cluster.roots().getFirst().node());
            case SCATTER -> new Scatters(definitions, buffers, lanes).methods(cluster.roots().getFirst().node());
            case CUMULATE -> new Lines(definitions, buffers, lanes).cumulate(cluster.roots().getFirst().node());
            case SORT -> new Lines(definitions, buffers, lanes).sort(cluster.roots().getFirst().node());
            case ARG -> new Nests(definitions, buffers, Lanes.SCALAR, division).arg(cluster.roots().getFirst().node());
            case NESTED -> throw new IllegalStateException("lowered with the graphs it runs: " + cluster);
            case CONTRACTION -> throw new IllegalStateException("has a schedule: " + cluster);
        };
        boolean columns = cluster.kind() == Cluster.Kind.LOOPS && definitions.sumsColumns();
        return new Attempt(new LoweredKernel(cluster, new Kernel(buffers.declarations(), methods), buffers.places(), "", definitions.computed()), columns);
    }

    private static LoweredKernel contraction(Partition partition, Definitions definitions, Buffers buffers, Cluster cluster, Lanes lanes, MachineProfile machine, Division division) {
        if (Sweeps.suit(partition, definitions, cluster, lanes)) {
            List<Kernel.Method> methods = new Sweeps(partition, definitions, buffers, cluster, lanes, division.chunks()).methods();
            return new LoweredKernel(cluster, new Kernel(buffers.declarations(), methods), buffers.places(), "rows swept on one lane", definitions.computed());
        }
        Tiles tiles = new Tiles(partition, definitions, buffers, cluster, lanes, machine, division);
        List<Kernel.Method> methods = tiles.methods();
        return new LoweredKernel(cluster, new Kernel(buffers.declarations(), methods), buffers.places(), tiles.schedule(), definitions.computed());
    }
}
