package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.KernelVerifier;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Kernels that follow each other as one, where what they pass on is too much for the second cache: it runs all of them for a slice, an index of their outermost axes, before the next
 * slice. What is passed on, and read by no other, is scratch of one slice, which stays in the cache; threads meet once rather than after each. Every element is computed as it
 * was, from the same.
 *
 * <pre>
 * for b: s[b] = q[b] · k[b]              for b:
 * for b: p[b] = softmax(s[b])      →       s = q[b] · k[b]
 * for b: y[b] = p[b] · v[b]                p = softmax(s)
 *                                          y[b] = p · v[b]
 * </pre>
 */
public final class Slices {
    /** Chunks of slices are what threads share: fewer would leave some without work. */
    private static final int FEWEST = 4;

    /** Each chunk has space of its own, which it is to use several times. */
    private static final int MOST = 8;

    /** Bytes passed on in a slice for which a call of each kernel is not worth it. */
    private static final int SMALL = 16 << 10;

    /** Of one kernel: methods of it take a parameter for each of its buffers. */
    private static final int MOST_BUFFERS = 100;

    private final Partition partition;
    private final int vectorBytes;
    private final MachineProfile machine;
    private final Grain grain;
    private final Predicate<LoweredKernel> may;
    private final Predicate<Node> stays;
    private final List<LoweredKernel> kernels;
    /** By its number and the axes: a kernel in slices. */
    private final Map<List<Integer>, LoweredKernel> sliced = new HashMap<>();

    private Slices(Partition partition, int vectorBytes, MachineProfile machine, Grain grain, Predicate<LoweredKernel> may, Predicate<Node> stays, List<LoweredKernel> kernels) {
        this.partition = partition;
        this.vectorBytes = vectorBytes;
        this.machine = machine;
        this.grain = grain;
        this.may = may;
        this.stays = stays;
        this.kernels = kernels;
    }

    /**
     * The kernels of a partition, tidied, with those joined for which that is worth it.
     *
     * @param kernels in an order in which they can run
     * @param grain what the chunks of parallel loops are worth
     * @param may which of them may be joined with others
     * @param stays what is looked at after the run
     */
    public static List<LoweredKernel> joined(Partition partition, List<LoweredKernel> kernels, int vectorBytes, MachineProfile machine, Grain grain,
            Predicate<LoweredKernel> may, Predicate<Node> stays) {
        Slices slices = new Slices(partition, vectorBytes, machine, grain, may, stays, kernels);
        List<LoweredKernel> joined = new ArrayList<>();
        for (int k = 0; k < kernels.size(); ) {
            int first = k;
            LoweredKernel next = slices.from(k).or(() -> slices.unpadded(first)).orElse(kernels.get(k));
            joined.add(next);
            k += next.clusters().size();
        }
        return joined;
    }

    /**
     * A pad of what is in memory that the next kernel alone reads, as the left operand of a contraction, together with that: the copy which it makes of the operand then has the border. Where it
     * reads the pad in another place, {@link Definitions} refuses.
     */
    private Optional<LoweredKernel> unpadded(int first) {
        boolean follow = first + 1 < kernels.size() && kernels.get(first).isAll(Cluster.Kind.PIECES) && kernels.get(first + 1).isAll(Cluster.Kind.CONTRACTION);
        if (!follow || !may.test(kernels.get(first)) || !may.test(kernels.get(first + 1))) {
            return Optional.empty();
        }
        Node pad = kernels.get(first).roots().getFirst();
        Place padded = new Place.Value(pad);
        if (!(pad.op() instanceof Op.Pad) || !own(first, first + 2).contains(padded) || !isInMemory(pad.input(0))) {
            return Optional.empty();
        }
        Cluster reader = kernels.get(first + 1).clusters().getFirst();
        return Lowering.unpadded(partition, pad, reader, vectorBytes, grain, machine).filter(k -> !k.places().contains(padded) && KernelVerifier.isProved(k.kernel()))
                .map(k -> new LoweredKernel(List.of(kernels.get(first).clusters().getFirst(), reader), k.kernel(), k.places(), k.schedule(), k.computed()));
    }

    /** Whether it is an index into what is in memory. */
    private boolean isInMemory(Node n) {
        Node x = n;
        while (x.op() instanceof Op.View && !(x.op() instanceof Op.Pad) && !partition.hasBuffer(x)) {
            x = x.input(0);
        }
        return partition.hasBuffer(x);
    }

    /** The kernel joined with as many of those that follow as can be: in slices along one axis if those stay in the cache, else along two, which are smaller. */
    private Optional<LoweredKernel> from(int first) {
        return from(first, 1, machine.residentBytes()).or(() -> from(first, 2, Long.MAX_VALUE)).or(() -> from(first, 1, Long.MAX_VALUE));
    }

    /** @param most bytes that a slice may pass on */
    private Optional<LoweredKernel> from(int first, int axes, long most) {
        List<Integer> extents = outermost(kernels.get(first), axes);
        int end = first + 1;
        Set<Place> passed = new HashSet<>(kernels.get(first).stored());
        while (!extents.isEmpty() && end < kernels.size() && outermost(kernels.get(end), axes).equals(extents) && kernels.get(end).places().stream().anyMatch(passed::contains)) {
            passed.addAll(kernels.get(end++).stored());
        }
        if (!isWorthIt(first, end, extents, most)) {
            return Optional.empty();
        }
        List<JoinedLoops.Member> members = new ArrayList<>();
        Optional<LoweredKernel> best = Optional.empty();
        for (int k = first; k < end; k++) {
            Cluster cluster = kernels.get(k).clusters().getFirst();
            LoweredKernel kernel = sliced.computeIfAbsent(List.of(k, axes), _ -> Lowering.inSlices(partition, cluster, vectorBytes, machine, axes));
            Optional<JoinedLoops.Member> next = JoinedLoops.Member.of(kernel, extents).filter(m -> JoinedLoops.mayFollow(members, m));
            if (next.isEmpty()) {
                break;
            }
            members.add(next.get());
            if (isWorthIt(first, k + 1, extents, most)) {
                LoweredKernel joint = JoinedLoops.of(members, extents, own(first, k + 1), count(extents) >= 2 * MOST ? MOST : FEWEST);
                if (joint.kernel().buffers().size() > MOST_BUFFERS || !areSlicesApart(members, extents) || !KernelVerifier.isProved(joint.kernel())) {
                    break;
                }
                best = Optional.of(joint);
            }
        }
        return best;
    }

    /** Slices of a chunk run one after another, and so must keep apart as chunks do; shown of them where each is a chunk, and all is in memory. */
    private static boolean areSlicesApart(List<JoinedLoops.Member> members, List<Integer> extents) {
        return KernelVerifier.isProved(JoinedLoops.of(members, extents, Set.of(), Integer.MAX_VALUE).kernel());
    }

    /** So many indices of axes of these lengths. */
    static int count(List<Integer> extents) {
        return extents.stream().reduce(1, Math::multiplyExact);
    }

    /** The lengths of so many outermost axes along which there is more than one slice; none where a kernel is not to be joined. */
    private List<Integer> outermost(LoweredKernel k, int axes) {
        Cluster cluster = k.clusters().getFirst();
        return switch (cluster.kind()) {
            case LOOPS, CONTRACTION, PIECES -> {
                List<Integer> dims = cluster.space().dims().stream().filter(d -> d > 1).toList();
                yield may.test(k) && dims.size() > axes ? dims.subList(0, axes) : List.of();
            }
            case SCATTER, CUMULATE, SORT, ARG, NESTED -> List.of();
        };
    }

    /** What some of the kernels from one to before another store and others of them read. */
    private Set<Place> passed(int first, int end) {
        Set<Place> stored = new HashSet<>();
        Set<Place> passed = new HashSet<>();
        for (LoweredKernel k : kernels.subList(first, end)) {
            k.places().stream().filter(stored::contains).forEach(passed::add);
            stored.addAll(k.stored());
        }
        return passed;
    }

    /** Of that, what nobody else reads. */
    private Set<Place> own(int first, int end) {
        Set<Place> own = passed(first, end);
        own.removeIf(p -> !(p instanceof Place.Value(Node n)) || stays.test(n));
        for (int k = 0; k < kernels.size(); k++) {
            if (k < first || k >= end) {
                kernels.get(k).places().forEach(own::remove);
            }
        }
        return own;
    }

    /** What is passed on is more than the second cache has room for. */
    private boolean isWorthIt(int first, int end, List<Integer> extents, long most) {
        long bytes = passed(first, end).stream().mapToLong(p -> (long) p.size() * p.dtype().bytes()).sum();
        int slices = count(extents);
        return bytes > machine.l2Bytes() && bytes / slices <= most && bytes / slices >= SMALL && slices >= FEWEST;
    }
}
