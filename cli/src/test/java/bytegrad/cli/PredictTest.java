package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Safetensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classifying image files with a model that was trained on three bands. */
class PredictTest {
    private static final String[] NAMES = {"high", "middle", "low"};

    @TempDir
    private static Path folder;

    private static Path model = Path.of("");

    @BeforeAll
    static void train() throws IOException {
        Path data = TinyData.in(folder.resolve("data"));
        Files.write(data.resolve("labels.txt"), Arrays.asList(NAMES));
        model = folder.resolve("model");
        Outcome.of("train", "--data", data, "--out", model, "--hidden", "8", "--batch", "10", "--epochs", "12", "--lr", "0.01", "--decay", "1")
                .done();
    }

    /** An image with a band at one third of its height, by default light on dark. */
    private static Path picture(String name, int scale, int band, boolean inverted, int type) throws IOException {
        BufferedImage image = new BufferedImage(TinyData.WIDTH * scale, TinyData.HEIGHT * scale, type);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int grey = y / (3 * scale) == band != inverted ? 0xE0 : 0x20;
                image.setRGB(x, y, 0xFF000000 | grey * 0x010101);
            }
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    @Test
    void namesTheClassOfEachImage() throws IOException {
        for (int band = 0; band < NAMES.length; band++) {
            Path small = picture("small.png", 1, band, false, BufferedImage.TYPE_INT_RGB);
            Path large = picture("large.png", 5, band, false, BufferedImage.TYPE_INT_ARGB);
            String said = Outcome.of("predict", "--model", model, small, large).done();
            assertEquals(2, said.lines().count());
            assertTrue(said.lines().allMatch(l -> l.matches(".*(small|large)\\.png: .*")), said);
            String name = NAMES[band];
            assertTrue(said.lines().allMatch(l -> l.contains(".png: " + name + " (" + name + " ")), said);
        }
    }

    @Test
    void darkOnLightIsSwappedUnlessForbidden() throws IOException {
        Path dark = picture("dark.png", 2, 1, true, BufferedImage.TYPE_INT_RGB);
        String swapped = Outcome.of("predict", "--model", model, dark).done();
        assertTrue(swapped.contains(": middle (") && swapped.contains("light and dark swapped"), swapped);
        assertTrue(!Outcome.of("predict", "--model", model, "--no-invert", dark).done().contains("swapped"));
        Path light = picture("light.png", 2, 1, false, BufferedImage.TYPE_INT_RGB);
        assertTrue(Outcome.of("predict", "--model", model, "--invert", light).done().contains("swapped"));
    }

    @Test
    void aBadImageIsOneLineAndTheOthersAreAnswered() throws IOException {
        Path good = picture("good.png", 1, 2, false, BufferedImage.TYPE_INT_RGB);
        Path cut = folder.resolve("cut.png");
        byte[] bytes = Files.readAllBytes(good);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        Outcome.of("predict", "--model", model, folder.resolve("none.png"), good).refused("none.png: no such file");
        Outcome.of("predict", "--model", model, folder, good).refused("is not a file");
        Outcome mixed = Outcome.of("predict", "--model", model, cut, good);
        mixed.refused("cut.png: is a damaged image");
        assertTrue(mixed.out().contains("good.png: low"), mixed.out());
        Path text = Files.writeString(folder.resolve("text.png"), "no image");
        Outcome.of("predict", "--model", model, text).refused("text.png: is no image");
    }

    @Test
    void aBadModelIsOneLine() throws IOException {
        Path image = picture("any.png", 1, 2, false, BufferedImage.TYPE_INT_RGB);
        Outcome.of("predict", image).refused("--model");
        Outcome.of("predict", "--model", folder.resolve("nowhere"), image).refused("nowhere: no such folder");
        Path copy = Files.createDirectory(folder.resolve("copy"));
        Outcome.of("predict", "--model", copy, image).refused("model.safetensors", "no such file");
        Files.copy(model.resolve("model.safetensors"), copy.resolve("model.safetensors"));
        Outcome.of("predict", "--model", copy, image).refused("predict.graph", "no such file");
        Files.copy(model.resolve("train.graph"), copy.resolve("predict.graph"));
        Outcome.of("predict", "--model", copy, image).refused("predict.graph", "no output \"probabilities\"");
        Files.writeString(copy.resolve("predict.graph"), "graph\nx: f32[2,2] = lost\n");
        Outcome.of("predict", "--model", copy, image).refused("predict.graph:2:");
        String graph = Files.readString(model.resolve("predict.graph"));
        Files.writeString(copy.resolve("predict.graph"), graph.replace("\"dense1.weight\"", "\"Wx\""));
        Outcome.of("predict", "--model", copy, image).refused("model.safetensors", "\"Wx\"");
    }

    @Test
    void checkNanNamesTheParameterThatIsNot() throws IOException {
        Path image = picture("any.png", 1, 2, false, BufferedImage.TYPE_INT_RGB);
        assertEquals(Outcome.of("predict", "--model", model, image).done(), Outcome.of("predict", "--check-nan", "--model", model, image).done());
        Path copy = Files.createDirectory(folder.resolve("poisoned"));
        Files.copy(model.resolve("predict.graph"), copy.resolve("predict.graph"));
        Safetensors file = Safetensors.read(model.resolve("model.safetensors"));
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.putAll(file.tensors());
        parameters.get("dense1.weight").floats()[3] = Float.NaN;
        Safetensors.write(copy.resolve("model.safetensors"), parameters, file.metadata());
        Outcome.of("predict", "--check-nan", "--model", copy, image).failed(Main.FAILED, "NaN in dense1.weight[0,3]", "so it was set");
    }
}
