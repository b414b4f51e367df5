package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;

/** Who reads the nodes of a graph. */
final class Readers {
    private Readers() {}

    /** How often each node is read, as an operand, an output or a new state. */
    static int[] of(Graph g) {
        int[] readers = new int[g.nodes().size()];
        g.nodes().forEach(n -> n.inputs().forEach(x -> readers[x.id()]++));
        g.outputs().values().forEach(n -> readers[n.id()]++);
        g.updates().forEach(u -> readers[u.value().id()]++);
        return readers;
    }

    /** The nodes that can be computed where a contraction is, and are all that is read of it. */
    static boolean[] epilogues(Graph g, int[] readers) {
        boolean[] epilogue = new boolean[readers.length];
        for (Node n : g.nodes()) {
            boolean passes = n.op() instanceof Op.Map || n.op() instanceof Op.Cast || n.op() instanceof Op.Reshape;
            boolean of = n.op() instanceof Op.Contract || passes && n.inputs().stream().anyMatch(x -> epilogue[x.id()]);
            epilogue[n.id()] = of && readers[n.id()] == 1;
        }
        return epilogue;
    }
}
