package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.JarOptions;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The step of {@link TinyTraining} as a jar: a perceptron of one hidden layer and Adam. */
final class TinyStep {
    private static final int HIDDEN = 96;

    private TinyStep() {}

    /** Writes the jar, with the runtime in it. */
    static void write(Path jar) {
        Graph graph = graph();
        Random random = new Random(1);
        Map<String, Tensor> values = new LinkedHashMap<>();
        for (Graph.Update u : graph.updates()) {
            Tensor t = Tensor.zeros(ElementType.valueOf(u.state().dtype().name()), u.state().shape().toArray());
            for (int i = 0; u.name().matches("w\\d") && i < t.size(); i++) {
                t.floats()[i] = (float) (random.nextGaussian() / 8);
            }
            values.put(u.name(), t);
        }
        Compiler.jar(graph).write(jar, JarOptions.DEFAULT.named("tiny.Step").standalone(true).withWidths(Set.of()).withValues(values));
    }

    private static Graph graph() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, TinyTraining.BATCH, TinyTraining.INPUTS);
        Node labels = b.input("labels", DType.I32, TinyTraining.BATCH);
        Node w1 = b.input("w1", DType.F32, TinyTraining.INPUTS, HIDDEN);
        Node b1 = b.input("b1", DType.F32, HIDDEN);
        Node w2 = b.input("w2", DType.F32, HIDDEN, TinyTraining.CLASSES);
        Node b2 = b.input("b2", DType.F32, TinyTraining.CLASSES);
        Node hidden = Activations.relu(b, Layers.dense(b, x, w1, b1));
        Node loss = Losses.softmaxCrossEntropy(b, Layers.dense(b, hidden, w2, b2), labels);
        List<Node> parameters = List.of(w1, b1, w2, b2);
        new Adam(0.003).apply(b, parameters, Gradient.of(b, loss, parameters));
        b.output("loss", loss);
        return b.build();
    }
}
