package bytegrad.runtime.io;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files whose fields lie, while all around is well-formed, so that readers come far: they answer with tensors or a FormatException, soon, and never make much more than
 * their limit.
 */
class HostileFilesTest {
    private static final int ROUNDS = Integer.getInteger("bytegrad.fuzz.rounds", 500);
    private static final long LIMIT = 1 << 20;

    /** An array that grows is made anew each time; buffers and the JDK's own tables are more. */
    private static final long MOST_ALLOCATED = 8 * LIMIT;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final String[] NUMBERS = {
        "0", "1", "2", "7", "8", "-1", "255", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "9007199254740993", "999999999999999999",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e3", "1e999", "0.5", "[]", "{}", "\"1\"", "null", "true"
    };

    private static final int[] FIELDS = {0, 1, 2, 7, 8, 9, 12, 93, 99, 255, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, -1, 0x04034b50};

    @TempDir
    Path folder;

    private final Random random = new Random(FileCorpus.SEED);

    private interface Maker {
        byte[] next() throws IOException;
    }

    /** Reads files as they come, and counts how many are refused. */
    private int read(Maker maker) {
        int[] refused = {0};
        assertTimeoutPreemptively(Duration.ofSeconds(120 + ROUNDS / 20), () -> {
            for (int round = 0; round < ROUNDS; round++) {
                Path file = FileCorpus.file(folder, maker.next());
                long before = THREADS.getCurrentThreadAllocatedBytes();
                try {
                    if (round % 2 == 0) {
                        TensorFile.read(file);
                    } else {
                        Npz.read(file, LIMIT);
                    }
                } catch (FormatException e) {
                    refused[0]++;
                    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
                }
                long made = THREADS.getCurrentThreadAllocatedBytes() - before;
                assertTrue(made < MOST_ALLOCATED, made + " bytes in round " + round);
            }
        });
        return refused[0];
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> all = new TreeMap<>();
        for (ElementType type : ElementType.values()) {
            if (type != ElementType.BF16) {
                all.put("t" + type.text(), FileCorpus.random(random, type, random.nextInt(3), 1 + random.nextInt(4), 2));
            }
        }
        return all;
    }

    private byte[] written(Map<String, Tensor> tensors, java.util.function.BiConsumer<Path, Map<String, Tensor>> writer) {
        Path file = folder.resolve("valid");
        writer.accept(file, tensors);
        return FileCorpus.bytes(file);
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Replaces one to three numbers or names of a text. */
    private String lying(String text, Pattern what, String[] by) {
        String lie = text;
        for (int i = random.nextInt(3); i >= 0; i--) {
            List<MatchResult> places = what.matcher(lie).results().toList();
            if (!places.isEmpty()) {
                MatchResult at = any(places);
                lie = lie.substring(0, at.start()) + by[random.nextInt(by.length)] + lie.substring(at.end());
            }
        }
        return lie;
    }

    @Test
    void headersOfSafetensors() {
        Pattern number = Pattern.compile("(?<=[\\[,])\\d+|(?<=:)\\[[\\d,]*\\]|\\d+(?=\\])");
        Pattern name = Pattern.compile("(?<=\")[^\"]*(?=\")");
        String[] names = {"F64", "U8", "F16", "", "__metadata__", "dtype", "shape", "data_offsets", "tf32", "ti64", "../../x", "\\u0000", "\\ud800"};
        int refused = read(() -> {
            byte[] valid = written(tensors(), (p, t) -> Safetensors.write(p, t, Map.of("k", "v")));
            int length = (int) ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getLong();
            String header = new String(valid, 8, length, StandardCharsets.UTF_8);
            byte[] lie = (random.nextInt(3) > 0 ? lying(header, number, NUMBERS) : lying(header, name, names)).getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(8 + lie.length + valid.length - 8 - length).order(ByteOrder.LITTLE_ENDIAN).putLong(lie.length).put(lie)
                    .put(valid, 8 + length, valid.length - 8 - length).array();
        });
        assertTrue(refused > ROUNDS / 2, "only " + refused + " refused");
    }

    @Test
    void directoriesOfArchives() {
        int refused = read(() -> {
            Map<String, Tensor> tensors = tensors();
            byte[] bytes = random.nextBoolean() ? written(tensors, Npz::write) : written(tensors, Npz::writeCompressed);
            ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            List<Integer> records = new ArrayList<>();
            for (int i = 0; i + 4 < bytes.length; i++) {
                if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] < 8 && bytes[i + 3] < 9) {
                    records.add(i);
                }
            }
            for (int k = random.nextInt(3); k >= 0; k--) {
                int at = any(records) + 4 + random.nextInt(42);
                int value = FIELDS[random.nextInt(FIELDS.length)];
                if (at + 4 <= bytes.length && random.nextBoolean()) {
                    zip.putInt(at, value);
                } else if (at + 2 <= bytes.length) {
                    zip.putShort(at, (short) value);
                }
            }
            return bytes;
        });
        assertTrue(refused > ROUNDS / 4, "only " + refused + " refused");
    }

    private static byte[] zip(Map<String, byte[]> entries, boolean stored) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> named : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(named.getKey());
                if (stored) {
                    CRC32 crc = new CRC32();
                    crc.update(named.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(named.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(named.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void arraysInArchives() {
        Pattern what = Pattern.compile("\\d+|True|False|'[^']*'|\\(.*\\)");
        String[] by = {"0", "-1", "3", "2147483647", "4294967296", "99999999999999999999", "True", "False", "None", "'<f8'", "'|O'", "'<U9'", "'shape'", "()", "(1,)", "(1,1,1,1,1,1,1,1,1)",
            "(65536, 65536)", "[('a', '<f4')]", "__import__('os')", "{}"};
        int refused = read(() -> {
            Map<String, byte[]> entries = new TreeMap<>();
            for (Map.Entry<String, Tensor> named : tensors().entrySet()) {
                ByteArrayOutputStream npy = new ByteArrayOutputStream();
                Npy.writeTo(npy, named.getValue());
                byte[] valid = npy.toByteArray();
                int length = ByteBuffer.wrap(valid).order(ByteOrder.LITTLE_ENDIAN).getShort(8);
                byte[] header = new String(valid, 10, length, StandardCharsets.US_ASCII).getBytes(StandardCharsets.US_ASCII);
                if (random.nextInt(6) == 0) {
                    header = lying(new String(header, StandardCharsets.US_ASCII), what, by).getBytes(StandardCharsets.US_ASCII);
                }
                byte[] lie = ByteBuffer.allocate(10 + header.length + valid.length - 10 - length).order(ByteOrder.LITTLE_ENDIAN).put(valid, 0, 8).putShort((short) header.length)
                        .put(header).put(valid, 10 + length, valid.length - 10 - length).array();
                entries.put((random.nextInt(9) == 0 ? "../../" : "") + named.getKey() + ".npy", lie);
            }
            return zip(entries, random.nextBoolean());
        });
        assertTrue(refused > ROUNDS / 4, "only " + refused + " refused");
    }

    /** A kilobyte of zip for each megabyte of zeros, which the header declares as one element, as all of them, and as more than there are. */
    @Test
    void bombs() throws IOException {
        byte[] zeros = new byte[64 << 20];
        for (String shape : List.of("()", "(67108864,)", "(2147483647,)", "(1024, 1024, 512)")) {
            byte[] npy = NpyTest.npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': " + shape + "}", zeros);
            byte[] bomb = zip(Map.of("a.npy", npy), false);
            assertTrue(bomb.length < 200_000);
            Path file = FileCorpus.file(folder, bomb);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            org.junit.jupiter.api.Assertions.assertThrows(FormatException.class, () -> Npz.read(file, LIMIT));
            long made = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertTrue(made < MOST_ALLOCATED, made + " bytes for " + shape);
        }
    }
}
