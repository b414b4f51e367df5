package bytegrad.cli.train;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Slot;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The two graphs of a classifier and the state it starts from.
 *
 * @param training one step on a batch: inputs {@value #IMAGES}, {@value #LABELS}, {@value #RATE}; outputs {@value #LOSS} and
 *     {@value #CORRECT}, both of before the update; updates every parameter and slot
 * @param prediction input {@value #IMAGES} and the parameters; outputs {@value #PROBABILITIES} and {@value #CLASS}
 * @param parameters by name, in the order of the layers, as they are before the first step
 * @param slots what the optimiser keeps, by name, as it is before the first step
 */
record Network(Graph training, Graph prediction, Map<String, Tensor> parameters, Map<String, Tensor> slots) {
    /** f32[batch, pixels], each pixel from 0 to 1. */
    static final String IMAGES = "x";

    /** i32[batch]. */
    static final String LABELS = "label";

    /** f32, the learning rate. */
    static final String RATE = "rate";

    /** f32, mean cross-entropy of the batch plus penalties. */
    static final String LOSS = "loss";

    /** i32, how many images of the batch were classified rightly. */
    static final String CORRECT = "correct";

    /** f32[batch, classes]. */
    static final String PROBABILITIES = "probabilities";

    /** i32[batch], the most probable class. */
    static final String CLASS = "class";

    /** Rows of a prediction. More amortise a run's cost better; one picture costs as much as all of them. */
    static final int PREDICTED_ROWS = 250;

    Network {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
    }

    static Network of(Settings settings, int pixels, int classes) {
        List<Integer> widths = new ArrayList<>();
        widths.add(pixels);
        widths.addAll(settings.hidden());
        widths.add(classes);
        Forward step = new Forward(settings.batch(), widths);
        Map<String, Tensor> slots = new LinkedHashMap<>();
        Graph training = step.training(settings, slots);
        Graph prediction = new Forward(PREDICTED_ROWS, widths).prediction();
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (int i = 0; i < step.parameters.size(); i++) {
            Node p = step.parameters.get(i);
            parameters.put(name(p), initial(p, CounterRandom.of(settings.seed(), i)));
        }
        return new Network(training, prediction, parameters, slots);
    }

    /** The number of floats that are learnt. */
    int size() {
        return parameters.values().stream().mapToInt(Tensor::size).sum();
    }

    /** Names of parameters and slots, in this order. */
    List<String> states() {
        List<String> names = new ArrayList<>(parameters.keySet());
        names.addAll(slots.keySet());
        return names;
    }

    /**
     * He's initialisation for relu in its uniform form: variance 2 / fan-in, so ±√(6 / fan-in); biases 0. He, Zhang, Ren and
     * Sun, "Delving deep into rectifiers", 2015.
     */
    private static Tensor initial(Node p, CounterRandom random) {
        float[] values = new float[p.shape().size()];
        if (p.rank() == 2) {
            float bound = (float) Math.sqrt(6.0 / p.shape().dim(0));
            for (int i = 0; i < values.length; i++) {
                values[i] = bound * random.centered(i);
            }
        }
        return Tensor.of(values, p.shape().toArray());
    }

    private static String name(Node input) {
        return ((Op.Input) input.op()).name();
    }

    /** From images to logits, in a builder of its own. */
    private static final class Forward {
        private final GraphBuilder b = new GraphBuilder();
        private final List<Node> parameters = new ArrayList<>();
        private final List<Node> weights = new ArrayList<>();
        private final Node logits;
        private final int batch;

        Forward(int batch, List<Integer> widths) {
            this.batch = batch;
            Node h = b.input(IMAGES, DType.F32, batch, widths.get(0));
            for (int layer = 1; layer < widths.size(); layer++) {
                Node w = b.input("W" + layer, DType.F32, widths.get(layer - 1), widths.get(layer));
                Node bias = b.input("b" + layer, DType.F32, widths.get(layer));
                weights.add(w);
                parameters.addAll(List.of(w, bias));
                Node z = Layers.dense(b, h, w, bias);
                h = layer < widths.size() - 1 ? b.label(Activations.relu(b, z), "h" + layer) : z;
            }
            logits = b.label(h, "logits");
        }

        Graph prediction() {
            b.output(PROBABILITIES, Activations.softmax(b, logits, 1));
            b.output(CLASS, b.argmax(logits, 1));
            return b.build();
        }

        Graph training(Settings settings, Map<String, Tensor> slots) {
            Node labels = b.input(LABELS, DType.I32, batch);
            Node rate = b.input(RATE, DType.F32);
            Node loss = Losses.softmaxCrossEntropy(b, logits, labels);
            Node[] penalised = weights.toArray(Node[]::new);
            if (settings.l2() > 0) {
                loss = b.add(loss, Losses.l2Penalty(b, settings.l2(), penalised));
            }
            if (settings.l1() > 0) {
                loss = b.add(loss, Losses.l1Penalty(b, settings.l1(), penalised));
            }
            b.label(loss, LOSS);
            b.output(LOSS, loss);
            b.output(CORRECT, b.sumAll(b.cast(b.eq(b.argmax(logits, 1), labels), DType.I32)));
            List<Node> gradients = Gradient.of(b, loss, parameters);
            for (Slot slot : settings.optimizer().optimizer(settings.rate()).apply(b, parameters, gradients, rate)) {
                float[] values = new float[slot.input().shape().size()];
                Arrays.fill(values, (float) slot.initial());
                slots.put(name(slot.input()), Tensor.of(values, slot.input().shape().toArray()));
            }
            return b.build();
        }
    }
}
