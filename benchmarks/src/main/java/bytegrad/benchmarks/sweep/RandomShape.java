package bytegrad.benchmarks.sweep;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.benchmarks.Demand;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Attention;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Padding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A graph of random sizes: a perceptron, a convolution or an attention, forward alone or with its gradients.
 *
 * @param number in the sequence of the seed; the same pair is the same graph
 * @param description its sizes, in one line
 */
record RandomShape(int number, Kind kind, String description, Graph graph, Demand demand) {
    enum Kind {
        MLP,
        CONVOLUTION,
        ATTENTION
    }

    /** Beyond it a sweep would take too long. */
    private static final double MOST_FLOPS = 6e8;
    private static final double LEAST_FLOPS = 1e5;

    /** The kinds take turns; sizes are drawn again until the graph is neither tiny nor slow. */
    static RandomShape of(long seed, int number) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
        Kind kind = Kind.values()[number % Kind.values().length];
        while (true) {
            Draft draft = new Draft(random);
            String description = switch (kind) {
                case MLP -> draft.perceptron();
                case CONVOLUTION -> draft.convolution();
                case ATTENTION -> draft.attention();
            };
            Graph graph = draft.b.build();
            Demand demand = Demand.of(graph);
            if (demand.contractions() >= LEAST_FLOPS && demand.flops() <= MOST_FLOPS) {
                return new RandomShape(number, kind, description, graph, demand);
            }
        }
    }

    private static final class Draft {
        final GraphBuilder b = new GraphBuilder();
        private final SplittableRandom random;

        Draft(SplittableRandom random) {
            this.random = random;
        }

        /** Sizes are as likely between 8 and 16 as between 512 and 1024: their logarithm is uniform. */
        private int size(int least, int most) {
            return (int) Math.round(least * Math.pow((double) most / least, random.nextDouble()));
        }

        private Node input(String name, int... dims) {
            return b.input(name, DType.F32, dims);
        }

        /** The mean of squares as a loss; one output for each gradient. */
        private void gradients(Node y, List<Node> of) {
            Node loss = Losses.mean(b, b.mul(y, y));
            List<Node> d = Gradient.of(b, loss, of);
            b.output("loss", loss);
            for (int i = 0; i < of.size(); i++) {
                b.output("d" + i, d.get(i));
            }
        }

        String perceptron() {
            int batch = size(1, 512);
            int layers = random.nextInt(1, 4);
            int[] widths = IntStream.rangeClosed(0, layers).map(i -> size(8, 1024)).toArray();
            boolean training = random.nextBoolean();
            int activation = random.nextInt(3);
            Node h = input("x", batch, widths[0]);
            List<Node> parameters = new ArrayList<>();
            for (int i = 1; i <= layers; i++) {
                Node w = input("w" + i, widths[i - 1], widths[i]);
                Node bias = input("b" + i, widths[i]);
                parameters.add(w);
                parameters.add(bias);
                Node z = Layers.dense(b, h, w, bias);
                h = switch (activation) {
                    case 0 -> Activations.relu(b, z);
                    case 1 -> Activations.tanh(b, z);
                    default -> Activations.gelu(b, z);
                };
            }
            if (training) {
                Node loss = Losses.mse(b, h, input("t", batch, widths[layers]));
                // So small a rate that no run gets anywhere, into denormals least of all.
                new Sgd(1e-6).apply(b, parameters, Gradient.of(b, loss, parameters));
                b.output("loss", loss);
            } else {
                b.output("y", h);
            }
            return "batch " + batch + ", widths " + IntStream.of(widths).mapToObj(Integer::toString).collect(Collectors.joining("-"))
                    + ", " + List.of("relu", "tanh", "gelu").get(activation) + (training ? ", SGD step" : ", inference");
        }

        String convolution() {
            int n = size(1, 32);
            int side = size(5, 64);
            int channels = size(1, 128);
            int filters = size(4, 128);
            int window = List.of(1, 3, 3, 3, 5, 7).get(random.nextInt(6));
            int stride = List.of(1, 1, 1, 2).get(random.nextInt(4));
            Padding.Rule padding = random.nextBoolean() || window > side ? Padding.Rule.SAME : Padding.Rule.VALID;
            boolean training = random.nextBoolean();
            Node x = input("x", n, side, side, channels);
            Node w = input("w", window, window, channels, filters);
            Node bias = input("b", filters);
            Node z = Convolutions.conv(b, x, w, stride, padding);
            Node y = Activations.relu(b, b.add(z, b.broadcast(bias, z.shape(), 3)));
            if (training) {
                gradients(y, List.of(x, w, bias));
            } else {
                b.output("y", y);
            }
            return "x " + n + "x" + side + "x" + side + "x" + channels + ", " + filters + " filters " + window + "x" + window + ", stride " + stride + ", "
                    + padding + (training ? ", with gradients" : ", forward");
        }

        String attention() {
            int n = size(1, 8);
            int heads = size(1, 8);
            int length = size(7, 256);
            int width = size(8, 128);
            boolean causal = random.nextBoolean();
            boolean training = random.nextBoolean();
            List<Node> qkv = List.of(input("q", n, heads, length, width), input("k", n, heads, length, width), input("v", n, heads, length, width));
            Optional<Node> mask = causal ? Optional.of(Attention.causal(b, length, length)) : Optional.empty();
            Node y = Attention.scaledDotProduct(b, qkv.get(0), qkv.get(1), qkv.get(2), mask);
            if (training) {
                gradients(y, qkv);
            } else {
                b.output("y", y);
            }
            return "batch " + n + ", heads " + heads + ", length " + length + ", width " + width + (causal ? ", causal" : "")
                    + (training ? ", with gradients" : ", forward");
        }
    }
}
