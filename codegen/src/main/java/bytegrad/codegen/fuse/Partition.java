package bytegrad.codegen.fuse;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.List;
import java.util.Map;

/**
 * Which nodes are stored and which kernel stores each.
 *
 * @param clusters in an order in which every kernel comes after those whose results it reads
 */
public record Partition(Graph graph, List<Cluster> clusters, Map<Node, Fate> fates) {
    public Partition {
        clusters = List.copyOf(clusters);
        fates = Map.copyOf(fates);
    }

    /** Primitive operations in one kernel: beyond this C2 takes long, and HotSpot's 8,000-byte limit for a method comes near. */
    public static final int WEIGHT_LIMIT = 120;

    /**
     * Decides for a graph.
     *
     * @param fused false stores every node, one kernel each
     * @param weightLimit primitive operations in one kernel at most
     */
    public static Partition of(Graph graph, boolean fused, int weightLimit) {
        return new Partitioner(graph, fused, weightLimit).partition();
    }

    /** The node whose elements, in their order, are this one's: what a nested op reads in memory. */
    public static Node throughReshapes(Node n) {
        Node x = n;
        while (x.op() instanceof Op.Reshape) {
            x = x.input(0);
        }
        return x;
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
