package bytegrad.codegen.fuse;

import bytegrad.codegen.hint.KeptNodes;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes are stored and which kernel stores each.
 *
 * @param clusters in an order in which every kernel comes after those whose results it reads
 * @param kept what stays from run to run
 */
public record Partition(Graph graph, List<Cluster> clusters, Map<Node, Fate> fates, KeptNodes kept) {
    public Partition {
        clusters = List.copyOf(clusters);
        fates = Map.copyOf(fates);
    }

    /** Primitive operations in one kernel: beyond this C2 takes long, and HotSpot's 8,000-byte limit for a method comes near. */
    public static final int WEIGHT_LIMIT = 120;

    /** Primitive operations of a polynomial in f32, and what a call in f64 counts as. */
    private static final int DEAR = 20;

    private static final int CALL = 8;

    /** Elements of a row that a kernel may keep in the first cache between its loops. */
    public static final int LONGEST_ROW = 4096;

    /** Computing the node's value from those of its operands takes longer than to store and load it in the first cache: an exp. */
    public static boolean isDear(Node n) {
        return n.op() instanceof Op.Map && Weight.of(n) >= (n.dtype() == DType.F64 ? CALL : DEAR);
    }

    /**
     * Decides for a graph.
     *
     * @param fused false stores every node, one kernel each
     * @param weightLimit primitive operations in one kernel at most
     */
    public static Partition of(Graph graph, boolean fused, int weightLimit) {
        return of(SecondRuns.none(graph), fused ? Extent.ALL : Extent.NONE, weightLimit);
    }

    /** As {@link #of(Graph, boolean, int)}, as hints demand: a checkpoint is stored, and no kernel stores nodes of several eras. */
    public static Partition of(SecondRuns runs, Extent extent, int weightLimit) {
        return new Partitioner(runs, extent, weightLimit).partition();
    }

    /** The node whose elements, in their order, are this one's: what a nested op reads in memory. */
    public static Node throughReshapes(Node n) {
        Node x = n;
        while (x.op() instanceof Op.Reshape) {
            x = x.input(0);
        }
        return x;
    }

    /**
     * Over which node's elements the piece of a concat or pad is computed: its own, or where axes were joined those of the axes apart, at each of which the
     * place is known, while to find those of a place would take a division.
     */
    public static Node piece(Node part) {
        if (!(part.op() instanceof Op.Reshape joined) || part.rank() == 0) {
            return part;
        }
        Node apart = part.input(0);
        boolean sameRows = apart.rank() > 0 && apart.shape().dim(apart.rank() - 1) == part.shape().dim(part.rank() - 1);
        boolean given = throughReshapes(apart).op() instanceof Op.Input || throughReshapes(apart).op() instanceof Op.Constant;
        return sameRows && !given && !isAffine(joined, apart.shape()) && isAffine(new Op.Reshape(apart.shape()), part.shape()) ? apart : part;
    }

    private static boolean isAffine(Op.Reshape view, Shape operand) {
        Shape shape = view.shape();
        return ViewIndex.through(view, operand, Reads.identity(shape), v -> shape.dim(Cluster.axisNumber(v))).isPresent();
    }

    /** The same with a stored node in no memory: whoever reads it computes it. */
    public Partition without(Node stored) {
        Map<Node, Fate> others = new HashMap<>(fates);
        others.put(stored, new Fate(Fate.Kind.INLINED, -1, "a copy that its reader makes has it"));
        return new Partition(graph, clusters, others, kept);
    }

    /** Where a node of the graph lives. */
    public Fate fate(Node n) {
        Fate f = fates.get(n);
        if (f == null) {
            throw new IllegalArgumentException(n + " is not a node of this graph");
        }
        return f;
    }

    /** The node has a buffer: it is an input, a constant in memory, or stored by a kernel. */
    public boolean hasBuffer(Node n) {
        return switch (fate(n).kind()) {
            case INPUT, CONSTANT, STORED -> true;
            case NUMBER, INLINED, VIEW -> false;
        };
    }
}
