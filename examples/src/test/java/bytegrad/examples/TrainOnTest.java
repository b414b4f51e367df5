package bytegrad.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.artefact.Artefact;
import bytegrad.runtime.io.Idx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainOnTest {
    private static final int TRAINING = 1280;
    private static final int TEST = 100;

    @TempDir
    Path folder;

    /** The first images of the project's cut of Fashion-MNIST. */
    private Path data() throws Exception {
        Path all = Path.of(System.getProperty("bytegrad.root", ".."), "data", "fashion-mnist");
        Path few = Files.createDirectory(folder.resolve("data"));
        for (String name : new String[] {"train", "t10k"}) {
            int count = name.equals("train") ? TRAINING : TEST;
            Idx images = Idx.read(all.resolve(name + "-images-idx3-ubyte.gz"));
            Idx.ofUnsignedBytes(Arrays.copyOf(images.unsignedBytes(), count * 784), count, 28, 28).write(few.resolve(name + "-images-idx3-ubyte"));
            Idx labels = Idx.read(all.resolve(name + "-labels-idx1-ubyte.gz"));
            Idx.ofUnsignedBytes(Arrays.copyOf(labels.unsignedBytes(), count), count).writeGzip(few.resolve(name + "-labels-idx1-ubyte.gz"));
        }
        return few;
    }

    @Test
    void goesOnFromWhereTheJarIs() throws Exception {
        Path data = data();
        Path run = folder.resolve("run");
        Path once = folder.resolve("once.jar");
        Jars.bytegrad("train", "--data", data, "--hidden", "16", "--epochs", "1", "--out", run);
        Jars.bytegrad("compile", run, "--train", "-o", once, "--name", "app.Step");
        Path twice = Files.copy(once, folder.resolve("twice.jar"));
        assertEquals(1, Artefact.open(once).checkpoint().orElseThrow().progress().epoch());

        List<Double> losses = new ArrayList<>();
        TrainOn.trainOn(once, data, 3, epoch -> losses.add(epoch.figures().get("loss")));
        TrainOn.trainOn(twice, data, 1, epoch -> {});
        assertEquals(2, Artefact.open(twice).checkpoint().orElseThrow().progress().epoch());
        // Interrupted in its second epoch of two: the jar is as it was, a checkpoint is beside it, and the same call goes on.
        byte[] before = Files.readAllBytes(twice);
        assertThrows(IllegalStateException.class, () -> TrainOn.trainOn(twice, data, 2, epoch -> {
            throw new IllegalStateException("the power is gone");
        }));
        assertArrayEquals(before, Files.readAllBytes(twice));
        TrainOn.trainOn(twice, data, 2, epoch -> {});
        Artefact trained = Artefact.open(once);
        assertEquals(trained.values(), Artefact.open(twice).values(), "to the bit as if it had gone on at once");
        assertEquals(4, trained.checkpoint().orElseThrow().progress().epoch());
        assertTrue(losses.get(2) < losses.get(0), losses.toString());
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.toString().contains(".jar.")), "no checkpoint is left");
        }
    }
}
