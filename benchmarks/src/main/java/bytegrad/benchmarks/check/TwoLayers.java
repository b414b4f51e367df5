package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The network of the training goldens, in f64: weights are [out, in], y = x·Wᵀ + b. */
final class TwoLayers {
    /** Before the name of a parameter: its gradient. */
    static final String GRADIENT = "grad/";

    /** The input of labels, or of values to come near. */
    static final String TARGET = "target";

    private static final int LAYERS = 2;

    /** Between the layers. */
    enum Activation {
        TANH,
        RELU,
        SOFTPLUS
    }

    /** What is made small. */
    enum Loss {
        CROSS_ENTROPY,
        SMOOTH_L1
    }

    /** What the graph returns besides its updates. */
    enum Outputs {
        LOSS,
        /** Loss, logits and gradients. */
        ALL
    }

    private final Map<String, Tensor> init;
    private final int[] batch;
    private final Activation activation;
    private final Loss loss;
    private final Optimizer optimizer;

    /**
     * A network of the shapes of its first parameters.
     *
     * @param init "l.0.weight", "l.0.bias", and so on
     * @param batch the shape of a batch of inputs
     */
    TwoLayers(Map<String, Tensor> init, int[] batch, Activation activation, Loss loss, Optimizer optimizer) {
        this.init = Map.copyOf(init);
        this.batch = batch.clone();
        this.activation = activation;
        this.loss = loss;
        this.optimizer = optimizer;
    }

    Graph graph(Outputs outputs) {
        GraphBuilder b = new GraphBuilder();
        List<Node> parameters = new ArrayList<>();
        Node h = b.input("x", DType.F64, batch);
        for (int layer = 0; layer < LAYERS; layer++) {
            Node w = parameter(b, "l." + layer + ".weight", parameters);
            Node bias = parameter(b, "l." + layer + ".bias", parameters);
            Node product = b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(1)), h, w);
            h = b.add(product, bias);
            if (layer < LAYERS - 1) {
                h = switch (activation) {
                    case TANH -> Activations.tanh(b, h);
                    case RELU -> Activations.relu(b, h);
                    case SOFTPLUS -> Activations.softplus(b, h);
                };
            }
        }
        Node error = switch (loss) {
            case CROSS_ENTROPY -> Losses.softmaxCrossEntropy(b, h, b.input(TARGET, DType.I64, batch[0]));
            case SMOOTH_L1 -> Losses.smoothL1(b, h, b.input(TARGET, DType.F64, h.type().shape().toArray()), 1);
        };
        List<Node> gradients = Gradient.of(b, error, parameters);
        optimizer.apply(b, parameters, gradients);
        b.output("loss", error);
        switch (outputs) {
            case LOSS -> {}
            case ALL -> {
                b.output("logits", h);
                for (int i = 0; i < parameters.size(); i++) {
                    b.output(GRADIENT + ((Op.Input) parameters.get(i).op()).name(), gradients.get(i));
                }
            }
        }
        return b.build();
    }

    private Node parameter(GraphBuilder b, String name, List<Node> parameters) {
        Tensor start = init.get(name);
        if (start == null) {
            throw new IllegalStateException("no parameter " + name + " among " + init.keySet());
        }
        Node p = b.input(name, DType.F64, start.shape());
        parameters.add(p);
        return p;
    }

    /** The same numbers as f64. */
    static Tensor inF64(Tensor t) {
        if (t.type() == ElementType.F64) {
            return t;
        }
        float[] f = t.floats();
        double[] d = new double[t.size()];
        for (int i = 0; i < d.length; i++) {
            d[i] = f[i];
        }
        return Tensor.of(d, t.shape());
    }
}
