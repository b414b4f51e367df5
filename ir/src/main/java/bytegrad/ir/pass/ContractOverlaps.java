package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A convolution's gradient by its data, which adds overlapping windows of a contraction, becomes a contraction over
 * windows, so that nothing of taps × positions is ever stored:
 *
 * <pre>{@code
 * overlap_add(contract(dy[n,i,f], w[k,c,f])[n,i,c,k]) -> contract(window(pad(dy))[n,j,f,k'], flip(w)[k',c,f])
 * }</pre>
 *
 * y[j] = Σₖ d[i,k] over i·stride + k·dilation = j. For the places j = stride·q + r of one residue r, the taps that reach any are k₀,
 * k₀ + stride/g, … with g = gcd(stride, dilation), and the t-th of them reads i = q − c − t·dilation/g with c = (k₀·dilation − r)/stride: windows
 * that begin at every i. So each residue is a contraction without a multiplication by inserted zeros; their results are interleaved. A slice of the
 * sum, which takes away the padding of the forward pass, only bounds the j.
 *
 * <p>This changes the order of additions, as {@link StoredWindows} does in its place: one chain over taps and channels, not a sum over taps of rounded sums over
 * channels. And at the border it multiplies weights by padding, so that one that is not finite gives NaN there, as it does in the
 * convolution itself.
 *
 * <p>Where windows have their channels last and {@link StoredWindows} is estimated to be faster (much padding, few channels, strides), it stays a sum of windows.
 */
public final class ContractOverlaps implements Pass {
    /** More residues than this are more kernels than a buffer is worth. */
    private static final int MOST_RESIDUES = 16;
    /** How deep a sum of windows of several contractions is looked into. */
    private static final int DEPTH = 6;

    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, ContractOverlaps::rule);
    }

    private static Rewrite.Rule rule(Graph g) {
        boolean[] sliced = onlySliced(g);
        return (node, in, b) -> switch (node.op()) {
            case Op.OverlapAdd o -> sliced[node.id()] ? null : replaced(o, in.get(0), new int[o.shape().rank()], o.shape(), b, DEPTH);
            case Op.Slice s -> ofSlice(s, node.shape(), in.get(0), b);
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Map _, Op.Cast _, Op.Reduce _, Op.ArgReduce _, Op.Contract _, Op.Gather _, Op.Scatter _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.Nested _, Op.Concat _,
                    Op.Reshape _, Op.Transpose _, Op.Broadcast _, Op.Pad _, Op.Window _, Op.Flip _ -> null;
        };
    }

    /** The sums of which one slice is all that is read: they become that slice. */
    private static boolean[] onlySliced(Graph g) {
        int[] reads = Readers.of(g);
        boolean[] sliced = new boolean[reads.length];
        for (Node n : g.nodes()) {
            if (n.op() instanceof Op.Slice s && contiguous(s)) {
                sliced[n.input(0).id()] = true;
            }
        }
        for (int k = 0; k < reads.length; k++) {
            sliced[k] &= reads[k] == 1;
        }
        return sliced;
    }

    private static boolean contiguous(Op.Slice s) {
        return s.strides().stream().allMatch(step -> step == 1);
    }

    private static @Nullable Node ofSlice(Op.Slice s, Shape shape, Node sum, GraphBuilder b) {
        return sum.op() instanceof Op.OverlapAdd o && contiguous(s)
                ? replaced(o, sum.input(0), s.starts().stream().mapToInt(k -> k).toArray(), shape, b, DEPTH) : null;
    }

    /** The part of the sum that begins at {@code starts}, or null where it is better left as it is. */
    private static @Nullable Node replaced(Op.OverlapAdd o, Node windows, int[] starts, Shape part, GraphBuilder b, int depth) {
        Op.Window w = o.window();
        long residues = 1;
        for (int s : w.strides()) {
            residues = Math.min(residues * s, MOST_RESIDUES + 1);
        }
        boolean overlaps = windows.type().size() > o.shape().size();
        int most = Math.max(o.shape().rank() + 1, windows.rank());
        if (part.size() == 0 || residues > 1 && (!overlaps || residues > MOST_RESIDUES || most > Shape.MAX_RANK)) {
            return null;
        }
        if (windows.op() instanceof Op.Map(ScalarFn fn) && fn == ScalarFn.ADD && depth > 0) {
            Node l = replaced(o, windows.input(0), starts, part, b, depth - 1);
            Node r = l == null ? null : replaced(o, windows.input(1), starts, part, b, depth - 1);
            return l == null || r == null ? null : b.add(l, r);
        }
        WindowAxes found = WindowAxes.of(w, o.shape().rank(), windows);
        boolean fits = found != null && found.data().rank() + w.axes().size() <= Shape.MAX_RANK;
        if (found == null || !fits) {
            return null;
        }
        return StoredWindows.pay(o, found, part) ? StoredWindows.sum(o, found, starts, part, b) : new OverlapResidues(w, found, o.shape(), starts, part, b).sum();
    }

    /** All indices of a list's axes, ascending. */
    static List<Integer> others(int rank, List<Integer> axes) {
        return IntStream.range(0, rank).filter(k -> !axes.contains(k)).boxed().toList();
    }

    /** The lists one after the other. */
    static List<Integer> joined(List<Integer> first, List<Integer> then) {
        List<Integer> all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }
}
