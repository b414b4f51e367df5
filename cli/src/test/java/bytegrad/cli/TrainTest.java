package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.States;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training end to end, on data of a few images. */
class TrainTest {
    @TempDir
    private Path folder;

    private Path data = Path.of("");

    @BeforeEach
    void makeData() throws IOException {
        data = TinyData.in(folder.resolve("data"));
    }

    private Outcome train(String out, Object... more) {
        Object[] words = {"train", "--data", data, "--hidden", "9,5", "--out", folder.resolve(out)};
        return Outcome.of(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    }

    /** In steps that are large and many enough to learn from 90 images. */
    private Outcome trainWell(String out, Object... more) {
        Object[] words = {"--batch", "16", "--lr", "0.01", "--decay", "0.95"};
        return train(out, Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    }

    private byte[] parameters(String out) throws IOException {
        return Files.readAllBytes(folder.resolve(out).resolve("model.safetensors"));
    }

    private Map<String, Tensor> states(String out) {
        return Safetensors.read(folder.resolve(out).resolve("state.safetensors")).tensors();
    }

    private Json.Obj metrics(String out) {
        return (Json.Obj) Json.read(folder.resolve(out).resolve("metrics.json"), 1 << 20);
    }

    @Test
    void leavesFilesThatCanBeUsed() throws IOException {
        String said = trainWell("a", "--epochs", "12").done();
        assertTrue(said.contains("90 training and 37 test images of 8 x 6, 3 classes"), said);
        assertTrue(said.contains("mlp 48-9-5-3, 509 parameters"), said);
        assertTrue(said.contains("epoch 12/12  loss "), said);
        assertTrue(said.contains("test accuracy: 1.0000"), said);
        assertTrue(said.contains("times faster; both agree"), said);
        assertFalse(said.contains("\u001b") || said.contains("\r"), "no codes when not on a terminal");

        Path out = folder.resolve("a");
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(
                    List.of("curve.png", "metrics.json", "model.safetensors", "predict.graph", "predictions.png", "state.safetensors", "state.safetensors.previous", "train.graph"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        assertEquals(List.of("dense1.bias", "dense1.weight", "dense2.bias", "dense2.weight", "head.bias", "head.weight"), List.copyOf(Safetensors.read(out.resolve("model.safetensors")).tensors().keySet()));
        assertEquals(6, GraphParser.parse(out.resolve("predict.graph")).inputs().size() - 1);
        assertEquals(2, GraphParser.parse(out.resolve("train.graph")).outputs().size());
        assertTrue(ImageIO.read(out.resolve("curve.png").toFile()).getWidth() > 100);
        assertTrue(ImageIO.read(out.resolve("predictions.png").toFile()).getWidth() > 100);
        Json.Obj metrics = metrics("a");
        assertEquals(12, ((Json.Arr) metrics.get("epochs").orElseThrow()).items().size());
        assertEquals(new Json.Num("1.0"), metrics.get("test_accuracy").orElseThrow());
        assertEquals(Json.of(true), ((Json.Obj) metrics.get("comparison").orElseThrow()).get("agrees").orElseThrow());
    }

    @Test
    void aBudgetIsKeptAndChangesNoBit() throws IOException {
        String said = train("a", "--epochs", "1").done();
        String refused = train("b", "--epochs", "1", "--memory", "1").err();
        Matcher least = Pattern.compile("least achievable ([0-9,]+) B").matcher(refused);
        assertTrue(least.find() && said.contains("memory  of a step: planned "), said + refused);
        String bytes = least.group(1).replace(",", "");
        String within = train("b", "--epochs", "1", "--memory", bytes).done();
        assertTrue(within.contains("planned " + least.group(1) + " B, measured " + least.group(1) + " B, budget " + least.group(1) + " B"), within);
        assertArrayEquals(parameters("a"), parameters("b"));
        Json.Obj memory = (Json.Obj) metrics("b").get("memory").orElseThrow();
        assertEquals(Json.of(Long.parseLong(bytes)), memory.get("measured_bytes").orElseThrow());
        assertEquals(Json.of(Long.parseLong(bytes)), memory.get("budget_bytes").orElseThrow());
    }

    @Test
    void sameSeedSameBits() throws IOException {
        trainWell("a", "--epochs", "2", "--seed", "5").done();
        trainWell("b", "--epochs", "2", "--seed", "5").done();
        trainWell("c", "--epochs", "2", "--seed", "6").done();
        assertArrayEquals(parameters("a"), parameters("b"));
        assertFalse(Arrays.equals(parameters("a"), parameters("c")));
    }

    @Test
    void resumedIsUninterruptedForEveryOptimizer() throws IOException {
        for (String optimizer : List.of("sgd", "momentum", "nesterov", "adam")) {
            trainWell(optimizer + "4", "--optimizer", optimizer, "--epochs", "4").done();
            trainWell(optimizer + "2", "--optimizer", optimizer, "--epochs", "2").done();
            String said = Outcome.of("train", "--resume", folder.resolve(optimizer + "2"), "--epochs", "4").done();
            assertTrue(said.contains("after 2 epochs") && said.contains("epoch 3/4") && !said.contains("epoch 2/4"), said);
            assertArrayEquals(parameters(optimizer + "4"), parameters(optimizer + "2"), optimizer);
            assertEquals(states(optimizer + "4"), states(optimizer + "2"), optimizer);
            assertEquals(4, ((Json.Arr) metrics(optimizer + "2").get("epochs").orElseThrow()).items().size());
        }
    }

    @Test
    void goesOnFromTheCheckpointBeforeWhereTheLastIsDamaged() throws IOException {
        trainWell("whole", "--epochs", "3").done();
        trainWell("damaged", "--epochs", "2", "--save-every", "2").done();
        Path state = folder.resolve("damaged/state.safetensors");
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length - 9] ^= 4;
        Files.write(state, bytes);
        Path litter = Files.createFile(folder.resolve("damaged/.metrics.json." + (1L << 40) + ".1.tmp"));
        String said = Outcome.of("train", "--resume", folder.resolve("damaged"), "--epochs", "3").done();
        assertTrue(said.contains("after 1 epochs and"), said);
        assertEquals(states("whole"), states("damaged"));
        assertArrayEquals(parameters("whole"), parameters("damaged"));
        assertFalse(Files.exists(litter));
    }

    @Test
    void resumesIntoAnotherFolderAndLeavesTheFirstAlone() throws IOException {
        trainWell("a", "--epochs", "1").done();
        byte[] before = parameters("a");
        Outcome.of("train", "--resume", folder.resolve("a"), "--epochs", "2", "--out", folder.resolve("b")).done();
        assertArrayEquals(before, parameters("a"));
        trainWell("c", "--epochs", "2").done();
        assertArrayEquals(parameters("c"), parameters("b"));
    }

    @Test
    void enginesAgree() {
        trainWell("compiled", "--epochs", "2", "--l1", "0.001", "--l2", "0.01").done();
        trainWell("interpreted", "--epochs", "2", "--l1", "0.001", "--l2", "0.01", "--engine", "interpreter").done();
        Map<String, Tensor> interpreted = states("interpreted");
        states("compiled").forEach((name, t) -> assertArrayEquals(interpreted.get(name).floats(), t.floats(), 1e-4f, name));
    }

    @Test
    void softmaxAndBatchesThatDefaultToTheData() {
        String said = Outcome.of("train", "--data", data, "--model", "softmax", "--epochs", "1", "--out", folder.resolve("s")).done();
        assertTrue(said.contains("softmax 48-3, 147 parameters") && said.contains("batch 64"), said);
        train("all", "--batch", "90", "--epochs", "1").done();
        train("more", "--batch", "91", "--epochs", "1").refused("--batch 91", "only 90");
        assertFalse(Files.exists(folder.resolve("more")));
    }

    @Test
    void anExistingFolderIsRefusedWithoutForce() throws IOException {
        train("a", "--epochs", "1").done();
        byte[] before = parameters("a");
        train("a", "--epochs", "1", "--seed", "9").refused("--out", "--force", folder.resolve("a").toString());
        assertArrayEquals(before, parameters("a"));
        Files.writeString(folder.resolve("a/mine.txt"), "kept");
        train("a", "--epochs", "1", "--seed", "9", "--force").done();
        assertFalse(Arrays.equals(before, parameters("a")));
        assertEquals("kept", Files.readString(folder.resolve("a/mine.txt")));
        Files.createDirectory(folder.resolve("empty"));
        train("empty", "--epochs", "1").done();
        train("a/mine.txt").refused("is a file");
    }

    @Test
    void divergenceStopsNamesTheNodeAndKeepsTheLastGoodCheckpoint() {
        train("n", "--optimizer", "sgd", "--lr", "1e30", "--epochs", "2")
                .failed(Main.FAILED, "epoch 2, step 1: ", "; its operands: ", " finite", "launched at Graph.kernels:", "--lr");
        Map<String, Tensor> kept = states("n");
        assertTrue(States.areFinite(kept.values()), "the checkpoint is of before");
        assertFalse(kept.isEmpty());
    }

    @Test
    void checkNanNamesStepNodeAndLineAndChangesNoBit() throws IOException {
        train("c", "--optimizer", "sgd", "--lr", "1e30", "--epochs", "2", "--check-nan")
                .failed(Main.FAILED, "epoch ", ", step ", " in ", "f32[", "; its operands: ", "launched at Graph.kernels:");
        assertTrue(States.areFinite(states("c").values()), "the checkpoint is of before");
        train("plain", "--epochs", "1").done();
        train("checked", "--epochs", "1", "--check-nan").done();
        assertArrayEquals(parameters("plain"), parameters("checked"));
        train("both", "--engine", "interpreter", "--check-nan").refused("--check-nan", "interpreter");
    }
}
