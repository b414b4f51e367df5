package bytegrad.ir.pass;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The other way to make a sum of overlapping windows of a contraction: all windows in one contraction, stored, then added. It wastes nothing on padding, residues or empty
 * lanes of few channels, which {@link OverlapResidues} may multiply by more than it needs, but what it stores is taps times as much as what is asked for.
 *
 * <pre>{@code
 * overlap_add(transpose(contract(dy[n,i,f], w[k,c,f]))[n,i,c,k]): [n,j,c]
 *   -> reshape(overlap_add(contract(dy, reshape(w)[k·c,f])[n,i,k·c]) strides·c): [n,j·c]): [n,j,c]
 * }</pre>
 *
 * The last window axis and the channels behind it are one axis of windows: what is added is as long a run of neighbours as there can be.
 */
final class StoredWindows {
    /** Lanes that the estimates count with; costs are in multiply-adds of so many. */
    private static final double LANES = 16;
    /** Fewer products are not worth a kernel more. */
    private static final long LEAST_PRODUCTS = 1 << 16;
    /** A contraction's multiply-adds take so many times as long as they would alone. */
    private static final double MULTIPLIED = 1.4;
    /** A window's element is stored, read, and added to one that is read and stored. */
    private static final double ADDED = 1;
    /** The same, where a near cache does not hold them. */
    private static final double ADDED_FAR = 2;
    /** Estimates are rough, and what is stored takes memory: it is to be better by that. */
    private static final double BETTER = 0.8;
    private static final long NEAR_BYTES = 1 << 20;
    /** An element of the result of a residue is stored, and twice copied between others. */
    private static final double INTERLEAVED = 6;
    /** What a contraction of few columns costs whose lanes run along rows, for each of its products, and for each element of the data that is copied for that. */
    private static final double TURNED = 1.3;
    private static final double COPIED = 6;

    private final Op.OverlapAdd o;
    private final WindowAxes x;
    private final List<Integer> ofData;
    private final List<Integer> channelAxes;
    private final long channels;
    private final long taps;
    private final long products;

    private StoredWindows(Op.OverlapAdd o, WindowAxes x) {
        this.o = o;
        this.x = x;
        this.ofData = ContractOverlaps.others(x.data().rank(), x.dataContract());
        this.channelAxes = ContractOverlaps.others(x.weights().rank(), ContractOverlaps.joined(x.taps(), x.weightsContract()));
        this.channels = extents(x.weights(), channelAxes);
        this.taps = extents(x.weights(), x.taps());
        this.products = extents(x.weights(), x.weightsContract());
    }

    private static long extents(Node n, List<Integer> axes) {
        return axes.stream().mapToLong(n.shape()::dim).reduce(1, Math::multiplyExact);
    }

    /** Whether the part of the sum is estimated to be made faster in this way; only of windows that have their channels last. */
    static boolean pay(Op.OverlapAdd o, WindowAxes x, Shape part) {
        Op.Window w = o.window();
        int rank = o.shape().rank();
        int last = w.axes().size() - 1;
        boolean channelsLast = x.dataBatch().isEmpty() && rank > 1 && w.axes().get(last) == rank - 2 && w.dilations().get(last) == 1
                && IntStream.range(0, rank).allMatch(k -> x.result().get(k).operand() == (k == rank - 1 ? WindowAxes.Operand.WEIGHTS : WindowAxes.Operand.DATA));
        return channelsLast && new StoredWindows(o, x).pays(part);
    }

    private boolean pays(Shape part) {
        int residues = o.window().strides().stream().reduce(1, (a, b) -> a * b);
        double reached = (double) taps / residues;
        double narrow = Math.min(whole(channels), TURNED + COPIED * LANES / (reached * channels));
        double contracted = part.size() * (MULTIPLIED * reached * products / LANES * narrow + (residues > 1 ? INTERLEAVED : 0));
        double windows = (double) extents(x.data(), ofData) * taps * channels;
        double run = (double) o.window().sizes().getLast() * channels;
        double added = windows * x.data().dtype().bytes() > NEAR_BYTES ? ADDED_FAR : ADDED;
        double stored = windows * (MULTIPLIED * products / LANES * whole(taps * channels) + added + whole(run) - 1);
        return windows * products >= LEAST_PRODUCTS && stored < BETTER * contracted;
    }

    /** How much more whole vectors have than there are elements in a row of so many. */
    private static double whole(double elements) {
        return Math.ceil(elements / LANES) * LANES / elements;
    }

    /** The part of the sum that begins at {@code starts}. */
    static Node sum(Op.OverlapAdd o, WindowAxes x, int[] starts, Shape part, GraphBuilder b) {
        return new StoredWindows(o, x).sum(starts, part, b);
    }

    private Node sum(int[] starts, Shape part, GraphBuilder b) {
        Op.Window w = o.window();
        int rank = o.shape().rank();
        Node windows = windows(b);
        int c = Math.toIntExact(channels);
        Op.Window along = new Op.Window(w.axes(), JoinTaps.timesLast(w.sizes(), c), JoinTaps.timesLast(w.strides(), c), w.dilations());
        Shape joined = Shape.of(JoinTaps.timesLast(o.shape().dims().subList(0, rank - 1), c));
        List<Integer> dims = new ArrayList<>(IntStream.range(0, rank - 1).map(k -> x.data().shape().dim(x.result().get(k).axis())).boxed().toList());
        dims.addAll(along.sizes());
        Node sum = b.reshape(b.apply(new Op.OverlapAdd(along, joined), List.of(b.reshape(windows, Shape.of(dims)))), o.shape());
        int[] limits = IntStream.range(0, rank).map(k -> starts[k] + part.dim(k)).toArray();
        return b.slice(sum, starts, limits, IntStream.range(0, rank).map(k -> 1).toArray());
    }

    /** All windows, with the positions in the order of the sum's axes, then one axis of taps and channels. */
    private Node windows(GraphBuilder b) {
        int[] order = ContractOverlaps.joined(ContractOverlaps.joined(x.taps(), channelAxes), x.weightsContract()).stream().mapToInt(k -> k).toArray();
        Node weights = b.transpose(x.weights(), order);
        List<Integer> dims = new ArrayList<>(List.of(Math.toIntExact(taps * channels)));
        dims.addAll(x.weightsContract().stream().map(x.weights().shape()::dim).toList());
        List<Integer> contracted = IntStream.range(1, dims.size()).boxed().toList();
        Node y = b.contract(new Op.Contract(List.of(), List.of(), x.dataContract(), contracted), x.data(), b.reshape(weights, Shape.of(dims)));
        List<Integer> free = new ArrayList<>(x.result().stream().filter(s -> s.operand() == WindowAxes.Operand.DATA).map(s -> ofData.indexOf(s.axis())).toList());
        // Axes of one element that the windows have not.
        IntStream.range(0, ofData.size()).filter(k -> !free.contains(k)).forEach(free::add);
        free.add(ofData.size());
        return b.transpose(y, free.stream().mapToInt(k -> k).toArray());
    }
}
