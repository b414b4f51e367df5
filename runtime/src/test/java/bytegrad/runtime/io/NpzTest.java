package bytegrad.runtime.io;

import static bytegrad.runtime.io.FileCorpus.bytes;
import static bytegrad.runtime.io.FileCorpus.file;
import static bytegrad.runtime.io.FileCorpus.refused;
import static bytegrad.runtime.io.FileCorpus.sameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
    @TempDir
    Path folder;

    private static final byte[] SCALAR =
            NpyTest.npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", (byte) 7);

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : new TreeMap<>(entries).entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] replace(byte[] bytes, String from, String to) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Map<String, Tensor> corpus() {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        FileCorpus.tensors().filter(t -> t.type() != ElementType.BF16).forEach(tensor -> tensors.put("l." + tensors.size() + ".π/" + tensor.typeText(), tensor));
        return tensors;
    }

    @Test
    void tensorsComeBackStoredAndDeflated() {
        Map<String, Tensor> tensors = corpus();
        Path stored = folder.resolve("stored.npz");
        Path deflated = folder.resolve("deflated.npz");
        Npz.write(stored, tensors);
        Npz.writeCompressed(deflated, tensors);
        for (Path path : List.of(stored, deflated)) {
            SortedMap<String, Tensor> back = Npz.read(path);
            assertEquals(List.copyOf(tensors.keySet()), List.copyOf(back.keySet()));
            tensors.forEach((name, tensor) -> assertTrue(sameBits(tensor, back.get(name)), name));
        }
        assertThrows(UnsupportedOperationException.class, () -> Npz.read(stored).clear());
        Npz.write(stored, Map.of());
        assertEquals(Map.of(), Npz.read(stored));
    }

    @Test
    void bytesDoNotDependOnTheTimeOrZone() {
        Map<String, Tensor> tensors = Map.of("b", Tensor.scalar(1), "a", Tensor.scalar(2f));
        Path path = folder.resolve("a.npz");
        Npz.write(path, tensors);
        byte[] bytes = bytes(path);
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            Npz.write(path, new TreeMap<>(tensors));
        } finally {
            TimeZone.setDefault(zone);
        }
        assertArrayEquals(bytes, bytes(path));
    }

    @Test
    void namesAreOnlyNames() throws IOException {
        byte[] zip = zip(Map.of("../../x.npy", SCALAR, "/etc/passwd", SCALAR, ".npy", SCALAR, "d/e.npy.npy", SCALAR));
        SortedMap<String, Tensor> back = Npz.read(file(folder, zip));
        assertEquals(List.of("", "../../x", "/etc/passwd", "d/e.npy"), List.copyOf(back.keySet()));
        assertEquals(Tensor.ofUnsigned(new byte[] {7}), back.get("../../x"));
        assertThrows(WriteException.class, () -> Npz.write(folder.resolve("f"), Map.of("\ud800", Tensor.scalar(1))));
        assertThrows(
                WriteException.class,
                () -> Npz.write(folder.resolve("f"), Map.of("x".repeat(70_000), Tensor.scalar(1))));
    }

    @Test
    void everyCutIsRefused() {
        Path path = folder.resolve("a.npz");
        Map<String, Tensor> tensors = Map.of("a", Tensor.of(new float[3], 3), "b", Tensor.scalar(1L));
        Npz.write(path, tensors);
        byte[] stored = bytes(path);
        Npz.writeCompressed(path, tensors);
        byte[] deflated = bytes(path);
        for (byte[] bytes : List.of(stored, deflated)) {
            for (int length = 0; length < bytes.length; length++) {
                refused(folder, Arrays.copyOf(bytes, length), Npz::read);
            }
        }
    }

    @Test
    void doubleNamesAreRefused() throws IOException {
        byte[] twice = replace(zip(Map.of("aa.npy", SCALAR, "ab.npy", SCALAR)), "ab.npy", "aa.npy");
        refused(folder, twice, Npz::read);
        refused(folder, zip(Map.of("a.npy", SCALAR, "a", SCALAR)), Npz::read, "two entries for the array 'a'");
    }

    @Test
    void otherEntriesAreRefused() throws IOException {
        byte[] text = zip(Map.of("readme.txt", "hello, world".getBytes()));
        refused(folder, text, Npz::read, "'readme.txt': byte 0: is no npy");
        refused(folder, zip(Map.of("folder/", new byte[0])), Npz::read, "entry 'folder/'");
        refused(folder, "nothing of a zip".getBytes(), Npz::read, "is no readable npz");
        FormatException e = assertThrows(FormatException.class, () -> Npz.read(folder.resolve("none")));
        assertEquals(folder.resolve("none") + ": no such file", e.getMessage());
    }

    @Test
    void checksumsAreChecked() throws IOException {
        Path path = folder.resolve("a.npz");
        Npz.write(path, Map.of("a", Tensor.scalar(0x41424344)));
        refused(folder, replace(bytes(path), "DCBA", "DCBB"), Npz::read, "the checksum is wrong");
    }

    @Test
    void bombsEndAtWhatIsDeclaredAndAtTheLimit() throws IOException {
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (16777216,)}";
        byte[] bomb = zip(Map.of("a.npy", NpyTest.npy(1, header, new byte[16 << 20])));
        assertTrue(bomb.length < 100_000);
        refused(folder, bomb, p -> Npz.read(p, (16 << 20) - 1), "over the limit of 16777215");
        assertEquals(16 << 20, Npz.read(file(folder, bomb), 16 << 20).get("a").size());

        byte[] small = NpyTest.npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': ()}", new byte[16 << 20]);
        refused(folder, zip(Map.of("a.npy", small)), Npz::read, "more bytes follow the end");

        byte[] lie = NpyTest.npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647,)}");
        refused(folder, zip(Map.of("a.npy", lie)), p -> Npz.read(p, Long.MAX_VALUE), "ends after 0 of 17179869176");
        refused(folder, zip(Map.of("a.npy", lie)), p -> Npz.read(p, 1 << 30), "over the limit of 1073741824");

        // Many entries share the limit.
        byte[] part = NpyTest.npy(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1000,)}", new byte[1000]);
        byte[] many = zip(Map.of("a.npy", part, "b.npy", part, "c.npy", part));
        refused(folder, many, p -> Npz.read(p, 2_999), "declares 3000 bytes of data, over the limit of 2999");
    }

    @Test
    void storedEntriesThatLieAboutTheirSizeAreRefused() {
        Path path = folder.resolve("a.npz");
        Npz.write(path, Map.of("a", Tensor.scalar(1)));
        byte[] bytes = bytes(path);
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int directory = zip.getInt(bytes.length - 6);
        for (int size : new int[] {0, 1, 131, 133, 1 << 20, 0x7fffffff, 0xfffffffe}) {
            zip.putInt(directory + 20, size).putInt(directory + 24, size);
            refused(folder, bytes, Npz::read);
        }
    }

    /** The file's directory says 4 GiB, and so does the array: the length of the file is what counts. */
    @Test
    void aStoredEntryIsNoLongerThanTheFile() throws IOException {
        byte[] lie = NpyTest.npy(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (1000000000,)}");
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file)) {
            ZipEntry entry = new ZipEntry("a.npy");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(lie.length);
            CRC32 crc = new CRC32();
            crc.update(lie);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(lie);
        }
        byte[] bytes = file.toByteArray();
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int directory = zip.getInt(bytes.length - 6);
        zip.putInt(directory + 20, 0xfffffffe).putInt(directory + 24, 0xfffffffe);
        refused(folder, bytes, p -> Npz.read(p, Long.MAX_VALUE));
    }

    @Test
    void tooManyEntriesAreRefused() throws IOException {
        Path path = folder.resolve("many.npz");
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(path)))) {
            for (int i = 0; i <= Npz.MAX_ENTRIES; i++) {
                zip.putNextEntry(new ZipEntry(Integer.toString(i)));
            }
        }
        FormatException e = assertThrows(FormatException.class, () -> Npz.read(path));
        assertTrue(e.getMessage().contains("100001 entries are over the limit of 100000"), e.getMessage());
    }
}
