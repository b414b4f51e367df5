package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.hint.KeptNodes;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    private final List<Cluster.Window> windows;
    /** Of the kernel's space, and behind them of the windows. */
    private final List<Integer> extents;
    /** Whether the right operand stays from run to run. */
    private final boolean kept;
    /** Axes of rows that are loops around all others nevertheless. */
    private final List<Integer> apart;
    private final int firstColumn;
    private final int columns;

    Contraction(Cluster cluster, Partition partition, Definitions definitions, MethodWriter.Names names) {
        this.y = cluster.core().orElseThrow();
        this.windows = cluster.windows();
        this.extents = Stream.concat((windows.isEmpty() ? y.shape() : cluster.space()).dims().stream(), windows.stream().map(Cluster.Window::extent)).toList();
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
        this.apart = List.of();
        this.firstColumn = 0;
        this.columns = columnAxis == NONE ? 1 : extent(columnAxis);
    }

    /** The same with another right operand, other axes apart, or a part of its columns. */
    private Contraction(Contraction c, Operand right, List<Integer> apart, int firstColumn, int columns) {
        this.y = c.y;
        this.windows = c.windows;
        this.extents = c.extents;
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
        this.apart = List.copyOf(apart);
        this.firstColumn = firstColumn;
        this.columns = columns;
    }

    /** The same with loops over these axes around all others, so that what is computed at one of their indices can be prepared for it. */
    Contraction apart(List<Integer> axes) {
        return new Contraction(this, right, axes, firstColumn, columns);
    }

    /** So many of its columns from that one on, as if there were no others. */
    Contraction strip(int first, int count) {
        return new Contraction(this, right, apart, firstColumn + first, count);
    }

    List<Integer> axesApart() {
        return apart;
    }

    private int longRowAxis() {
        int last = batchAxes + rowAxes - 1;
        int best = last;
        for (int a = last - 1; a >= batchAxes && extent(last) < FEW_ROWS; a--) {
            best = extent(a) > extent(best) ? a : best;
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
        return rowAxis == NONE ? 1 : extent(rowAxis);
    }

    /** Extent of the axis whose elements are columns of tiles, or of the strip. */
    int columns() {
        return columns;
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
        return IntStream.range(0, rank()).filter(a -> a != rowAxis && a != columnAxis).boxed().toList();
    }

    /** Axes of the kernel's space and of its windows: an index has one for each. */
    int rank() {
        return extents.size();
    }

    /** Of the outer axes, those of the left operand alone: along them the right one stays the same. */
    List<Integer> outerRows() {
        return outerAxes().stream().filter(this::isRows).toList();
    }

    /** Of the outer axes, those of windows: each tile has sums for all of their elements. */
    List<Integer> taps() {
        return IntStream.range(y.rank(), rank()).boxed().toList();
    }

    /** Elements of a window; 1 where there are none. */
    int window() {
        return Math.toIntExact(extents(taps()));
    }

    /** The number of a window's element among all of it. */
    Index tap(Index[] axes) {
        return ViewIndex.flatten(Shape.of(taps().stream().map(this::extent).toList()), taps().stream().map(a -> axes[a]).toList());
    }

    /** The same of the element at an index of the result, where the kernel is at an index of its space. */
    Index tap(List<Index> element, Index[] axes) {
        Index[] all = Arrays.copyOf(axes, rank());
        for (int w = 0; w < windows.size(); w++) {
            Cluster.Window window = windows.get(w);
            all[y.rank() + w] = element.get(window.axis()).minus(axes[window.axis()].times(window.stride()));
        }
        return tap(all);
    }

    /** An index of the first element of each window. */
    Index[] first(Index[] axes) {
        Index[] first = axes.clone();
        taps().forEach(a -> first[a] = Index.ZERO);
        return first;
    }

    /** Of the outer axes, the others. */
    List<Integer> sharedAxes() {
        return outerAxes().stream().filter(a -> !isRows(a) && a < y.rank()).toList();
    }

    private boolean isRows(int axis) {
        return axis >= batchAxes && axis < batchAxes + rowAxes && !apart.contains(axis);
    }

    int extent(int axis) {
        return extents.get(axis);
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
        return axisOfRight(columnAxis == NONE ? y.rank() - 1 : columnAxis);
    }

    /** Which axis of the right operand an axis of the result is: one of the batch, or of columns. */
    private int axisOfRight(int axis) {
        if (axis < batchAxes) {
            return op.rightBatch().get(axis);
        }
        int free = axis - batchAxes - rowAxes;
        int a = 0;
        while (op.rightBatch().contains(a) || op.rightContract().contains(a) || free-- > 0) {
            a++;
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
        return left.strides().get(axesOfLeft().indexOf(axis)) * windows.stream().filter(w -> w.axis() == axis).mapToInt(Cluster.Window::stride).findFirst().orElse(1);
    }

    /** The result's axis that each axis of the left operand is, {@link #NONE} where it is contracted. */
    List<Integer> axesOfLeft() {
        List<Integer> axes = new ArrayList<>();
        int free = batchAxes;
        for (int a = 0; a < y.input(0).rank(); a++) {
            int batch = op.leftBatch().indexOf(a);
            axes.add(batch >= 0 ? batch : op.leftContract().contains(a) ? NONE : free++);
        }
        return axes;
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
     * Whether the right operand may be in memory once more, in the order in which it is read: it stays, and is neither so small that it is in the first cache anyway, nor a view
     * with more elements than there are.
     */
    boolean mayBeStored() {
        long elements = Math.multiplyExact(extents(sharedAxes()), (long) products() * columns());
        return kept && columns() >= WORTH_A_PANEL && hasColumns() && elements >= KeptNodes.LEAST && elements <= Math.min(Place.Panels.MOST, right.place().size());
    }

    /** Whether the left operand is computed in each run. */
    boolean isLeftComputed() {
        return !(left.place() instanceof Place.Value(Node n) && (n.op() instanceof Op.Input || n.op() instanceof Op.Constant));
    }

    /** All of the right operand as panels of so many columns. */
    Place.Panels rightPanels(int width, int lanes) {
        Node node = ((Place.Value) right.place()).node();
        List<Integer> shared = sharedAxes();
        Place.Panels.Axes matrices = new Place.Panels.Axes(shared.stream().map(this::extent).toList(), shared.stream().map(a -> right.strides().get(axisOfRight(a))).toList());
        Place.Panels.Axes products = new Place.Panels.Axes(contractedExtents(), rightProductStrides());
        return new Place.Panels(node, right.constant(), matrices, products, columns(), columnStride(), width, lanes);
    }

    /** The number of the right operand's matrix at an index. */
    Index matrix(Index[] axes) {
        return ViewIndex.flatten(Shape.of(sharedAxes().stream().map(this::extent).toList()), sharedAxes().stream().map(a -> axes[a]).toList());
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
        for (int a : sharedAxes().reversed()) {
            strides.set(axisOfRight(a), stride);
            stride *= extent(a);
        }
        return new Contraction(this, new Operand(rightPanels(columns(), 1), 0, strides), apart, firstColumn, columns);
    }

    Index leftAt(Index[] axes, List<Index> k) {
        return left.position(operandIndex(y.input(0).rank(), op.leftBatch(), op.leftContract(), inResult(axes), batchAxes, k));
    }

    /** The same where the operand's elements lie otherwise. */
    Index leftAt(Operand turned, Index[] axes, List<Index> k) {
        return turned.position(operandIndex(y.input(0).rank(), op.leftBatch(), op.leftContract(), inResult(axes), batchAxes, k));
    }

    /** The index of the result: of the element of a window, where there are any. */
    private Index[] inResult(Index[] axes) {
        Index[] at = axes.clone();
        for (int w = 0; w < windows.size(); w++) {
            Cluster.Window window = windows.get(w);
            at[window.axis()] = axes[window.axis()].times(window.stride()).plus(axes[y.rank() + w]);
        }
        return at;
    }

    /** An index of all axes: the first of those that are not known yet. */
    Index[] outside(Index[] axes) {
        Index[] all = axes.clone();
        Arrays.setAll(all, a -> all[a] == null ? Index.ZERO : all[a]);
        return all;
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

    /** The axes with those of the tile filled in; columns count from where the strip begins. */
    Index[] with(Index[] axes, Index row, Index column) {
        Index[] a = axes.clone();
        if (rowAxis != NONE) {
            a[rowAxis] = row;
        }
        if (columnAxis != NONE) {
            a[columnAxis] = column.plus(firstColumn);
        }
        return a;
    }
}
