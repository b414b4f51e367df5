package bytegrad.ir.pass;

import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Windows d[…i…,k] that are a contraction of data a, of which the i are free axes, with weights w, of which the k are, seen
 * through transposes and reshapes that move axes of one element.
 *
 * @param positions for each of the window's axes the data's axis of i
 * @param taps for each of the window's axes the weights' axis of k
 * @param result for each axis of d but the k: what it is an axis of
 * @param dropped axes of one element that d has not
 */
record WindowAxes(Node data, Node weights, List<Integer> dataBatch, List<Integer> weightsBatch, List<Integer> dataContract, List<Integer> weightsContract,
        List<Integer> positions, List<Integer> taps, List<Source> result, List<Source> dropped) {
    /** Whose axis an axis of a contraction's result is. */
    enum Operand {
        /** A pair's number, in the order of the lists. */
        BATCH,
        /** An axis of the data. */
        DATA,
        /** An axis of the weights. */
        WEIGHTS
    }

    /** An axis of a contraction's result. */
    record Source(Operand operand, int axis) {}

    WindowAxes {
        dataBatch = List.copyOf(dataBatch);
        weightsBatch = List.copyOf(weightsBatch);
        dataContract = List.copyOf(dataContract);
        weightsContract = List.copyOf(weightsContract);
        positions = List.copyOf(positions);
        taps = List.copyOf(taps);
        result = List.copyOf(result);
        dropped = List.copyOf(dropped);
    }

    /** The axis of the operand that a free axis of one element may be any of. */
    private static final int ANY = -1;

    /** What the windows are made of, or null where they are something else; {@code rank} is that of the tensor they are windows of. */
    static @Nullable WindowAxes of(Op.Window w, int rank, Node windows) {
        int[] from = new int[windows.rank()];
        Arrays.setAll(from, k -> k);
        Node x = windows;
        while (true) {
            if (x.op() instanceof Op.Transpose(List<Integer> axes)) {
                for (int k = 0; k < from.length; k++) {
                    from[k] = from[k] == ANY ? ANY : axes.get(from[k]);
                }
            } else if (x.op() instanceof Op.Reshape) {
                int[] through = unitAxesMoved(x.input(0).shape().dims(), x.shape().dims());
                if (through.length < x.rank()) {
                    return null;
                }
                for (int k = 0; k < from.length; k++) {
                    from[k] = from[k] == ANY ? ANY : through[from[k]];
                }
            } else {
                break;
            }
            x = x.input(0);
        }
        if (!(x.op() instanceof Op.Contract c)) {
            return null;
        }
        WindowAxes left = of(w, rank, x, c, from, true);
        return left != null ? left : of(w, rank, x, c, from, false);
    }

    /** For each axis after a reshape the one before it, or any of one element; fewer where axes were split or joined. */
    private static int[] unitAxesMoved(List<Integer> before, List<Integer> after) {
        int[] through = new int[after.size()];
        int next = 0;
        for (int k = 0; k < through.length; k++) {
            if (after.get(k) == 1) {
                through[k] = ANY;
                continue;
            }
            while (next < before.size() && before.get(next) == 1) {
                next++;
            }
            if (next == before.size() || !before.get(next).equals(after.get(k))) {
                return new int[0];
            }
            through[k] = next++;
        }
        return through;
    }

    /** With the left operand as the data, or the right one. */
    private static @Nullable WindowAxes of(Op.Window w, int rank, Node contract, Op.Contract c, int[] from, boolean leftIsData) {
        Node data = contract.input(leftIsData ? 0 : 1);
        Node weights = contract.input(leftIsData ? 1 : 0);
        List<Integer> dataBatch = leftIsData ? c.leftBatch() : c.rightBatch();
        List<Integer> weightsBatch = leftIsData ? c.rightBatch() : c.leftBatch();
        List<Integer> dataContract = leftIsData ? c.leftContract() : c.rightContract();
        List<Integer> weightsContract = leftIsData ? c.rightContract() : c.leftContract();
        List<Source> ofData = ContractOverlaps.others(data.rank(), ContractOverlaps.joined(dataBatch, dataContract)).stream()
                .map(a -> new Source(Operand.DATA, a)).toList();
        List<Source> ofWeights = ContractOverlaps.others(weights.rank(), ContractOverlaps.joined(weightsBatch, weightsContract)).stream()
                .map(a -> new Source(Operand.WEIGHTS, a)).toList();
        List<Source> sources = new ArrayList<>();
        for (int k = 0; k < dataBatch.size(); k++) {
            sources.add(new Source(Operand.BATCH, k));
        }
        sources.addAll(leftIsData ? ofData : ofWeights);
        sources.addAll(leftIsData ? ofWeights : ofData);

        List<@Nullable Source> axes = new ArrayList<>(Collections.nCopies(from.length, null));
        List<Source> free = new ArrayList<>(sources);
        for (int k = 0; k < from.length; k++) {
            if (from[k] != ANY) {
                axes.set(k, sources.get(from[k]));
                free.remove(sources.get(from[k]));
            }
        }
        List<Integer> positions = new ArrayList<>();
        List<Integer> taps = new ArrayList<>();
        for (int k = 0; k < w.axes().size(); k++) {
            Source i = taken(axes, w.axes().get(k), free, Operand.DATA);
            Source t = taken(axes, rank + k, free, Operand.WEIGHTS);
            if (i == null || t == null) {
                return null;
            }
            positions.add(i.axis());
            taps.add(t.axis());
        }
        List<Source> result = new ArrayList<>();
        for (int k = 0; k < rank; k++) {
            Source s = axes.get(k);
            if (s == null && free.isEmpty()) {
                return null;
            }
            result.add(s == null ? free.removeFirst() : s);
        }
        return new WindowAxes(data, weights, dataBatch, weightsBatch, dataContract, weightsContract, positions, taps, result, free);
    }

    /** What an axis comes from if that is of the operand; one that may come from any axis of one element takes one of the operand. */
    private static @Nullable Source taken(List<@Nullable Source> axes, int k, List<Source> free, Operand operand) {
        Source s = axes.get(k);
        if (s == null) {
            for (Source f : free) {
                if (f.operand() == operand) {
                    axes.set(k, f);
                    free.remove(f);
                    return f;
                }
            }
            return null;
        }
        return s.operand() == operand ? s : null;
    }
}
