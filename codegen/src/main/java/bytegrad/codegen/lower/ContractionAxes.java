package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The axes of a contraction's result, which are batch, rows and columns in this order, and the indices at which it reads its operands. */
record ContractionAxes(Node y, Op.Contract op) {
    ContractionAxes(Node y) {
        this(y, (Op.Contract) y.op());
    }

    private int batch() {
        return op.leftBatch().size();
    }

    private int rowAxes() {
        return y.input(0).rank() - batch() - op.leftContract().size();
    }

    private int columnAxes() {
        return y.input(1).rank() - batch() - op.rightContract().size();
    }

    /** The extent of the last rows axis. */
    int rows() {
        return rowAxes() == 0 ? 1 : y.shape().dim(batch() + rowAxes() - 1);
    }

    /** The extent of the last columns axis. */
    int columns() {
        return columnAxes() == 0 ? 1 : y.shape().dim(y.rank() - 1);
    }

    /** All axes of the result but the last of its rows and the last of its columns. */
    List<Integer> outer() {
        return IntStream.range(0, y.rank())
                .filter(a -> !(rowAxes() > 0 && a == batch() + rowAxes() - 1) && !(columnAxes() > 0 && a == y.rank() - 1)).boxed().toList();
    }

    /** Whether the right operand stays the same along an axis. */
    boolean isRows(int axis) {
        return axis >= batch() && axis < batch() + rowAxes();
    }

    /** Extents of the contracted axes. */
    List<Integer> contracted() {
        return op.leftContract().stream().map(y.input(0).shape()::dim).toList();
    }

    /** The right operand's axis along which the result's last axis runs. */
    int lastOfRight() {
        int a = y.input(1).rank() - 1;
        while (op.rightBatch().contains(a) || op.rightContract().contains(a)) {
            a--;
        }
        return a;
    }

    /** An index of the result with these of its last rows and its last columns axis, where it has them. */
    Index[] with(Index[] axes, Index row, Index column) {
        Index[] a = axes.clone();
        if (rowAxes() > 0) {
            a[batch() + rowAxes() - 1] = row;
        }
        if (columnAxes() > 0) {
            a[y.rank() - 1] = column;
        }
        return a;
    }

    /** The left operand's index of a product. */
    List<Index> left(Index[] axes, List<Index> k) {
        return operand(y.input(0).rank(), op.leftBatch(), op.leftContract(), axes, batch(), k);
    }

    /** The right operand's index of a product. */
    List<Index> right(Index[] axes, List<Index> k) {
        return operand(y.input(1).rank(), op.rightBatch(), op.rightContract(), axes, batch() + rowAxes(), k);
    }

    private static List<Index> operand(int rank, List<Integer> batch, List<Integer> contract, Index[] axes, int firstFree, List<Index> k) {
        List<Index> index = new ArrayList<>();
        int free = firstFree;
        for (int a = 0; a < rank; a++) {
            int b = batch.indexOf(a);
            int c = contract.indexOf(a);
            index.add(b >= 0 ? axes[b] : c >= 0 ? k.get(c) : axes[free++]);
        }
        return index;
    }
}
