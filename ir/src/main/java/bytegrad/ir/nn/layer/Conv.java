package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Padding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A convolution of [N, spatial…, C] in as many dimensions as there are sizes: parameters "weight" [window…, C / groups, channels] and "bias" [channels].
 *
 * @param channels of the result
 * @param weights He's unless told
 * @param bias whether there is one; none before a normalisation, which takes it away again
 */
public record Conv(
        int channels, List<Integer> sizes, List<Integer> strides, List<Integer> dilations, Padding padding, int groups, Initializer weights, boolean bias) implements Layer {
    public Conv {
        sizes = List.copyOf(sizes);
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
    }

    /** Over pictures, with windows of {@code size} by {@code size}, undilated, ungrouped, with a bias. */
    public Conv(int channels, int size, int stride, Padding padding) {
        this(channels, List.of(size, size), List.of(stride, stride), List.of(1, 1), padding, 1, Initializer.HE_UNIFORM, true);
    }

    /** The same with no bias. */
    public Conv unbiased() {
        return new Conv(channels, sizes, strides, dilations, padding, groups, weights, false);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Shapes.requireRank("convolution", x, sizes.size() + 2);
        List<Integer> dims = new ArrayList<>(sizes);
        dims.addAll(List.of(Shapes.last(x) / Math.max(1, groups), channels));
        Node w = scope.parameter("weight", weights, dims.stream().mapToInt(n -> n).toArray());
        Node y = Convolutions.conv(scope.builder(), x, w, strides, dilations, padding, groups);
        return bias ? scope.builder().add(y, scope.parameter("bias", Initializer.ZEROS, channels)) : y;
    }

    /**
     * The convolution that makes data larger, by its strides: {@link Convolutions#transposed}. Parameters as of {@link Conv}.
     *
     * @param channels of the result
     */
    public record Transposed(int channels, List<Integer> sizes, List<Integer> strides, Padding padding, Initializer weights) implements Layer {
        public Transposed {
            sizes = List.copyOf(sizes);
            strides = List.copyOf(strides);
        }

        @Override
        public Node apply(Scope scope, Node x) {
            Shapes.requireRank("transposed convolution", x, sizes.size() + 2);
            int[] dims = IntStream.concat(sizes.stream().mapToInt(n -> n), IntStream.of(Shapes.last(x), channels)).toArray();
            Node w = scope.parameter("weight", weights, dims);
            List<Integer> ones = Collections.nCopies(sizes.size(), 1);
            Node y = Convolutions.transposed(scope.builder(), x, w, strides, ones, padding, Collections.nCopies(sizes.size(), 0), 1);
            return scope.builder().add(y, scope.parameter("bias", Initializer.ZEROS, channels));
        }
    }
}
