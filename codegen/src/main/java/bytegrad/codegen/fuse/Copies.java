package bytegrad.codegen.fuse;

import bytegrad.codegen.hint.KeptNodes;
import bytegrad.ir.Graph;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a value that several kernels read is better computed in each of them than stored: a question of arithmetic against bytes.
 *
 * <p>An elementwise value of one tensor (numbers and rows beside it count as nothing) may be computed wherever that tensor is, so that only
 * the tensor is stored: of gelu's forward and backward kernels, what comes in, not its half, its erf and what is exp's. The number
 * of stored tensors never grows by it.
 */
final class Copies {
    /** A result read by several kernels is computed in each, not stored, up to this weight. */
    static final int LIMIT = 2;

    /** An operand of so much fewer elements costs nothing to read. */
    private static final int SMALLER = 8;
    /** Nanoseconds for a unit of weight: an f32 exp, of weight 24, takes 0.3. */
    private static final double NANOS_PER_WEIGHT = 0.0125;
    /** Nanoseconds to move a byte between registers and a cache, or memory, that holds what is read by a later kernel. */
    private static final double NANOS_NEAR = 0.008;
    private static final double NANOS_FAR = 0.03;
    /** Bytes of a tensor that will have left the near caches when the next kernel reads it. */
    private static final long FAR = 1L << 20;

    private final boolean[] required;
    private final Reads reads;
    private final int[] consumers;

    Copies(Graph graph, boolean[] required, Reads reads) {
        this.required = required;
        this.reads = reads;
        this.consumers = new int[graph.nodes().size()];
        for (Node n : graph.nodes()) {
            if (!(n.op() instanceof Op.View) || n.op() instanceof Op.Pad) {
                Set<Node> read = new HashSet<>();
                n.inputs().forEach(x -> read.add(throughViews(x)));
                read.forEach(x -> consumers[x.id()]++);
            }
        }
    }

    static Node throughViews(Node n) {
        Node x = n;
        while (x.op() instanceof Op.View && !(x.op() instanceof Op.Pad)) {
            x = x.input(0);
        }
        return x;
    }

    /** It costs next to nothing, and so does reading what it is made of. */
    boolean isCheap(Node n) {
        return (isElementwise(n) || n.op() instanceof Op.Iota) && Weight.of(n) <= LIMIT && n.inputs().stream().allMatch(x -> inMemory(throughViews(x)));
    }

    /** What a node of every run reads that is computed from kept inputs alone; but for what would take longer to load than to compute from something smaller. */
    List<Node> derived(Node n, KeptNodes kept) {
        return kept.all().contains(n) ? List.of()
                : n.inputs().stream().map(Copies::throughViews).distinct()
                        .filter(x -> kept.derived().contains(x) && !(isCheap(x) && bytes(x) > operandBytes(x))).toList();
    }

    private static long bytes(Node n) {
        return (long) n.shape().size() * n.dtype().bytes();
    }

    private static long operandBytes(Node n) {
        return n.inputs().stream().map(Copies::throughViews).distinct().mapToLong(Copies::bytes).sum();
    }

    /** The weight of what computes an elementwise node from values in memory, and reductions; one above {@link #LIMIT} stands for any above it. */
    int operations(Node n) {
        return isElementwise(n) ? operations(n, 0) : 0;
    }

    private int operations(Node n, int spent) {
        int weight = spent + Weight.of(n);
        for (Node input : n.inputs()) {
            Node x = throughViews(input);
            weight = weight <= LIMIT && isElementwise(x) && !inMemory(x) ? operations(x, weight) : weight;
        }
        return Math.min(weight, LIMIT + 1);
    }

    private static boolean isElementwise(Node n) {
        return n.op() instanceof Op.Map || n.op() instanceof Op.Cast;
    }

    private boolean inMemory(Node n) {
        return required[n.id()] || n.op() instanceof Op.Input || n.op() instanceof Op.Constant || n.op() instanceof Op.Iota;
    }

    /** Whether each of the kernels that read the node had better compute it. */
    boolean areWorthwhile(Node n, Set<Integer> drafts) {
        if (isCheap(n)) {
            return true;
        }
        int weight = 0;
        Node x = n;
        do {
            Optional<Node> source = isElementwise(x) ? source(x) : Optional.empty();
            if (source.isEmpty()) {
                return false;
            }
            weight += Weight.of(x);
            x = source.get();
        } while (!inMemory(x) && consumers[x.id()] == 1);
        if (!inMemory(x) && (x.shape().size() > n.shape().size() || x.dtype().bytes() > n.dtype().bytes())) {
            return false;
        }
        return weight <= LIMIT || isReadBeside(x, drafts) && isDearToStore(n, weight, drafts.size());
    }

    /** The one tensor of its size that an elementwise node reads. */
    private Optional<Node> source(Node n) {
        Set<Node> large = new HashSet<>();
        for (Node operand : n.inputs()) {
            Node x = throughViews(operand);
            boolean number = x.op() instanceof Op.Constant(Literal value) && value.isUniform() || x.op() instanceof Op.Iota;
            if (!number && (long) x.shape().size() * SMALLER > n.shape().size()) {
                large.add(x);
            }
        }
        return large.size() == 1 ? Optional.of(large.iterator().next()) : Optional.empty();
    }

    /** It is a contraction, or made of one by elementwise nodes that need not be stored. */
    boolean endsContraction(Node n) {
        Node x = n;
        while (isElementwise(x)) {
            int size = x.shape().size();
            Optional<Node> operand = x.inputs().stream().map(Copies::throughViews).filter(y -> y.shape().size() == size && !inMemory(y))
                    .min(Comparator.comparing(y -> !(y.op() instanceof Op.Contract)));
            if (operand.isEmpty()) {
                return false;
            }
            x = operand.get();
        }
        return x.op() instanceof Op.Contract;
    }

    /** All kernels but the first, which computes the node in either case, have the tensor at hand. */
    private boolean isReadBeside(Node x, Set<Integer> drafts) {
        int first = drafts.stream().mapToInt(Integer::intValue).max().orElseThrow();
        return inMemory(x) || drafts.stream().allMatch(d -> d == first || reads.of(x).stream().anyMatch(u -> u.draft() == d));
    }

    /** A line of memory is read before it is written. */
    private static boolean isDearToStore(Node n, int weight, int kernels) {
        double move = n.dtype().bytes() * (bytes(n) > FAR ? NANOS_FAR : NANOS_NEAR);
        return (kernels - 1) * weight * NANOS_PER_WEIGHT < move * (2 + kernels - 1);
    }
}
