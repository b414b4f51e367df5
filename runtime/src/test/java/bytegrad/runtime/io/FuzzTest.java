package bytegrad.runtime.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files: a reader answers with tensors or a FormatException, soon, and within its limit of 1 MiB. */
class FuzzTest {
    private static final int ROUNDS = Integer.getInteger("bytegrad.fuzz.rounds", 500);
    private static final long LIMIT = 1 << 20;

    @TempDir
    Path folder;

    private final Random random = new Random(FileCorpus.SEED);

    private final Map<String, Tensor> tensors = Map.of(
            "w", FileCorpus.random(random, ElementType.F32, 3, 4),
            "b", FileCorpus.random(random, ElementType.F64, 5),
            "n", FileCorpus.random(random, ElementType.I64),
            "m", FileCorpus.random(random, ElementType.BOOL, 2, 2),
            "e", FileCorpus.random(random, ElementType.I32, 0, 3));

    private void fuzz(Consumer<Path> writer, Consumer<Path> reader) {
        Path valid = folder.resolve("valid");
        writer.accept(valid);
        byte[] bytes = FileCorpus.bytes(valid);
        reader.accept(valid);
        int[] refused = {0};
        assertTimeoutPreemptively(Duration.ofSeconds(120 + ROUNDS / 50), () -> {
            for (int round = 0; round < ROUNDS; round++) {
                Path path = FileCorpus.file(folder, damage(bytes));
                try {
                    reader.accept(path);
                } catch (FormatException e) {
                    refused[0]++;
                    assertFalse(e.getMessage().contains("\n"), e.getMessage());
                    assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
                }
            }
        });
        assertTrue(refused[0] > ROUNDS / 10, "only " + refused[0] + " refused");
    }

    /** Flips bits, overwrites with extreme bytes, copies runs, cuts, or adds: one to four times. */
    private byte[] damage(byte[] valid) {
        byte[] bytes = valid.clone();
        byte[] extremes = {0, 1, -1, 127, -128, '{', '"', ' ', '9', '-'};
        for (int i = random.nextInt(4); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 4, 5 -> bytes[at] = extremes[random.nextInt(extremes.length)];
                case 6 -> {
                    int from = random.nextInt(bytes.length);
                    int count = Math.min(random.nextInt(32), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, count);
                }
                default -> bytes = Arrays.copyOf(bytes, random.nextInt(10) == 0 ? bytes.length + 1 : at);
            }
        }
        return bytes;
    }

    @Test
    void idx() {
        fuzz(path -> Idx.ofUnsignedBytes(new byte[24], 2, 3, 4).write(path), path -> Idx.read(path, LIMIT));
        fuzz(path -> Idx.of(Tensor.of(new float[6], 2, 3)).write(path), path -> Idx.read(path, LIMIT));
    }

    @Test
    void idxInGzip() {
        byte[] values = new byte[3000];
        random.nextBytes(values);
        fuzz(path -> Idx.ofUnsignedBytes(values, 3, 1000).writeGzip(path), path -> Idx.read(path, LIMIT));
    }

    @Test
    void npy() {
        fuzz(path -> Npy.write(path, Tensor.of(new double[6], 2, 3)), path -> Npy.read(path, LIMIT));
        fuzz(path -> Npy.write(path, Tensor.of(new boolean[6], 2, 3)), path -> Npy.read(path, LIMIT));
    }

    @Test
    void npz() {
        fuzz(path -> Npz.write(path, tensors), path -> Npz.read(path, LIMIT));
        fuzz(path -> Npz.writeCompressed(path, tensors), path -> Npz.read(path, LIMIT));
    }

    @Test
    void safetensors() {
        fuzz(path -> Safetensors.write(path, tensors, Map.of("k", "v")), path -> Safetensors.read(path, LIMIT));
    }

    @Test
    void json() {
        String text = "{\"a\":[1,2.5,-3e7,{}],\"b\":\"t\\u00e9xt \\ud83d\\ude42\",\"c\":[true,null]}";
        Json json = Json.parse("text", text.getBytes(StandardCharsets.US_ASCII));
        fuzz(json::write, path -> Json.read(path, 1 << 16));
    }
}
