package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.io.Safetensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every model that `train` offers, on data of a few images and a few lines. */
class ModelsTest {
    private static final String LINES = "the cat sat on the mat.\nthe dog sat on the log.\n".repeat(30);

    @TempDir
    private Path folder;

    private Path images = Path.of("");
    private Path text = Path.of("");

    @BeforeEach
    void makeData() throws IOException {
        images = TinyData.in(folder.resolve("images"));
        text = Files.createDirectory(folder.resolve("text"));
        Files.writeString(text.resolve("a.txt"), LINES.substring(0, 100));
        try (var out = new GZIPOutputStream(Files.newOutputStream(text.resolve("b.txt.gz")))) {
            out.write(LINES.substring(100).getBytes(StandardCharsets.UTF_8));
        }
    }

    private Outcome train(String out, Path data, Object... more) {
        Object[] words = {"train", "--data", data, "--out", folder.resolve(out)};
        return Outcome.of(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    }

    private Outcome convolutional(String out, Object... more) {
        Object[] words = {"--hidden", "4,5,6", "--model", "cnn", "--batch", "16", "--lr", "0.01", "--decay", "0.98"};
        return train(out, images, Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    }

    private Outcome language(String out, String kind, Object... more) {
        Object[] words = {"--hidden", "12", "--model", "charlm-" + kind, "--batch", "8", "--lr", "0.02", "--length", "12", "--decay", "0.97"};
        return train(out, text, Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    }

    private byte[] state(String out) {
        return Safetensors.read(folder.resolve(out).resolve("state.safetensors")).tensors().toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] model(String out) throws IOException {
        return Files.readAllBytes(folder.resolve(out).resolve("model.safetensors"));
    }

    @Test
    void aConvolutionalNetLearnsAndItsModelPredicts() throws IOException {
        String said = convolutional("cnn", "--epochs", "20").done();
        assertTrue(said.contains("test accuracy: 1.0000"), said);
        assertTrue(said.contains("both agree"), said);
    }

    @Test
    void aResidualNetLearnsWithItsRunningStatistics() {
        String said = train("r", images, "--model", "resnet", "--hidden", "4,8", "--batch", "16", "--epochs", "15", "--lr", "0.01", "--decay", "0.9").done();
        assertTrue(said.contains("both agree"), said);
        var names = Safetensors.read(folder.resolve("r/model.safetensors")).tensors().keySet();
        assertTrue(names.containsAll(List.of("stem.mean", "stem.variance", "block2.shortcut.weight", "head.bias")), names.toString());
        double accuracy = Double.parseDouble(said.lines().filter(l -> l.startsWith("test accuracy: ")).findFirst().orElseThrow().substring(15));
        assertTrue(accuracy > 0.9, said);
    }

    @Test
    void dropoutIsOfTheSeedAndResumedIsUninterrupted() throws IOException {
        convolutional("a", "--epochs", "2", "--dropout", "0.3").done();
        convolutional("b", "--epochs", "2", "--dropout", "0.3", "--threads", "1").done();
        convolutional("c", "--epochs", "1", "--dropout", "0.3").done();
        convolutional("none", "--epochs", "2").done();
        Outcome.of("train", "--resume", folder.resolve("c"), "--epochs", "2").done();
        assertArrayEquals(model("a"), model("b"));
        assertArrayEquals(model("a"), model("c"));
        assertArrayEquals(state("a"), state("c"));
        assertFalse(Arrays.equals(model("a"), model("none")));
    }

    @Test
    void languageModelsLearnAndWrite() {
        for (String kind : List.of("lstm", "transformer")) {
            String said = language(kind, kind, "--epochs", "30", "--dropout", "0.01").done();
            assertTrue(said.contains("loss per character: 0.") && said.contains("a sample:") && said.contains("both agree"), said);
            Path model = folder.resolve(kind);
            String first = Outcome.of("sample", "--model", model, "--prompt", "the ", "--length", "40", "--seed", "3").done();
            assertEquals(first, Outcome.of("sample", "--model", model, "--prompt", "the ", "--length", "40", "--seed", "3").done());
            assertTrue(first.startsWith("the ") && first.strip().length() > 30 && first.contains("at"), first);
            assertFalse(first.equals(Outcome.of("sample", "--model", model, "--prompt", "the ", "--length", "40", "--seed", "4", "--temperature", "3").done()));
            Outcome.of("sample", "--model", model, "--prompt", "the é").refused("character 'é' at place 4", "vocabulary");
            Outcome.of("sample", "--model", model, "--temperature", "0").refused("--temperature is 0.0");
        }
        language("t1", "transformer", "--epochs", "1").done();
        Outcome.of("train", "--resume", folder.resolve("t1"), "--epochs", "2").done();
        language("t2", "transformer", "--epochs", "2").done();
        assertArrayEquals(state("t2"), state("t1"));
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        Path none = folder.resolve("no");
        train("x", text.resolve("a.txt"), "--model", "charlm-lstm", "--length", "100").refused("windows of 100 characters", "at least 101");
        train("x", images, "--model", "charlm-lstm").refused("has no .txt");
        train("x", none, "--model", "charlm-transformer").refused(none.toString());
        Outcome.of("train", "--model", "charlm-lstm", "--out", folder.resolve("x")).refused("--data", "text");
        language("x", "transformer", "--hidden", "10").refused("--hidden");
        train("x", images, "--model", "cnn", "--hidden", "3").refused("--hidden is [3]", "three");
        train("x", images, "--dropout", "0.5").refused("--dropout", "mlp");
        train("x", images, "--length", "5").refused("--length");
        assertFalse(Files.exists(folder.resolve("x")));
        convolutional("c", "--epochs", "1").done();
        Outcome.of("sample", "--model", folder.resolve("c")).refused("no language model");
        language("l", "lstm", "--epochs", "1").done();
        Outcome.of("predict", "--model", folder.resolve("l"), folder.resolve("x.png")).refused("was not written by");
        Outcome.of("sample", "--model", folder.resolve("x")).refused("charlm");
        // All that does not fit, at once.
        Files.copy(folder.resolve("c/predict.graph"), folder.resolve("l/predict.graph"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Outcome.of("sample", "--model", folder.resolve("l")).refused("does not predict one of the");
        byte[] before = model("c");
        Files.copy(folder.resolve("l/model.safetensors"), folder.resolve("m.safetensors"));
        assertArrayEquals(before, model("c"));
    }

    private static void picture(Path file, int height, int width, int light) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < height * width; i++) {
            image.getRaster().setSample(i % width, i / width, 0, light + i % 7);
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    @Test
    void foldersOfImages() throws IOException {
        Path data = folder.resolve("pictures");
        for (int i = 0; i < 12; i++) {
            picture(data.resolve("train/dark/" + i + ".png"), 5, 6, 10 + i);
            picture(data.resolve("train/light/" + i + ".png"), 5, 6, 200 + i);
        }
        picture(data.resolve("test/dark/a.png"), 5, 6, 30);
        picture(data.resolve("test/light/b.png"), 5, 6, 190);
        String said = train("p", data, "--model", "softmax", "--epochs", "20", "--batch", "8", "--lr", "0.1", "--decay", "1").done();
        assertTrue(said.contains("24 training and 2 test images of 5 x 6, 2 classes") && said.contains("test accuracy: 1.0000"), said);
        assertTrue(Outcome.of("predict", "--model", folder.resolve("p"), "--no-invert", data.resolve("test/light/b.png")).done().contains(": light ("));
        picture(data.resolve("test/odd/c.png"), 5, 6, 1);
        train("q", data).refused("[odd]", "train has none");
        Files.delete(data.resolve("test/odd/c.png"));
        Files.delete(data.resolve("test/odd"));
        picture(data.resolve("train/light/z.png"), 4, 6, 1);
        train("q", data).refused("z.png", "is 4 x 6", "one size");
        Files.writeString(data.resolve("train/light/z.png"), "no image");
        train("q", data).refused("z.png", "is no image");
        assertFalse(Files.exists(folder.resolve("q")));
    }
}
