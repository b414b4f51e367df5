package bytegrad.cli.train;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Clip;
import bytegrad.autodiff.optim.Descent;
import bytegrad.autodiff.optim.ParameterGroup;
import bytegrad.autodiff.optim.Slot;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.RandomDraws;
import bytegrad.ir.nn.layer.Parameter;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.nn.layer.Summary;
import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A graph that learns, and the state it starts from.
 *
 * @param training one step on a batch: inputs of the task, {@value #RATE} and, with dropout, {@value #STEP}; output {@value #LOSS} of before the update and those of
 *     the task; updates every parameter, statistic and slot
 * @param parameters and statistics by name, as they are before the first step
 * @param slots what the optimiser keeps, by name, as it is before the first step
 * @param summary of the layers
 */
record Network(Graph training, Map<String, Tensor> parameters, Map<String, Tensor> slots, Summary summary) {
    /** f32[batch, pixels], each pixel from 0 to 1; or i32[batch, length], characters. */
    static final String X = "x";

    /** i32[batch]: classes. */
    static final String LABELS = "label";

    /** f32, the learning rate. */
    static final String RATE = "rate";

    /** i64, the number of the step, from 0. */
    static final String STEP = "step";

    /** f32, mean cross-entropy of the batch plus penalties. */
    static final String LOSS = "loss";

    /** i32, how many images of the batch were classified rightly. */
    static final String CORRECT = "correct";

    /** f32[batch, classes], or f32[characters]. */
    static final String PROBABILITIES = "probabilities";

    /** i32[batch], the most probable class. */
    static final String CLASS = "class";

    Network {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
    }

    /**
     * Builds the step.
     *
     * @param forward adds inputs, outputs and layers, and gives the loss
     */
    static Network of(Settings settings, Function<Scope, Node> forward) {
        GraphBuilder b = new GraphBuilder();
        Node rate = b.input(RATE, DType.F32);
        Scope scope = settings.dropout() > 0
                ? Scope.training(b, DType.F32, RandomDraws.key(b, b.constant(DType.I64, settings.seed() & 0xffff_ffffL), b.input(STEP, DType.I64)))
                : Scope.training(b);
        Node loss = forward.apply(scope);
        Node[] weights = scope.trained().stream().filter(Network::isWeight).toArray(Node[]::new);
        if (settings.l2() > 0) {
            loss = b.add(loss, Losses.l2Penalty(b, settings.l2(), weights));
        }
        if (settings.l1() > 0) {
            loss = b.add(loss, Losses.l1Penalty(b, settings.l1(), weights));
        }
        b.output(LOSS, b.label(loss, LOSS));
        List<Node> trained = scope.trained();
        Descent descent = Descent.by(settings.optimizer().optimizer(settings.rate(), settings.weightDecay()))
                .groups(p -> new ParameterGroup(1, isWeight(p) ? settings.weightDecay() : 0));
        if (settings.clip() > 0) {
            descent = descent.clip(new Clip.GlobalNorm(settings.clip()));
        }
        Map<String, Tensor> slots = new LinkedHashMap<>();
        for (Slot slot : descent.apply(b, trained, Gradient.of(b, loss, trained), rate).slots()) {
            float[] values = new float[slot.input().shape().size()];
            Arrays.fill(values, (float) slot.initial());
            slots.put(((Op.Input) slot.input().op()).name(), Tensor.of(values, slot.input().shape().toArray()));
        }
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (Parameter p : scope.parameters()) {
            double[] initial = p.initial(settings.seed());
            float[] values = new float[initial.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) initial[i];
            }
            parameters.put(p.name(), Tensor.of(values, p.node().shape().toArray()));
        }
        return new Network(b.build(), parameters, slots, scope.summary());
    }

    /** Not a bias, nor a gain. */
    private static boolean isWeight(Node parameter) {
        return parameter.rank() >= 2;
    }

    /** Inputs of a step besides the batch. */
    Map<String, Tensor> inputs(Settings settings, int epoch, long step) {
        return inputs(training, settings, epoch, step);
    }

    /** Inputs of a step besides the batch. */
    static Map<String, Tensor> inputs(Graph training, Settings settings, int epoch, long step) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put(RATE, Tensor.scalar(settings.rateOf(epoch, step)));
        if (training.input(STEP).isPresent()) {
            inputs.put(STEP, Tensor.scalar(step));
        }
        return inputs;
    }
}
