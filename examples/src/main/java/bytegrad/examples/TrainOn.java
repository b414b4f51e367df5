package bytegrad.examples;

import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.artefact.Artefact;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.io.Idx;
import bytegrad.runtime.train.Callback;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Epoch;
import bytegrad.runtime.train.Progress;
import bytegrad.runtime.train.Runner;
import bytegrad.runtime.train.TrainingLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Goes on with a training inside an application. The jar is the step of a training, as {@code ./bytegrad compile RUN --train} writes it: forward pass, gradient
 * and update, with parameters, optimiser state and progress. What was reached is written back into the jar, so that the next start goes on from there.
 */
public final class TrainOn {
    private TrainOn() {}

    /** {@code JAR DATA EPOCHS}, where DATA is a folder with {@code train-images-idx3-ubyte} and {@code train-labels-idx1-ubyte}, plain or with {@code .gz}. */
    public static void main(String[] args) throws IOException {
        trainOn(Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[2]), epoch -> System.out.println(text(epoch)));
        System.out.println("written into " + args[0]);
    }

    private static String text(Epoch epoch) {
        return String.format(Locale.ROOT, "epoch %d  loss %.4f", epoch.number(), epoch.figures().getOrDefault("loss", Double.NaN));
    }

    /** Trains so many epochs more than the jar has behind it; one that was interrupted, even by {@code kill -9}, goes on from its last checkpoint. */
    static void trainOn(Path jar, Path data, int epochs, Consumer<Epoch> told) throws IOException {
        Artefact step = Artefact.open(jar);
        Session session = step.newSession();
        Slot x = step.signature().inputs().stream().filter(s -> s.name().equals("x")).findFirst().orElseThrow();
        Batches batches = new Batches(images(data), x.shape().get(0), 1);
        Checkpoint start = step.checkpoint().orElseGet(() -> new Checkpoint(Progress.NONE, session.snapshot(), Map.of()));
        Path saved = jar.resolveSibling(jar.getFileName() + ".safetensors");
        TrainingLoop loop = new TrainingLoop(Runner.of(session), batches, start.progress().epoch() + epochs)
                .inputs((epoch, number) -> inputs(step, (long) epoch * batches.perEpoch() + number))
                .checkpoints(saved, start.metadata())
                .checkpointEvery(100)
                .callback(new Callback() {
                    @Override
                    public void finished(Epoch epoch) {
                        told.accept(epoch);
                    }
                })
                .resume(Files.exists(saved) ? Checkpoint.read(saved) : start);
        loop.run();
        step.writeJar(loop.checkpoint(), jar);
        Files.deleteIfExists(saved);
        Files.deleteIfExists(Checkpoint.previous(saved));
    }

    /** What a step takes besides images: the rate that the training came to, and the number of the step where there is dropout. */
    private static Map<String, Tensor> inputs(Artefact step, long number) {
        Map<String, Tensor> inputs = new HashMap<>(step.sample());
        inputs.keySet().removeAll(java.util.List.of("x", "label"));
        if (inputs.containsKey("step")) {
            inputs.put("step", Tensor.scalar(number));
        }
        return inputs;
    }

    private static Examples images(Path data) {
        Idx images = idx(data, "train-images-idx3-ubyte");
        byte[] pixels = images.unsignedBytes();
        float[] x = new float[pixels.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (pixels[i] & 255) / 255f;
        }
        byte[] labels = idx(data, "train-labels-idx1-ubyte").unsignedBytes();
        int[] classes = new int[labels.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = labels[i];
        }
        int[] dims = images.dims();
        return Examples.of(Map.of("x", Tensor.of(x, dims[0], dims[1] * dims[2]), "label", Tensor.of(classes, classes.length)));
    }

    private static Idx idx(Path folder, String name) {
        Path plain = folder.resolve(name);
        return Idx.read(Files.exists(plain) ? plain : folder.resolve(name + ".gz"));
    }
}
