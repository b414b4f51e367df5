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
 * Of the two orders of the operands, the one whose result has the wanted order of axes is taken, if need be with the axes of the
 * other operand transposed (which for an operand costs nothing); dx is transposed only where that does not help. So for y = x·W no
 * cotangent needs a transpose.
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
        Operand turned = turned(x, other);
        if (turned.node() != other.node()) {
            return pull(x, turned, dy);
        }
        Node dx = b.contract(new Op.Contract(pairs, otherBatch, other.freeInResult(), other.free()), dy, other.node());
        return b.transpose(dx, IntStream.range(0, dyFirst.size()).map(dyFirst::indexOf).toArray());
    }

    /** The other operand with its contracted axes in the order of x's axes that they are paired with, if dx then needs no transpose. */
    private Operand turned(Operand x, Operand other) {
        List<Integer> batch = x.batch().stream().sorted().toList();
        List<Integer> contract = x.contract().stream().sorted().toList();
        boolean blocks = ascends(joined(batch, x.free(), contract)) || ascends(joined(batch, contract, x.free()));
        if (!blocks) {
            return other;
        }
        List<Integer> slots = other.contract().stream().sorted().toList();
        int[] axes = IntStream.range(0, other.node().rank()).toArray();
        List<Integer> moved = new ArrayList<>(other.contract());
        for (int k = 0; k < slots.size(); k++) {
            int pair = x.contract().indexOf(contract.get(k));
            axes[slots.get(k)] = other.contract().get(pair);
            moved.set(pair, slots.get(k));
        }
        return new Operand(b.transpose(other.node(), axes), other.batch(), moved, other.at());
    }

    private static List<Integer> joined(List<Integer> a, List<Integer> c, List<Integer> e) {
        List<Integer> all = new ArrayList<>(a);
        all.addAll(c);
        all.addAll(e);
        return all;
    }

    private static boolean ascends(List<Integer> axes) {
        int[] a = axes.stream().mapToInt(k -> k).toArray();
        return Arrays.equals(a, IntStream.range(0, a.length).toArray());
    }
}
