package bytegrad.benchmarks.check;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Runner;
import bytegrad.runtime.train.TrainingLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A training that writes a checkpoint after each of its steps, and goes on from what is in its folder: what {@link Kills} kills. */
final class TinyTraining {
    static final String STATE = "state.safetensors";

    private static final int EXAMPLES = 96;
    private static final int BATCH = 8;
    private static final int EPOCHS = 25;
    private static final int INPUTS = 40;
    private static final int HIDDEN = 96;
    private static final int CLASSES = 10;

    private TinyTraining() {}

    /** Says on standard output that it begins, then trains to the end: {@code FOLDER}. */
    public static void main(String[] args) {
        TrainingLoop loop = loop(Path.of(args[0]));
        System.out.println("begins");
        loop.run();
    }

    /** Steps of an epoch. */
    static int perEpoch() {
        return EXAMPLES / BATCH;
    }

    /** The training, from the checkpoint in a folder if there is one. */
    static TrainingLoop loop(Path folder) {
        Session session = session();
        Path state = folder.resolve(STATE);
        TrainingLoop loop = new TrainingLoop(Runner.of(session), new Batches(examples(), BATCH, 5), EPOCHS).checkpoints(state, Map.of()).checkpointEvery(1);
        return Files.exists(state) ? loop.resume(Checkpoint.read(state)) : loop;
    }

    private static Session session() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, BATCH, INPUTS);
        Node labels = b.input("labels", DType.I32, BATCH);
        Node w1 = b.input("w1", DType.F32, INPUTS, HIDDEN);
        Node b1 = b.input("b1", DType.F32, HIDDEN);
        Node w2 = b.input("w2", DType.F32, HIDDEN, CLASSES);
        Node b2 = b.input("b2", DType.F32, CLASSES);
        Node hidden = Activations.relu(b, Layers.dense(b, x, w1, b1));
        Node loss = Losses.softmaxCrossEntropy(b, Layers.dense(b, hidden, w2, b2), labels);
        List<Node> parameters = List.of(w1, b1, w2, b2);
        new Adam(0.003).apply(b, parameters, Gradient.of(b, loss, parameters));
        b.output("loss", loss);
        Session session = Compiler.compile(b.build(), Options.DEFAULT.withSimd(Options.Simd.SCALAR)).newSession(1);
        Random random = new Random(1);
        for (Slot s : session.function().signature().states()) {
            Tensor t = Tensor.zeros(s.type(), s.dims());
            for (int i = 0; s.name().matches("w\\d") && i < t.size(); i++) {
                t.floats()[i] = (float) (random.nextGaussian() / 8);
            }
            session.set(s.name(), t);
        }
        return session;
    }

    private static Examples examples() {
        Random random = new Random(2);
        float[] x = new float[EXAMPLES * INPUTS];
        int[] labels = new int[EXAMPLES];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        for (int i = 0; i < EXAMPLES; i++) {
            labels[i] = random.nextInt(CLASSES);
        }
        return Examples.of(Map.of("x", Tensor.of(x, EXAMPLES, INPUTS), "labels", Tensor.of(labels, EXAMPLES)));
    }
}
