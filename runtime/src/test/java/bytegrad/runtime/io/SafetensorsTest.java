package bytegrad.runtime.io;

import static bytegrad.runtime.io.FileCorpus.bytes;
import static bytegrad.runtime.io.FileCorpus.file;
import static bytegrad.runtime.io.FileCorpus.refused;
import static bytegrad.runtime.io.FileCorpus.refusedCutAndLengthened;
import static bytegrad.runtime.io.FileCorpus.sameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    private static byte[] safetensors(String header, int dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(json.length).put(json).array();
    }

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    private void refusedHeader(String header, int dataBytes, String reason) {
        refused(folder, safetensors(header, dataBytes), Safetensors::read, reason);
    }

    @Test
    void tensorsAndMetadataComeBack() {
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        FileCorpus.tensors().forEach(t -> tensors.put("l." + tensors.size() + ".\"π\\\n/" + t.typeText(), t));
        Map<String, String> metadata = Map.of("epoch", "3", "", "\u0000\t🙂", "format", "bytegrad");
        Path path = folder.resolve("m.safetensors");
        Safetensors.write(path, tensors, metadata);
        Safetensors back = Safetensors.read(path);
        assertEquals(metadata, back.metadata());
        assertEquals(List.copyOf(tensors.keySet()), List.copyOf(back.tensors().keySet()));
        tensors.forEach((name, tensor) -> assertTrue(sameBits(tensor, back.tensors().get(name)), name));
        Safetensors.write(path, Map.of());
        assertEquals(new Safetensors(new TreeMap<>(), new TreeMap<>()), Safetensors.read(path));
    }

    @Test
    void bytesAreAlignedAndAlwaysTheSame() {
        Path path = folder.resolve("m");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("mask", Tensor.of(new boolean[] {true, false, true}, 3));
        tensors.put("w", Tensor.of(new float[] {1}, 1, 1));
        tensors.put("b", Tensor.of(new double[] {1}, 1));
        Safetensors.write(path, tensors, Map.of("k", "v"));
        byte[] first = bytes(path);
        long header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8);
        assertEquals(8 + header + 8 + 4 + 3, first.length);
        String text = new String(first, 8, (int) header, StandardCharsets.UTF_8);
        assertEquals(
                "{\"__metadata__\":{\"k\":\"v\"},\"b\":" + tensor("F64", "[1]", "[0,8]") + ",\"w\":"
                        + tensor("F32", "[1,1]", "[8,12]") + ",\"mask\":" + tensor("BOOL", "[3]", "[12,15]") + "}",
                text.stripTrailing());
        Safetensors.write(path, new TreeMap<>(tensors), Map.of("k", "v"));
        assertArrayEquals(first, bytes(path));
    }

    @Test
    void dataMayBeInAnyOrderAndEmpty() {
        String header = "{ \"a\":" + tensor("F32", "[1]", "[4,8]") + ", \"e\":" + tensor("I64", "[0,5]", "[4,4]")
                + ",\n\"b\":" + tensor("I32", "[]", "[0,4]") + "}  ";
        Safetensors back = Safetensors.read(file(folder, safetensors(header, 8)));
        assertEquals(List.of("a", "b", "e"), List.copyOf(back.tensors().keySet()));
        assertEquals(Tensor.zeros(bytegrad.runtime.ElementType.I64, 0, 5), back.tensors().get("e"));
    }

    @Test
    void everyCutIsRefused() {
        Path path = folder.resolve("m");
        Safetensors.write(path, Map.of("a", Tensor.of(new float[2], 2), "b", Tensor.scalar(true)), Map.of("k", "v"));
        refusedCutAndLengthened(folder, bytes(path), Safetensors::read);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 100_000_000, 1L << 32, 3, 0})
    void headerLengthsThatLieAreRefused(long length) {
        byte[] bytes = safetensors("{}", 0);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        refused(folder, bytes, Safetensors::read);
    }

    @Test
    void headersThatAreNoObjectAreRefused() {
        refusedHeader("[]", 0, "does not start with {");
        refusedHeader(" {}", 0, "does not start with {");
        refusedHeader("{} x", 0, "byte 11: text after the JSON value");
        refusedHeader("{\"a\":1}", 0, "tensor 'a': does not have exactly");
        refusedHeader("{\"a\":{}}", 0, "tensor 'a': does not have exactly");
        refusedHeader("{\"__metadata__\":1}", 0, "__metadata__ is no JSON object");
        refusedHeader("{\"__metadata__\":{\"a\":1}}", 0, "'a' is no string");
        String one = "\"a\":" + tensor("BOOL", "[]", "[0,1]");
        refusedHeader("{" + one + "," + one + "}", 1, "duplicate name 'a'");
        String extra = "{\"a\":{\"x\":0,\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[0,1]}}";
        refusedHeader(extra, 1, "does not have exactly");
        byte[] latin = safetensors("{\"aa\":1}", 0);
        latin[10] = (byte) 0xe9;
        refused(folder, latin, Safetensors::read, "byte 10: not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "U16", "U64", "F8_E4M3", "f32", ""})
    void otherDtypesAreRefusedByName(String dtype) {
        refusedHeader("{\"a\":" + tensor(dtype, "[]", "[0,4]") + "}", 4, "dtype '" + dtype + "' is not supported");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[2] | [0,4] | takes 4 bytes by its offsets, 8 by its shape",
                "[1] | [0,8] | ends at data byte 8; the file has 4",
                "[1] | [4,0] | no pair of begin and end",
                "[1] | [0] | no pair of begin and end",
                "[1] | [0,4,4] | over the limit of 2",
                "[1] | [-4,0] | whole numbers",
                "[1] | [0,4.0] | whole numbers",
                "[1] | [0,4e0] | whole numbers",
                "[1] | [0,18446744073709551620] | whole numbers",
                "[1] | {} | data_offsets is no array",
                "[-1] | [0,4] | whole numbers",
                "[true] | [0,4] | whole numbers",
                "1 | [0,4] | shape is no array",
                "[1,1,1,1,1,1,1,1,1] | [0,4] | over the limit of 8",
                "[2147483648] | [0,4] | is over 2147483647",
                "[2147483647,2147483647,2147483647] | [0,4] | more than 2147483647 elements",
                "[4294967297] | [0,4] | is over 2147483647",
                "[0,65536,65536] | [0,0] | more than 2147483647 elements",
                "[0] | [0,0] | the tensors take 0 data bytes; the file has 4",
            })
    void shapesAndOffsetsThatLieAreRefused(String shape, String offsets, String reason) {
        refusedHeader("{\"a\":" + tensor("F32", shape, offsets) + "}", 4, reason);
    }

    @Test
    void overlapsAndGapsAreRefused() {
        String first = "{\"a\":" + tensor("F32", "[2]", "[0,8]") + ",\"b\":";
        refusedHeader(first + tensor("F32", "[1]", "[4,8]") + "}", 8, "tensor 'b': overlaps another");
        refusedHeader(first + tensor("F32", "[2]", "[0,8]") + "}", 8, "overlaps another");
        refusedHeader(first + tensor("F32", "[0]", "[4,4]") + "}", 8, "overlaps another");
        refusedHeader(first + tensor("F32", "[1]", "[12,16]") + "}", 16, "tensor 'b': leaves a gap");
        refusedHeader(first + tensor("F32", "[1]", "[8,12]") + "}", 13, "take 12 data bytes; the file has 13");
    }

    @Test
    void booleansAndLimitsAreChecked() {
        byte[] two = safetensors("{\"a\":" + tensor("BOOL", "[1]", "[0,1]") + "}", 1);
        two[two.length - 1] = 2;
        refused(folder, two, Safetensors::read, "element 0 is the byte 2, which is no boolean");
        byte[] good = safetensors("{\"a\":" + tensor("F64", "[2]", "[0,16]") + "}", 16);
        refused(folder, good, p -> Safetensors.read(p, 15), "over the limit of 15");
        assertEquals(1, Safetensors.read(file(folder, good), 16).tensors().size());
    }

    @Test
    void whatCannotBeReadBackIsNotWritten() {
        Path path = folder.resolve("m");
        Tensor one = Tensor.scalar(1);
        assertThrows(WriteException.class, () -> Safetensors.write(path, Map.of("__metadata__", one)));
        assertThrows(WriteException.class, () -> Safetensors.write(path, Map.of("\udc00", one)));
        assertThrows(WriteException.class, () -> Safetensors.write(path, Map.of("a", one), Map.of("a", "\ud800")));
        assertTrue(Files.notExists(path));
    }
}
