package bytegrad.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that are torn, damaged or gone. */
class CheckpointTest {
    private static final Random RANDOM = new Random(Long.getLong("bytegrad.seed", 20260101));

    @TempDir
    private Path dir;

    private Path file = Path.of("");
    private Path previous = Path.of("");

    @BeforeEach
    void names() {
        file = dir.resolve("state.safetensors");
        previous = Checkpoint.previous(file);
        assertEquals(dir.resolve("state.safetensors.previous"), previous);
    }

    private static Checkpoint at(int step) {
        float[] w = new float[300];
        Arrays.fill(w, step);
        return new Checkpoint(new Progress(List.of(), step, Map.of("loss", 0.5), 1), Map.of("w", Tensor.of(w, 3, 100), "n", Tensor.scalar((long) step)), Map.of("k", "v"));
    }

    /** What is read; of a file that is refused, what was written. */
    private static Map<String, Tensor> statesOrNone(Path file) {
        try {
            return Checkpoint.read(file).states();
        } catch (FormatException e) {
            return at(2).states();
        }
    }

    private static byte[] damaged(byte[] bytes, int at) {
        byte[] bad = bytes.clone();
        bad[at] ^= (byte) (1 << RANDOM.nextInt(8));
        return bad;
    }

    @Test
    void theOneBeforeIsKept() throws IOException {
        at(1).write(file);
        assertTrue(Files.notExists(previous));
        at(2).write(file);
        at(3).write(file);
        assertEquals(at(3), Checkpoint.read(file));
        assertEquals(at(2), Checkpoint.read(previous));
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void everyDamagedBitIsSeen() throws IOException {
        at(2).write(file);
        byte[] good = Files.readAllBytes(file);
        assertTrue(Safetensors.isWhole(file));
        int key = new String(good, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("bytegrad.crc32");
        for (int at = 0; at < good.length; at++) {
            Files.write(file, damaged(good, at));
            if (at >= key && at < key + "bytegrad.crc32".length()) {
                // The name of the checksum is damaged, so that there is none; the rest is as it was.
                assertEquals(at(2).states(), statesOrNone(file));
                continue;
            }
            assertThrows(FormatException.class, () -> Checkpoint.read(file), "byte " + at);
            assertFalse(Safetensors.isWhole(file), "byte " + at);
        }
        for (int length = 0; length < good.length; length += 7) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThrows(FormatException.class, () -> Checkpoint.read(file), "length " + length);
            assertFalse(Safetensors.isWhole(file), "length " + length);
        }
        Files.write(file, Arrays.copyOf(good, good.length + 1));
        assertFalse(Safetensors.isWhole(file));
        assertFalse(Safetensors.isWhole(dir));
        assertFalse(Safetensors.isWhole(dir.resolve("none")));
    }

    @Test
    void aDamagedOneGivesWayToTheOneBefore() throws IOException {
        at(1).write(file);
        at(2).write(file);
        byte[] good = Files.readAllBytes(file);
        for (byte[] bad : List.of(damaged(good, good.length - 3), Arrays.copyOf(good, good.length / 2), new byte[0])) {
            Files.write(file, bad);
            assertEquals(List.of("goes on"), warningsOf(() -> assertEquals(at(1), Checkpoint.read(file))));
        }
        // The damaged one is not kept: it would take the place of a whole one.
        at(3).write(file);
        assertEquals(at(1), Checkpoint.read(previous));
        at(4).write(file);
        assertEquals(at(3), Checkpoint.read(previous));
        Files.delete(file);
        assertEquals(at(3), Checkpoint.read(file));
        at(5).write(file);
        assertEquals(at(3), Checkpoint.read(previous));
    }

    private static List<String> warningsOf(Runnable run) {
        List<String> warnings = new java.util.ArrayList<>();
        Logger logger = Logger.getLogger("bytegrad.checkpoint");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add(record.getMessage().contains("the checksum is wrong") || record.getMessage().contains("goes on from ") ? "goes on" : record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            run.run();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        return warnings;
    }

    @Test
    void twoDamagedOnesAreBothNamed() throws IOException {
        at(1).write(file);
        at(2).write(file);
        Files.write(file, damaged(Files.readAllBytes(file), 700));
        Files.write(previous, new byte[3]);
        String message = assertThrows(FormatException.class, () -> Checkpoint.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.contains("the checksum is wrong") && message.contains(previous + " is no way out"), message);
        assertThrows(FormatException.class, () -> Checkpoint.read(dir.resolve("none")));
    }

    @Test
    void otherProgramsReadThem() throws IOException {
        at(7).write(file);
        String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("\"bytegrad.crc32\":\""));
        assertFalse(Safetensors.read(file).metadata().containsKey("bytegrad.crc32"), "it is of this file, not of what is in it");
        // One without a checksum is read as well.
        Safetensors all = Safetensors.read(file);
        Safetensors.write(file, all.tensors(), all.metadata());
        assertEquals(at(7), Checkpoint.read(file));
        assertTrue(Safetensors.isWhole(file));
    }

    /** Only typed errors, whatever is in the file: with the checksum made right again, so that what is behind it is met. */
    @Test
    void hostileProgressIsRefused() throws IOException {
        for (String progress : List.of("", "{", "[]", "{}", "null", "{\"epochs\":{},\"step\":0,\"sums\":{},\"seconds\":0}",
                "{\"epochs\":[],\"step\":1e99,\"sums\":{},\"seconds\":0}", "{\"epochs\":[],\"step\":0,\"sums\":{\"a\":\"b\"},\"seconds\":0}", "[".repeat(100_000))) {
            Safetensors.write(file, Map.of("w", Tensor.scalar(1f)), Map.of("bytegrad.progress", progress));
            String message = assertThrows(FormatException.class, () -> Checkpoint.read(file), progress).getMessage();
            assertTrue(message.startsWith(file.toString()), message);
        }
        Safetensors.write(file, Map.of("w", Tensor.scalar(1f)), Map.of("bytegrad.crc32", "junk"));
        assertThrows(FormatException.class, () -> Checkpoint.read(file));
    }
}
