package bytegrad.cli.workload;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.Slot;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A network of SPEC.md while it is written: its inputs with their values, and its parameters. */
final class Network {
    private static final float BIAS_SCALE = 0.1f;

    final GraphBuilder b = new GraphBuilder();
    private final DType dtype;
    private final Map<String, Fill> fills = new LinkedHashMap<>();
    /** With how its gradient is laid out as SPEC.md has the parameter. */
    private final Map<Node, UnaryOperator<Node>> parameters = new LinkedHashMap<>();

    Network(DType dtype) {
        this.dtype = dtype;
    }

    /** A float input that is no parameter. */
    Node data(String name, Fill fill, int... dims) {
        fills.put(name, fill);
        return b.input(name, dtype, dims);
    }

    Node indices(String name, Fill.Index fill, int... dims) {
        fills.put(name, fill);
        return b.input(name, DType.I32, dims);
    }

    Node parameter(String name, Fill fill, int... dims) {
        return parameter(name, fill, UnaryOperator.identity(), dims);
    }

    /** @param layout from this shape to that of SPEC.md */
    Node parameter(String name, Fill fill, UnaryOperator<Node> layout, int... dims) {
        Node p = data(name, fill, dims);
        parameters.put(p, layout);
        return p;
    }

    Node weight(String name, int seed, int in, int out) {
        return parameter(name, new Fill.Uniform(seed, SpecNumbers.kaiming(in)), in, out);
    }

    Node bias(String name, int seed, int size) {
        return parameter(name, new Fill.Uniform(seed, BIAS_SCALE), size);
    }

    /** Output "logits". */
    Task inference(Node logits) {
        b.output("logits", logits);
        return new Task(b.build(), fills, parameters.keySet().stream().map(Network::name).collect(Collectors.toSet()));
    }

    /** Output "loss" of before the update, and with {@link Detail#GRADIENTS} each gradient as "grad/NAME". */
    Task training(Node loss, Optimizer optimizer, Detail detail) {
        List<Node> all = List.copyOf(parameters.keySet());
        List<Node> gradients = Gradient.of(b, b.label(loss, "loss"), all);
        for (Slot slot : optimizer.apply(b, all, gradients)) {
            fills.put(name(slot.input()), new Fill.Same(slot.initial()));
        }
        b.output("loss", loss);
        if (detail == Detail.GRADIENTS) {
            for (int i = 0; i < all.size(); i++) {
                b.output("grad/" + name(all.get(i)), java.util.Objects.requireNonNull(parameters.get(all.get(i))).apply(gradients.get(i)));
            }
        }
        return new Task(b.build(), fills);
    }

    private static String name(Node input) {
        return ((Op.Input) input.op()).name();
    }
}
