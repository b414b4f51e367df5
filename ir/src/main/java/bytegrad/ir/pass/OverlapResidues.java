package bytegrad.ir.pass;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The contractions of {@link ContractOverlaps}: one for each residue of the place modulo the strides, and their interleaving. */
final class OverlapResidues {
    /**
     * The places of one residue along one axis, and the taps that reach them.
     *
     * @param first the first tap
     * @param step taps from one to the next
     * @param taps how many there are; 0: nothing reaches these places
     * @param dilation how far apart the data are that neighbouring taps read
     * @param start where the window of the first place begins in the data; may be negative
     */
    private record Residue(int first, int step, int taps, int dilation, int start) {}

    private final WindowAxes x;
    private final int[] starts;
    private final Shape part;
    private final Shape whole;
    private final GraphBuilder b;
    private final List<Integer> axes;
    private final List<Integer> strides;
    private final List<List<Residue>> residues = new ArrayList<>();
    /** Places of each residue, along each axis. */
    private final List<Integer> places = new ArrayList<>();
    private final int[] low;
    private final Node padded;

    /** The part of a tensor of the shape {@code whole} that begins at {@code starts}. */
    OverlapResidues(Op.Window w, WindowAxes x, Shape whole, int[] starts, Shape part, GraphBuilder b) {
        this.x = x;
        this.whole = whole;
        this.starts = starts.clone();
        this.part = part;
        this.b = b;
        this.axes = w.axes();
        this.strides = w.strides();
        this.low = new int[x.data().rank()];
        int[] high = new int[x.data().rank()];
        for (int k = 0; k < axes.size(); k++) {
            int stride = strides.get(k);
            int extent = part.dim(axes.get(k));
            int count = (extent + stride - 1) / stride;
            int axis = x.positions().get(k);
            List<Residue> own = new ArrayList<>();
            for (int r = 0; r < stride; r++) {
                Residue residue = residue(w, k, starts[axes.get(k)] + r);
                own.add(r < extent ? residue : new Residue(0, 1, 0, 1, 0));
                if (own.getLast().taps() > 0) {
                    int last = residue.start() + count - 1 + (residue.taps() - 1) * residue.dilation();
                    low[axis] = Math.max(low[axis], -residue.start());
                    high[axis] = Math.max(high[axis], last - (x.data().shape().dim(axis) - 1));
                }
            }
            residues.add(own);
            places.add(count);
        }
        boolean inside = IntStream.of(low).allMatch(n -> n == 0) && IntStream.of(high).allMatch(n -> n == 0);
        this.padded = inside ? x.data() : b.pad(x.data(), low, high, 0);
    }

    /** The taps that reach the place j and those a multiple of the stride further. */
    private static Residue residue(Op.Window w, int k, int j) {
        int stride = w.strides().get(k);
        int dilation = w.dilations().get(k);
        int size = w.sizes().get(k);
        int g = BigInteger.valueOf(stride).gcd(BigInteger.valueOf(dilation)).intValue();
        int step = stride / g;
        for (int first = 0; first < Math.min(size, step); first++) {
            if (((long) first * dilation - j) % stride == 0) {
                int taps = (size - first + step - 1) / step;
                // The place j = stride·q + r is covered by the window i = q − c − t·dilation/g at its tap first + t·step.
                int newest = (int) ((j - (long) first * dilation) / stride);
                return new Residue(first, step, taps, dilation / g, newest - (taps - 1) * (dilation / g));
            }
        }
        return new Residue(0, 1, 0, 1, 0);
    }

    Node sum() {
        Node y = interleaved(0, new ArrayList<>());
        // Along the axes of the windows the contractions begin where the part does; along others they are whole.
        int[] from = starts.clone();
        axes.forEach(a -> from[a] = 0);
        int[] to = IntStream.range(0, from.length).map(k -> from[k] + part.dim(k)).toArray();
        return y.shape().equals(part) ? y : b.slice(y, from, to, ones(from.length));
    }

    /** The places of all residues from the k-th axis on. */
    private Node interleaved(int k, List<Residue> chosen) {
        if (k == axes.size()) {
            return chosen.stream().anyMatch(r -> r.taps() == 0) ? b.full(x.data().type().with(shape()), 0) : contraction(chosen);
        }
        List<Node> parts = new ArrayList<>();
        for (Residue r : residues.get(k)) {
            List<Residue> more = new ArrayList<>(chosen);
            more.add(r);
            parts.add(interleaved(k + 1, more));
        }
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        int axis = axes.get(k);
        Shape own = parts.getFirst().shape();
        List<Integer> dims = new ArrayList<>(own.dims());
        dims.add(axis + 1, 1);
        Node[] apart = parts.stream().map(p -> b.reshape(p, Shape.of(dims))).toArray(Node[]::new);
        return b.reshape(b.concat(axis + 1, apart), own.with(axis, own.dim(axis) * strides.get(k)));
    }

    /** The shape of one residue's result. */
    private Shape shape() {
        Shape s = whole;
        for (int k = 0; k < axes.size(); k++) {
            s = s.with(axes.get(k), places.get(k));
        }
        return s;
    }

    /** Σ over taps and channels of the data's windows times the weights, in the order of the axes of the sum. */
    private Node contraction(List<Residue> chosen) {
        int rank = x.data().rank();
        List<Integer> byAxis = IntStream.range(0, axes.size()).boxed().sorted(Comparator.comparing(x.positions()::get)).toList();
        Op.Window w = new Op.Window(byAxis.stream().map(x.positions()::get).toList(), byAxis.stream().map(k -> chosen.get(k).taps()).toList(),
                byAxis.stream().map(k -> 1).toList(), byAxis.stream().map(k -> chosen.get(k).dilation()).toList());
        Node windows = b.apply(w, List.of(padded));
        int[] starts = new int[windows.rank()];
        int[] limits = windows.shape().toArray();
        for (int k = 0; k < axes.size(); k++) {
            int axis = x.positions().get(k);
            starts[axis] = low[axis] + chosen.get(k).start();
            limits[axis] = starts[axis] + places.get(k);
        }
        Node data = b.slice(windows, starts, limits, ones(windows.rank()));
        List<Integer> dataTaps = IntStream.range(0, axes.size()).mapToObj(k -> rank + byAxis.indexOf(k)).toList();
        Op.Contract op = new Op.Contract(x.dataBatch(), x.weightsBatch(), ContractOverlaps.joined(dataTaps, x.dataContract()),
                ContractOverlaps.joined(x.taps(), x.weightsContract()));
        return inOrder(b.contract(op, data, weights(chosen)));
    }

    /** The taps of one residue, the last first. */
    private Node weights(List<Residue> chosen) {
        Node w = x.weights();
        int[] starts = new int[w.rank()];
        int[] limits = w.shape().toArray();
        int[] steps = ones(w.rank());
        for (int k = 0; k < axes.size(); k++) {
            Residue r = chosen.get(k);
            int axis = x.taps().get(k);
            starts[axis] = r.first();
            steps[axis] = r.step();
            limits[axis] = r.first() + (r.taps() - 1) * r.step() + 1;
        }
        return b.flip(b.slice(w, starts, limits, steps), x.taps().stream().mapToInt(k -> k).toArray());
    }

    private Node inOrder(Node contraction) {
        List<Integer> ofData = ContractOverlaps.others(x.data().rank(), ContractOverlaps.joined(x.dataBatch(), x.dataContract()));
        List<Integer> ofWeights = ContractOverlaps.others(x.weights().rank(),
                ContractOverlaps.joined(ContractOverlaps.joined(x.weightsBatch(), x.weightsContract()), x.taps()));
        List<WindowAxes.Source> all = new ArrayList<>(x.result());
        all.addAll(x.dropped());
        int batches = x.dataBatch().size();
        int[] order = all.stream().mapToInt(s -> switch (s.operand()) {
            case BATCH -> s.axis();
            case DATA -> batches + ofData.indexOf(s.axis());
            case WEIGHTS -> batches + ofData.size() + ofWeights.indexOf(s.axis());
        }).toArray();
        Node y = b.transpose(contraction, order);
        return b.reshape(y, Shape.of(y.shape().dims().subList(0, part.rank())));
    }

    private static int[] ones(int n) {
        return IntStream.range(0, n).map(k -> 1).toArray();
    }
}
