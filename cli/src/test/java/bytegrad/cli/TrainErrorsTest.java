package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import bytegrad.runtime.io.Idx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training is refused for: one line, exit code 2, and no output folder. */
class TrainErrorsTest {
    @TempDir
    private Path folder;

    private Path data = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void makeData() throws IOException {
        data = TinyData.in(folder.resolve("data"));
        out = folder.resolve("out");
    }

    @AfterEach
    void nothingIsWritten() {
        assertFalse(Files.exists(out));
    }

    private Outcome train(Object... more) {
        Object[] words = {"train", "--data", data, "--hidden", "4", "--epochs", "1", "--out", out};
        return Outcome.of(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray());
    }

    private Path file(String name) {
        return data.resolve(name);
    }

    @Test
    void budgetsThatCannotBeKept() {
        train("--memory", "1KB").refused("memory budget 1,000 B cannot be met", "least achievable");
        train("--memory", "-5").refused("--memory", "at least a byte");
        train("--memory", "5 apples").refused("--memory", "unit");
        train("--memory", "5MB", "--engine", "interpreter").refused("--memory is about compiled code");
    }

    @Test
    void missingFiles() throws IOException {
        Files.delete(file("t10k-labels-idx1-ubyte"));
        train().refused(data.toString(), "has no t10k-labels-idx1-ubyte");
        data = folder.resolve("nowhere");
        train().refused(data + ": no such folder");
    }

    @Test
    void truncatedFiles() throws IOException {
        for (String name : new String[] {"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz"}) {
            byte[] bytes = Files.readAllBytes(file(name));
            for (int length : new int[] {0, 3, 11, bytes.length - 1}) {
                Files.write(file(name), Arrays.copyOf(bytes, length));
                train().refused(name);
            }
            Files.write(file(name), bytes);
        }
    }

    @Test
    void lyingHeaders() throws IOException {
        byte[] bytes = Files.readAllBytes(file("train-images-idx3-ubyte"));
        bytes[4] = 0x7f;
        Files.write(file("train-images-idx3-ubyte"), bytes);
        train().refused("train-images-idx3-ubyte");
        bytes[4] = 0;
        bytes[7] = (byte) (TinyData.TRAINING - 1);
        Files.write(file("train-images-idx3-ubyte"), bytes);
        train().refused("train-images-idx3-ubyte", "follow");
    }

    @Test
    void countsThatDiffer() {
        TinyData.labels(TinyData.TRAINING - 1).writeGzip(file("train-labels-idx1-ubyte.gz"));
        train().refused("89 labels", "has 90 images");
    }

    @Test
    void labelsOutOfRange() throws IOException {
        byte[] labels = TinyData.labels(TinyData.TEST).unsignedBytes();
        labels[5] = (byte) 200;
        Idx.ofUnsignedBytes(labels, TinyData.TEST).write(file("t10k-labels-idx1-ubyte"));
        train().refused("test image 5 has label 200", "3 classes");
        TinyData.in(data);
        Files.writeString(file("labels.txt"), "low\nmiddle\n");
        train().refused("training image 2 has label 2", "names 2 classes");
    }

    @Test
    void wrongKinds() throws IOException {
        TinyData.labels(TinyData.TRAINING).write(file("train-images-idx3-ubyte"));
        train().refused("train-images-idx3-ubyte", "rank 3");
        TinyData.in(data);
        Idx.ofUnsignedBytes(new byte[TinyData.TEST * 30], TinyData.TEST, 5, 6).writeGzip(file("t10k-images-idx3-ubyte.gz"));
        train().refused("training images are 8 x 6 but test images are 5 x 6");
        TinyData.in(data);
        Idx.ofUnsignedBytes(new byte[TinyData.TRAINING], TinyData.TRAINING).writeGzip(file("train-labels-idx1-ubyte.gz"));
        Idx.ofUnsignedBytes(new byte[TinyData.TEST], TinyData.TEST).write(file("t10k-labels-idx1-ubyte"));
        train().refused("all images are of one class");
        Idx.ofUnsignedBytes(new byte[0], 0).writeGzip(file("train-labels-idx1-ubyte.gz"));
        Idx.ofUnsignedBytes(new byte[0], 0, 8, 6).write(file("train-images-idx3-ubyte"));
        train().refused("no images");
    }

    @Test
    void options() {
        train("--batch", "0").refused("--batch");
        train("--lr", "-1").refused("--lr");
        train("--lr", "NaN").refused("--lr");
        train("--decay", "0").refused("--decay");
        train("--l2", "-0.1").refused("--l2");
        train("--threads", "0").refused("--threads is 0 but must be 1 to 1024");
        Outcome.of("train", "--data", folder.resolve("none"), "--threads", "5000").refused("--threads is 5000 but must be 1 to 1024");
        Outcome.of("train", "--model", "cnm").refused("Invalid value for option '--model': 'cnm' is none of mlp, softmax, cnn, resnet, charlm-lstm, charlm-transformer");
        train("--save-every", "0").refused("--save-every is 0");
        train("--optimizer", "best").refused("--optimizer", "best");
        train("--model", "softmax").refused("--hidden");
        train("--epoch", "1").refused("--epoch");
        train("--hidden").refused("--hidden");
        Outcome.of().refused("no command", "train");
        Outcome.of("fit").refused("no command 'fit'", "train");
    }

    @Test
    void resumingWhatIsNoTraining() throws IOException {
        Outcome.of("train", "--resume", folder.resolve("none")).refused("--resume", "no such folder");
        Outcome.of("train", "--resume", data).refused("state.safetensors", "no such file");
        Path other = Files.createDirectory(folder.resolve("other"));
        bytegrad.runtime.io.Safetensors.write(other.resolve("state.safetensors"), java.util.Map.of());
        Outcome.of("train", "--resume", other).refused("state.safetensors", "is no checkpoint");
    }

    @Test
    void resumingOnOtherDataOrWithOtherSettings() throws IOException {
        Path first = folder.resolve("first");
        Outcome.of("train", "--data", data, "--hidden", "4", "--epochs", "1", "--out", first).done();
        Outcome.of("train", "--resume", first).refused("1 of 1 epochs are done", "--epochs");
        Outcome.of("train", "--resume", first, "--epochs", "2", "--lr", "1", "--seed", "2").refused("--lr, --seed", "--resume");
        byte[] state = Files.readAllBytes(first.resolve("state.safetensors"));
        byte[] previous = Files.readAllBytes(first.resolve("state.safetensors.previous"));
        Files.write(first.resolve("state.safetensors"), Arrays.copyOf(state, state.length - 1));
        Files.write(first.resolve("state.safetensors.previous"), Arrays.copyOf(previous, 100));
        Outcome.of("train", "--resume", first, "--epochs", "2").refused("state.safetensors", "state.safetensors.previous is no way out");
        Files.write(first.resolve("state.safetensors"), state);
        byte[] labels = TinyData.labels(TinyData.TEST).unsignedBytes();
        labels[0] = 1;
        Idx.ofUnsignedBytes(labels, TinyData.TEST).write(file("t10k-labels-idx1-ubyte"));
        Outcome.of("train", "--resume", first, "--epochs", "2").refused("was trained on other data");
    }
}
