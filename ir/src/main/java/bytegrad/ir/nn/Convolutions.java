package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Convolution and pooling of data whose channels come last: [N, H, W, C], or with any other number (one or more) of spatial axes
 * between N and C. Lists have a number for each spatial axis.
 *
 * <p>Each is a view of all windows and a contraction or reduction of it; the windows are never stored, forward or backward.
 */
public final class Convolutions {
    private Convolutions() {}

    /** As {@link #conv(GraphBuilder, Node, Node, List, List, Padding, int)}, with one stride for all axes, no dilation, one group. */
    public static Node conv(GraphBuilder b, Node x, Node w, int stride, Padding padding) {
        int d = spatial("conv", x);
        return conv(b, x, w, Collections.nCopies(d, stride), Collections.nCopies(d, 1), padding, 1);
    }

    /**
     * y[n,i,f] = Σ over k, c of x[n, i·strides + k·dilations − padding, c] · w[k,c,f], zero outside x: what deep learning calls a
     * convolution (the kernel is not flipped).
     *
     * <p>With g groups the channels of x and those of y are cut into g runs each, of which the j-th of y sees only the j-th of x.
     *
     * @param x [N, spatial…, C]
     * @param w [window…, C / groups, F]
     * @param groups divides C and F
     * @return [N, windows that fit…, F]
     * @throws GraphException naming the shapes, if they do not fit together
     */
    public static Node conv(GraphBuilder b, Node x, Node w, List<Integer> strides, List<Integer> dilations, Padding padding, int groups) {
        int d = spatial("conv", x);
        if (w.rank() != d + 2) {
            throw error("conv", x, w, "the weights must be [window…, channels in, channels out], of rank " + (d + 2));
        }
        int channels = x.shape().dim(d + 1);
        int filters = w.shape().dim(d + 1);
        if (groups < 1 || channels % groups != 0 || filters % groups != 0) {
            throw error("conv", x, w, groups + " groups do not divide " + channels + " channels in and " + filters + " out");
        }
        if (w.shape().dim(d) != channels / groups) {
            throw error("conv", x, w, "the weights are for " + w.shape().dim(d) + " channels in, the data have " + channels
                    + (groups == 1 ? "" : " in " + groups + " groups of " + channels / groups));
        }
        List<Integer> sizes = w.shape().dims().subList(0, d);
        Node padded = padded("conv", b, x, sizes, strides, dilations, padding, 0);
        if (sizes.stream().allMatch(n -> n == 1) && groups == 1) {
            // A window of one element is no window: the channels of each place are contracted.
            return Layers.linear(b, everyNth(b, padded, strides), b.reshape(w, channels, filters));
        }
        return groups == 1 ? ungrouped(b, padded, w, strides, dilations) : grouped(b, padded, w, strides, dilations, groups);
    }

    private static Node ungrouped(GraphBuilder b, Node x, Node w, List<Integer> strides, List<Integer> dilations) {
        int d = x.rank() - 2;
        Node windows = windows(b, x, w.shape().dims().subList(0, d), strides, dilations);
        List<Integer> left = new ArrayList<>(range(d + 2, 2 * d + 2));
        left.add(d + 1);
        return b.contract(new Op.Contract(List.of(), List.of(), left, range(0, d + 1)), windows, w);
    }

    /** The groups are a batch axis. */
    private static Node grouped(GraphBuilder b, Node x, Node w, List<Integer> strides, List<Integer> dilations, int groups) {
        int d = x.rank() - 2;
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        dims.set(d + 1, groups);
        dims.add(x.shape().dim(d + 1) / groups);
        Node windows = windows(b, b.reshape(x, Shape.of(dims)), w.shape().dims().subList(0, d), strides, dilations);
        int filters = w.shape().dim(d + 1);
        List<Integer> split = new ArrayList<>(w.shape().dims());
        split.set(d + 1, groups);
        split.add(filters / groups);
        List<Integer> left = new ArrayList<>(range(d + 3, 2 * d + 3));
        left.add(d + 2);
        Op.Contract op = new Op.Contract(List.of(d + 1), List.of(d + 1), left, range(0, d + 1));
        // [groups, N, windows…, filters of a group]
        Node y = b.contract(op, windows, b.reshape(w, Shape.of(split)));
        int[] last = IntStream.concat(IntStream.rangeClosed(1, d + 1), IntStream.of(0, d + 2)).toArray();
        List<Integer> joined = new ArrayList<>(y.shape().dims().subList(1, d + 2));
        joined.add(filters);
        return b.reshape(b.transpose(y, last), Shape.of(joined));
    }

    /**
     * y[n, i·strides + k·dilations − padding, f] = Σ of x[n,i,c] · w[k,c,f] over all i, k, c that land there: what the gradient of {@link #conv} by its data
     * does, as a layer of its own.
     *
     * <p>An axis of n elements and a window of k becomes (n − 1)·stride + (k − 1)·dilation + 1, less the padding at both ends; with {@link Padding.Rule#SAME},
     * n·stride.
     *
     * @param x [N, spatial…, C]
     * @param w [window…, C / groups, F]
     * @param behind for each spatial axis, how many elements the result has more at its end, below the stride or the dilation: a stride makes one size of several
     * @return [N, places…, F]
     * @throws GraphException naming the shapes, if they do not fit together
     */
    public static Node transposed(
            GraphBuilder b, Node x, Node w, List<Integer> strides, List<Integer> dilations, Padding padding, List<Integer> behind, int groups) {
        return TransposedConvolutions.of(b, x, w, strides, dilations, padding, behind, groups);
    }

    /** As {@link #transposed(GraphBuilder, Node, Node, List, List, Padding, List, int)}, with one stride for all axes, no dilation, one group. */
    public static Node transposed(GraphBuilder b, Node x, Node w, int stride, Padding padding) {
        int d = spatial("transposed convolution", x);
        return transposed(b, x, w, Collections.nCopies(d, stride), Collections.nCopies(d, 1), padding, Collections.nCopies(d, 0), 1);
    }

    /**
     * y[n,i,c] = the greatest of x[n, i·strides + k − padding, c] over k below {@code sizes}; −∞ outside x.
     *
     * <p>A gradient goes to the first of the greatest elements of a window, in row-major order.
     *
     * @param x [N, spatial…, C]
     * @return [N, windows that fit…, C]
     */
    public static Node maxPool(GraphBuilder b, Node x, List<Integer> sizes, List<Integer> strides, Padding padding) {
        checkPool("maxPool", x, sizes);
        List<Integer> together = Collections.nCopies(sizes.size(), 1);
        return overWindows(b, Monoid.MAX, padded("maxPool", b, x, sizes, strides, together, padding, Double.NEGATIVE_INFINITY), sizes, strides);
    }

    /**
     * y[n,i,c] = the mean of x[n, i·strides + k − padding, c] over the k below {@code sizes} that lie in x: padding is not
     * counted. NaN for a window of padding alone.
     *
     * @param x [N, spatial…, C]
     * @return [N, windows that fit…, C]
     */
    public static Node averagePool(GraphBuilder b, Node x, List<Integer> sizes, List<Integer> strides, Padding padding) {
        checkPool("averagePool", x, sizes);
        int d = sizes.size();
        List<Integer> together = Collections.nCopies(d, 1);
        Node sum = sumPool("averagePool", b, x, sizes, strides, padding);
        Node count = b.constant(x.dtype(), 1);
        int[] low = low("averagePool", x, sizes, strides, together, padding);
        for (int k = 0; k < d; k++) {
            double[] inside = new double[sum.shape().dim(k + 1)];
            for (int i = 0; i < inside.length; i++) {
                int first = i * strides.get(k) - low[k];
                inside[i] = Math.max(0, Math.min(first + sizes.get(k), x.shape().dim(k + 1)) - Math.max(first, 0));
            }
            boolean same = Arrays.stream(inside).distinct().count() <= 1;
            Node along = same ? b.constant(x.dtype(), sizes.get(k)) : b.cast(b.constant(Literal.of(Shape.of(inside.length), inside)), x.dtype());
            // [windows along this axis, 1, …, 1]
            int[] trailing = new int[d - k + 1];
            Arrays.fill(trailing, 1);
            trailing[0] = inside.length;
            count = b.mul(count, same ? along : b.reshape(along, trailing));
        }
        return b.div(sum, count);
    }

    static Node sumPool(String what, GraphBuilder b, Node x, List<Integer> sizes, List<Integer> strides, Padding padding) {
        checkPool(what, x, sizes);
        List<Integer> together = Collections.nCopies(sizes.size(), 1);
        return overWindows(b, Monoid.SUM, padded(what, b, x, sizes, strides, together, padding, 0), sizes, strides);
    }

    /** The window axes go before the channels, so that neighbouring channels are reduced side by side. */
    private static Node overWindows(GraphBuilder b, Monoid monoid, Node x, List<Integer> sizes, List<Integer> strides) {
        int d = sizes.size();
        Node windows = windows(b, x, sizes, strides, Collections.nCopies(d, 1));
        int[] order = IntStream.concat(IntStream.concat(IntStream.rangeClosed(0, d), IntStream.range(d + 2, 2 * d + 2)), IntStream.of(d + 1)).toArray();
        return b.reduce(monoid, b.transpose(windows, order), IntStream.range(d + 1, 2 * d + 1).toArray());
    }

    private static Node windows(GraphBuilder b, Node x, List<Integer> sizes, List<Integer> strides, List<Integer> dilations) {
        return b.apply(new Op.Window(range(1, 1 + sizes.size()), sizes, strides, dilations), List.of(x));
    }

    private static Node everyNth(GraphBuilder b, Node x, List<Integer> strides) {
        if (strides.stream().allMatch(s -> s == 1)) {
            return x;
        }
        int[] steps = IntStream.range(0, x.rank()).map(k -> k == 0 || k == x.rank() - 1 ? 1 : strides.get(k - 1)).toArray();
        return b.slice(x, new int[x.rank()], x.shape().toArray(), steps);
    }

    // ---- padding

    private static Node padded(String what, GraphBuilder b, Node x, List<Integer> sizes, List<Integer> strides, List<Integer> dilations,
            Padding padding, double fill) {
        perAxis(what, x, strides, sizes.size(), "strides");
        perAxis(what, x, dilations, sizes.size(), "dilations");
        int[] before = low(what, x, sizes, strides, dilations, padding);
        int[] behind = high(what, x, sizes, strides, dilations, padding);
        int[] low = new int[x.rank()];
        int[] high = new int[x.rank()];
        System.arraycopy(before, 0, low, 1, before.length);
        System.arraycopy(behind, 0, high, 1, behind.length);
        boolean none = IntStream.concat(IntStream.of(low), IntStream.of(high)).allMatch(n -> n == 0);
        Node y = none ? x : b.pad(x, low, high, fill);
        for (int k = 0; k < sizes.size(); k++) {
            long span = (sizes.get(k) - 1L) * dilations.get(k) + 1;
            if (span > y.shape().dim(k + 1)) {
                throw GraphException.at(what + " of " + x.type() + ": a window of " + span + " elements does not fit into the " + y.shape().dim(k + 1)
                        + " of spatial axis " + k + (none ? "; pad it" : ", padding included"));
            }
        }
        return y;
    }

    private static int[] low(String what, Node x, List<Integer> sizes, List<Integer> strides, List<Integer> dilations, Padding padding) {
        return switch (padding) {
            case Padding.Rule.VALID, Padding.Rule.SAME -> Arrays.stream(total(what, x, sizes, strides, dilations, padding)).map(n -> n / 2).toArray();
            case Padding.Explicit(List<Integer> low, List<Integer> high) -> explicit(what, x, low, sizes.size());
        };
    }

    private static int[] high(String what, Node x, List<Integer> sizes, List<Integer> strides, List<Integer> dilations, Padding padding) {
        return switch (padding) {
            case Padding.Rule.VALID, Padding.Rule.SAME -> Arrays.stream(total(what, x, sizes, strides, dilations, padding)).map(n -> n - n / 2).toArray();
            case Padding.Explicit(List<Integer> low, List<Integer> high) -> explicit(what, x, high, sizes.size());
        };
    }

    private static int[] total(String what, Node x, List<Integer> sizes, List<Integer> strides, List<Integer> dilations, Padding padding) {
        return IntStream.range(0, sizes.size()).map(k -> {
            int extent = x.shape().dim(k + 1);
            int windows = (extent + strides.get(k) - 1) / strides.get(k);
            long span = (sizes.get(k) - 1L) * dilations.get(k) + 1;
            return padding == Padding.Rule.VALID ? 0 : (int) Math.max(0, (windows - 1L) * strides.get(k) + span - extent);
        }).toArray();
    }

    private static int[] explicit(String what, Node x, List<Integer> amounts, int d) {
        if (amounts.size() != d) {
            throw GraphException.at(what + " of " + x.type() + ": padding " + amounts + " must have one number for each of its " + d + " spatial axes");
        }
        return amounts.stream().mapToInt(n -> n).toArray();
    }

    // ---- checks

    private static int spatial(String what, Node x) {
        if (x.rank() < 3) {
            throw GraphException.at(what + " of " + x.type() + ": the data must be [N, spatial…, channels], of rank 3 or more");
        }
        return x.rank() - 2;
    }

    private static void checkPool(String what, Node x, List<Integer> sizes) {
        int d = spatial(what, x);
        perAxis(what, x, sizes, d, "sizes");
    }

    private static void perAxis(String what, Node x, List<Integer> list, int d, String name) {
        if (list.size() != d || list.stream().anyMatch(n -> n < 1)) {
            throw GraphException.at(what + " of " + x.type() + ": " + name + " " + list + " must have one number, at least 1, for each of its " + d
                    + " spatial axes");
        }
    }

    private static GraphException error(String what, Node x, Node w, String why) {
        return GraphException.at(what + " of " + x.type() + ", " + w.type() + ": " + why);
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
