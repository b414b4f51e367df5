package bytegrad.benchmarks.check;

import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.artefact.Artefact;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Runner;
import bytegrad.runtime.train.TrainingLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/**
 * A training that writes a checkpoint after each of its steps, and goes on from what is in its folder: what {@link Kills} kills. Its step comes out of a jar, so that it
 * begins soon; {@link TinyStep} makes that.
 */
final class TinyTraining {
    static final String STATE = "state.safetensors";

    private static final int EXAMPLES = 96;
    static final int BATCH = 8;
    private static final int EPOCHS = 25;
    static final int INPUTS = 40;
    static final int CLASSES = 10;

    private TinyTraining() {}

    /** Says on standard output that it begins, then trains to the end: {@code JAR FOLDER}. */
    public static void main(String[] args) {
        TrainingLoop loop = loop(Path.of(args[0]), Path.of(args[1]));
        System.out.println("begins");
        loop.run();
    }

    /** Steps of an epoch. */
    static int perEpoch() {
        return EXAMPLES / BATCH;
    }

    /** The training, from the checkpoint in a folder if there is one. */
    static TrainingLoop loop(Path jar, Path folder) {
        Session session = Artefact.open(jar).newSession(1);
        Path state = folder.resolve(STATE);
        TrainingLoop loop = new TrainingLoop(Runner.of(session), new Batches(examples(), BATCH, 5), EPOCHS).checkpoints(state, Map.of()).checkpointEvery(1);
        return Files.exists(state) ? loop.resume(Checkpoint.read(state)) : loop;
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
