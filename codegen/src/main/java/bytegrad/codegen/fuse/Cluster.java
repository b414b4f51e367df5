package bytegrad.codegen.fuse;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.List;
import java.util.Optional;

/**
 * The stored nodes that one kernel computes, over one iteration space.
 *
 * @param space the extents of its axes, whose variables are {@link #axis}
 * @param order its axes from the outermost loop to the innermost
 * @param roots what it stores
 * @param core the contraction whose tiles it computes, for {@link Kind#CONTRACTION}
 * @param windows of the core's result, that a reduction of the kernel runs over; none where the space is that of the core
 */
public record Cluster(Kind kind, Shape space, List<Integer> order, List<Root> roots, Optional<Node> core, List<Window> windows) {
    /** Of a kernel that computes no node: it moves values that are there. */
    public static final Cluster NONE = new Cluster(Kind.LOOPS, Shape.SCALAR, List.of(), List.of(), Optional.empty(), List.of());

    /** What kind of loop nest computes a cluster. */
    public enum Kind {
        /** Loops over the space; reductions inlined into it open loops of their own. */
        LOOPS,
        /** A register-tiled contraction with the rest as its epilogue. */
        CONTRACTION,
        /** A concat or a pad: each part has a loop nest. */
        PIECES,
        /** A scatter or an overlap-add: the base, then a loop over the updates. */
        SCATTER,
        /** Chains along one axis that keep each of their values. */
        CUMULATE,
        /** Lines along one axis, each sorted on its own. */
        SORT,
        /** An argmax or argmin. */
        ARG,
        /** A loop, a branch or a subgraph: the results of one nested op that are wanted. */
        NESTED;

        /** Of a kernel that computes the node. */
        static Kind of(Node n) {
            return switch (n.op()) {
                case Op.Scatter o -> SCATTER;
                case Op.Concat o -> PIECES;
                case Op.Random o -> LOOPS;
                case Op.Cumulate o -> CUMULATE;
                case Op.ArgSort o -> SORT;
                case Op.OverlapAdd o -> SCATTER;
                case Op.Nested o -> throw new IllegalStateException(n + " is placed with the other results of its op");
                case Op.Pad o -> PIECES;
                case Op.ArgReduce o -> ARG;
                case Op.Contract o -> LOOPS;
                case Op.Input o -> LOOPS;
                case Op.Constant o -> LOOPS;
                case Op.Iota o -> LOOPS;
                case Op.Map o -> LOOPS;
                case Op.Cast o -> LOOPS;
                case Op.Reduce o -> LOOPS;
                case Op.Gather o -> LOOPS;
                case Op.View o -> LOOPS;
            };
        }
    }

    /** A stored node, and which of its elements a point of the space computes: an axis variable each, or 0. */
    public record Root(Node node, List<Index> index) {
        public Root {
            index = List.copyOf(index);
        }
    }

    /**
     * At index a of the space, indices {@code stride}·a + t of the same axis of the core's result for t from 0 to {@code extent} − 1, which is at most the stride.
     */
    public record Window(int axis, int stride, int extent) {}

    public Cluster {
        order = List.copyOf(order);
        roots = List.copyOf(roots);
        windows = List.copyOf(windows);
    }

    private static final List<Expr.Var> AXES =
            java.util.stream.IntStream.range(0, Shape.MAX_RANK).mapToObj(k -> Expr.Var.index("a" + k)).toList();

    /** The variable of an axis of any cluster's space. */
    public static Expr.Var axis(int k) {
        return AXES.get(k);
    }

    /** The axis a variable stands for, −1 if none. */
    public static int axisNumber(Expr.Var v) {
        return AXES.indexOf(v);
    }
}
