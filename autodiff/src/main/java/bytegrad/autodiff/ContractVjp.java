package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cotangents of y[b,m,n] = Σₖ l[b,m,k] · r[b,k,n]:
 *
 * <pre>{@code
 * dl[b,m,k] = Σₙ dy[b,m,n] · r[b,k,n]
 * dr[b,k,n] = Σₘ l[b,m,k] · dy[b,m,n]
 * }</pre>
 *
 * Of the two orders of the operands, the one whose result has the wanted order of axes is taken; a transpose is added only
 * where neither has. So for y = x·W no cotangent needs one.
 */
final class ContractVjp {
    private final GraphBuilder b;

    ContractVjp(GraphBuilder b) {
        this.b = b;
    }

    Node left(Op.Contract c, Node y, Node dy) {
        Node l = y.input(0);
        Node r = y.input(1);
        int batches = c.leftBatch().size();
        int rows = l.rank() - batches - c.leftContract().size();
        return pull(
                new Operand(l, c.leftBatch(), c.leftContract(), batches),
                new Operand(r, c.rightBatch(), c.rightContract(), batches + rows),
                dy);
    }

    Node right(Op.Contract c, Node y, Node dy) {
        Node l = y.input(0);
        Node r = y.input(1);
        int batches = c.leftBatch().size();
        int rows = l.rank() - batches - c.leftContract().size();
        return pull(
                new Operand(r, c.rightBatch(), c.rightContract(), batches + rows),
                new Operand(l, c.leftBatch(), c.leftContract(), batches),
                dy);
    }

    /** An operand of the forward contraction; {@code at} is where its free axes begin in the result. */
    private record Operand(Node node, List<Integer> batch, List<Integer> contract, int at) {
        /** The axes that are neither batch nor contracted, as the result has them. */
        List<Integer> free() {
            return IntStream.range(0, node.rank()).filter(k -> !batch.contains(k) && !contract.contains(k)).boxed().toList();
        }

        /** Where the free axes are in the result. */
        List<Integer> freeInResult() {
            return IntStream.range(at, at + free().size()).boxed().toList();
        }
    }

    /** The cotangent of x, whose partner in the contraction was {@code other}. */
    private Node pull(Operand x, Operand other, Node dy) {
        // Batch pairs in the order of x's axes; dy has them first, in the order of the lists.
        List<Integer> pairs = IntStream.range(0, x.batch().size()).boxed().sorted(Comparator.comparing(x.batch()::get)).toList();
        List<Integer> otherBatch = pairs.stream().map(other.batch()::get).toList();
        List<Integer> free = x.free();
        // What is left of the other operand: its contracted axes, ascending, each of which was paired with one of x.
        List<Integer> paired = other.contract().stream().sorted().map(k -> x.contract().get(other.contract().indexOf(k))).toList();

        List<Integer> dyFirst = new ArrayList<>(pairs.stream().map(x.batch()::get).toList());
        List<Integer> otherFirst = new ArrayList<>(dyFirst);
        dyFirst.addAll(free);
        dyFirst.addAll(paired);
        otherFirst.addAll(paired);
        otherFirst.addAll(free);
        if (!ascends(dyFirst) && ascends(otherFirst)) {
            return b.contract(new Op.Contract(otherBatch, pairs, other.free(), other.freeInResult()), other.node(), dy);
        }
        Node dx = b.contract(new Op.Contract(pairs, otherBatch, other.freeInResult(), other.free()), dy, other.node());
        return b.transpose(dx, IntStream.range(0, dyFirst.size()).map(dyFirst::indexOf).toArray());
    }

    private static boolean ascends(List<Integer> axes) {
        int[] a = axes.stream().mapToInt(k -> k).toArray();
        return Arrays.equals(a, IntStream.range(0, a.length).toArray());
    }
}
