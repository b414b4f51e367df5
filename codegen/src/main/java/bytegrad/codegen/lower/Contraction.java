package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.hint.KeptNodes;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A contraction as its tiles see it: y[b,m,n] = Σk l[b,m,k]·r[b,k,n] with some axes for each of b, m and n. Tiles run over one axis of m
 * (the rows) and the last of n (the columns); loops around them run over the others.
 */
final class Contraction {
    /** No axis: the operand has no free ones. */
    static final int NONE = -1;

    /** Rows that are worth a tile of their own; with fewer, another axis of rows is taken where it is longer. */
    private static final int FEW_ROWS = 4;

    /** Columns of which less than half of a panel is what it is rounded up by. */
    private static final int WORTH_A_PANEL = 9;

    private final Node y;
    private final Op.Contract op;
    private final Definitions definitions;
    private final Operand left;
    private final Operand right;
    private final int batchAxes;
    private final int rowAxes;
    private final int rowAxis;
    private final int columnAxis;
    private final Contracted contracted;
    /** Whether the right operand stays from run to run. */
    private final boolean kept;

    Contraction(Node y, Partition partition, Definitions definitions, MethodWriter.Names names) {
        this.y = y;
        this.op = (Op.Contract) y.op();
        this.definitions = definitions;
        this.left = Operand.of(y.input(0), partition, definitions, names);
        Operand inMemory = Operand.of(y.input(1), partition, definitions, names);
        this.right = inMemory;
        this.kept = inMemory.place() instanceof Place.Value(Node n) && partition.kept().all().contains(n);
        this.batchAxes = op.leftBatch().size();
        this.rowAxes = y.input(0).rank() - batchAxes - op.leftContract().size();
        int columnAxes = y.input(1).rank() - batchAxes - op.rightContract().size();
        this.columnAxis = columnAxes == 0 ? NONE : y.rank() - 1;
        this.rowAxis = rowAxes == 0 ? NONE : longRowAxis();
        this.contracted = new Contracted(contractedExtents(), y.dtype());
    }

    /** The same with another right operand. */
    private Contraction(Contraction c, Operand right) {
        this.y = c.y;
        this.op = c.op;
        this.definitions = c.definitions;
        this.left = c.left;
        this.right = right;
        this.batchAxes = c.batchAxes;
        this.rowAxes = c.rowAxes;
        this.rowAxis = c.rowAxis;
        this.columnAxis = c.columnAxis;
        this.contracted = c.contracted;
        this.kept = c.kept;
    }

    private int longRowAxis() {
        int last = batchAxes + rowAxes - 1;
        int best = last;
        for (int a = last - 1; a >= batchAxes && y.shape().dim(last) < FEW_ROWS; a--) {
            best = y.shape().dim(a) > y.shape().dim(best) ? a : best;
        }
        return best;
    }

    Node result() {
        return y;
    }

    Operand left() {
        return left;
    }

    Operand right() {
        return right;
    }

    Contracted contracted() {
        return contracted;
    }

    /** Extent of the axis whose elements are rows of tiles. */
    int rows() {
        return rowAxis == NONE ? 1 : y.shape().dim(rowAxis);
    }

    /** Extent of the axis whose elements are columns of tiles. */
    int columns() {
        return columnAxis == NONE ? 1 : y.shape().dim(columnAxis);
    }

    /** The axis of rows just outside that of tiles, of which a tile may have several indices, each with all rows; {@link #NONE} if there is none. */
    int groupAxis() {
        return rowAxes > 1 && rowAxis == batchAxes + rowAxes - 1 ? rowAxis - 1 : NONE;
    }

    /** How many indices of that axis a tile of so many rows has. */
    int groups(int height) {
        return Math.max(1, height / rows());
    }

    /** The axes with another index of that axis. */
    Index[] inGroup(Index[] axes, Index group) {
        Index[] a = axes.clone();
        a[groupAxis()] = group;
        return a;
    }

    boolean hasRows() {
        return rowAxis != NONE;
    }

    boolean hasColumns() {
        return columnAxis != NONE;
    }

    /** The axes that loops around tiles run over. */
    List<Integer> outerAxes() {
        return IntStream.range(0, y.rank()).filter(a -> a != rowAxis && a != columnAxis).boxed().toList();
    }

    /** Of the outer axes, those of the left operand alone: along them the right one stays the same. */
    List<Integer> outerRows() {
        return outerAxes().stream().filter(this::isRows).toList();
    }

    /** Of the outer axes, the others. */
    List<Integer> sharedAxes() {
        return outerAxes().stream().filter(a -> !isRows(a)).toList();
    }

    private boolean isRows(int axis) {
        return axis >= batchAxes && axis < batchAxes + rowAxes;
    }

    int extent(int axis) {
        return y.shape().dim(axis);
    }

    long extents(List<Integer> axes) {
        return axes.stream().mapToLong(this::extent).reduce(1, Math::multiplyExact);
    }

    /** Products in each element. */
    int products() {
        return contractedExtents().stream().reduce(1, (a, b) -> a * b);
    }

    /** How far apart neighbouring columns of the right operand are in memory. */
    int columnStride() {
        return right.strides().get(columnOfRight());
    }

    private int columnOfRight() {
        int a = y.input(1).rank() - 1;
        while (op.rightBatch().contains(a) || op.rightContract().contains(a)) {
            a--;
        }
        return a;
    }

    /** How far apart neighbouring rows of the left operand are in memory. */
    int rowStride() {
        return leftStride(left, rowAxis);
    }

    /** How far apart a tile's rows are from its first, in the left operand. */
    List<Integer> rowOffsets(int height) {
        int group = height > rows() ? groupStride(left) : 0;
        return IntStream.range(0, height).map(i -> i / rows() * group + (hasRows() ? i % rows() * rowStride() : 0)).boxed().toList();
    }

    /** How far apart neighbours along {@link #groupAxis} are in the left operand, or where its elements lie otherwise. */
    int groupStride(Operand turned) {
        return leftStride(turned, groupAxis());
    }

    private int leftStride(Operand left, int axis) {
        int free = axis - batchAxes;
        for (int a = 0; a < y.input(0).rank(); a++) {
            if (!op.leftBatch().contains(a) && !op.leftContract().contains(a) && free-- == 0) {
                return left.strides().get(a);
            }
        }
        throw new IllegalStateException("no rows in " + y);
    }

    /** How far apart neighbouring products are in the left operand, along each contracted axis. */
    List<Integer> leftProductStrides() {
        return leftProductStrides(left);
    }

    /** The same where the operand's elements lie otherwise. */
    List<Integer> leftProductStrides(Operand turned) {
        return op.leftContract().stream().map(turned.strides()::get).toList();
    }

    /** How far apart neighbouring products are in the right operand, along each contracted axis. */
    List<Integer> rightProductStrides() {
        return op.rightContract().stream().map(right.strides()::get).toList();
    }

    /**
     * Whether the right operand may be in memory once more, in the order in which it is read: it stays, all of it is one matrix, and that is neither so small that it is in the
     * first cache anyway, nor a view with more elements than there are.
     */
    boolean mayBeStored() {
        long elements = (long) products() * columns();
        return kept && columns() >= WORTH_A_PANEL && hasColumns() && extents(sharedAxes()) == 1 && elements >= KeptNodes.LEAST && elements <= Math.min(Place.Panels.MOST, right.place().size());
    }

    /** Whether the left operand is computed in each run. */
    boolean isLeftComputed() {
        return !(left.place() instanceof Place.Value(Node n) && (n.op() instanceof Op.Input || n.op() instanceof Op.Constant));
    }

    /** All of the right operand as panels of so many columns. */
    Place.Panels rightPanels(int width, int lanes) {
        Node node = ((Place.Value) right.place()).node();
        return new Place.Panels(node, right.constant(), contractedExtents(), rightProductStrides(), columns(), columnStride(), width, lanes);
    }

    /** The same where columns that are no neighbours are stored as such, if they may be: as one panel, for code of one lane. */
    Contraction ofRows() {
        if (!mayBeStored() || columnStride() == 1) {
            return this;
        }
        List<Integer> strides = new ArrayList<>(Collections.nCopies(right.strides().size(), 0));
        strides.set(columnOfRight(), 1);
        int stride = columns();
        for (int k = op.rightContract().size() - 1; k >= 0; k--) {
            strides.set(op.rightContract().get(k), stride);
            stride *= contractedExtents().get(k);
        }
        return new Contraction(this, new Operand(rightPanels(columns(), 1), 0, strides));
    }

    Index leftAt(Index[] axes, List<Index> k) {
        return left.position(operandIndex(y.input(0).rank(), op.leftBatch(), op.leftContract(), axes, batchAxes, k));
    }

    /** The same where the operand's elements lie otherwise. */
    Index leftAt(Operand turned, Index[] axes, List<Index> k) {
        return turned.position(operandIndex(y.input(0).rank(), op.leftBatch(), op.leftContract(), axes, batchAxes, k));
    }

    List<Integer> leftExtents() {
        return y.input(0).shape().dims();
    }

    Index rightAt(Index[] axes, List<Index> k) {
        return right.position(operandIndex(y.input(1).rank(), op.rightBatch(), op.rightContract(), axes, batchAxes + rowAxes, k));
    }

    private static List<Index> operandIndex(int rank, List<Integer> batch, List<Integer> contract, Index[] axes, int firstFree, List<Index> k) {
        List<Index> index = new ArrayList<>();
        int free = firstFree;
        for (int a = 0; a < rank; a++) {
            int b = batch.indexOf(a);
            int c = contract.indexOf(a);
            index.add(b >= 0 ? axes[b] : c >= 0 ? k.get(c) : axes[free++]);
        }
        return index;
    }

    List<Integer> contractedExtents() {
        return op.leftContract().stream().map(y.input(0).shape()::dim).toList();
    }

    /** Declares how far the contracted indices run. */
    List<Index> known(List<Index> k) {
        for (int i = 0; i < k.size(); i++) {
            definitions.known(k.get(i), contractedExtents().get(i));
        }
        return k;
    }

    /** The axes with those of the tile filled in. */
    Index[] with(Index[] axes, Index row, Index column) {
        Index[] a = axes.clone();
        if (rowAxis != NONE) {
            a[rowAxis] = row;
        }
        if (columnAxis != NONE) {
            a[columnAxis] = column;
        }
        return a;
    }
}
