package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** The convolution that makes data larger, in 1-d to 3-d: a convolution over data with zeros between its elements. */
final class TransposedConvolutions {
    private TransposedConvolutions() {}

    static Node of(GraphBuilder b, Node x, Node w, List<Integer> strides, List<Integer> dilations, Padding padding, List<Integer> behind,
            int groups) {
        int d = x.rank() - 2;
        if (d < 1 || w.rank() != d + 2) {
            throw error(x, w, "needs data [N, spatial…, channels] and weights [window…, channels in / groups, channels out]");
        }
        for (List<Integer> list : List.of(strides, dilations)) {
            if (list.size() != d || list.stream().anyMatch(n -> n < 1)) {
                throw error(x, w, "strides " + strides + " and dilations " + dilations + " must have one number, at least 1, for each of its " + d + " spatial axes");
            }
        }
        if (behind.size() != d || IntStream.range(0, d).anyMatch(k -> behind.get(k) < 0 || behind.get(k) >= Math.max(strides.get(k), dilations.get(k)))) {
            throw error(x, w, "what is added behind, " + behind + ", must have for each spatial axis a number from 0 to below the stride or the dilation");
        }
        int[] low = new int[x.rank()];
        int[] high = new int[x.rank()];
        int[] interior = new int[x.rank()];
        for (int k = 0; k < d; k++) {
            int span = (w.shape().dim(k) - 1) * dilations.get(k);
            // The other way round from a convolution: what that one adds in front of the data, this one leaves off.
            low[k + 1] = span - cut(padding, k, span, strides.get(k), false);
            high[k + 1] = span - cut(padding, k, span, strides.get(k), true) + behind.get(k);
            interior[k + 1] = strides.get(k) - 1;
        }
        int[] cutLow = Arrays.stream(low).map(n -> Math.max(0, -n)).toArray();
        int[] cutHigh = Arrays.stream(high).map(n -> Math.max(0, -n)).toArray();
        Node spread = b.pad(x, positive(low), positive(high), interior, 0);
        int[] ends = IntStream.range(0, spread.rank()).map(k -> spread.shape().dim(k) - cutHigh[k]).toArray();
        if (IntStream.range(0, ends.length).anyMatch(k -> ends[k] < cutLow[k])) {
            throw error(x, w, "the padding " + padding + " leaves nothing of the result");
        }
        Node inside = Arrays.stream(cutLow).sum() + Arrays.stream(cutHigh).sum() == 0 ? spread : b.slice(spread, cutLow, ends, ones(spread.rank()));
        Node flipped = b.flip(w, IntStream.range(0, d).toArray());
        return Convolutions.conv(b, inside, flipped, Collections.nCopies(d, 1), dilations, Padding.Rule.VALID, groups);
    }

    private static int cut(Padding padding, int k, int span, int stride, boolean behind) {
        return switch (padding) {
            case Padding.Rule.VALID -> 0;
            // n elements become n·stride: of the (n−1)·stride + span + 1 there are, span + 1 − stride go, the odd one from behind.
            case Padding.Rule.SAME -> behind ? span + 1 - stride - (span + 1 - stride) / 2 : (span + 1 - stride) / 2;
            case Padding.Explicit(List<Integer> low, List<Integer> high) -> (behind ? high : low).get(k);
        };
    }

    private static int[] positive(int[] amounts) {
        return Arrays.stream(amounts).map(n -> Math.max(0, n)).toArray();
    }

    private static int[] ones(int rank) {
        int[] ones = new int[rank];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static GraphException error(Node x, Node w, String why) {
        return GraphException.at("transposed convolution of " + x.type() + ", " + w.type() + ": " + why);
    }
}
