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

import bytegrad.runtime.ElementType;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.TensorException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NpyTest {
    @TempDir
    Path folder;

    /** A file of a version, with a header as it is and {@code data} after it. */
    static byte[] npy(int version, String header, byte... data) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer file = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
        if (version == 1) {
            file.putShort((short) text.length);
        } else {
            file.putInt(text.length);
        }
        file.put(text).put(data);
        return Arrays.copyOf(file.array(), file.position());
    }

    private static String header(String descr, boolean fortran, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape
                + ", }\n";
    }

    @ParameterizedTest
    @MethodSource("bytegrad.runtime.io.FileCorpus#tensors")
    void tensorsComeBack(Tensor tensor) {
        Path path = folder.resolve("t.npy");
        if (tensor.type() == ElementType.BF16) {
            assertTrue(assertThrows(TensorException.class, () -> Npy.write(path, tensor)).getMessage().contains("widen the tensor to f32"));
            return;
        }
        Npy.write(path, tensor);
        assertTrue(sameBits(tensor, Npy.read(path)));
        byte[] first = bytes(path);
        assertEquals(Npy.length(tensor), first.length);
        assertEquals(0, (first.length - tensor.byteSize()) % 64);
        Npy.write(path, tensor);
        assertArrayEquals(first, bytes(path));
    }

    @Test
    void writesTheBytesOfNumpy() {
        Path path = folder.resolve("t.npy");
        Npy.write(path, Tensor.of(new float[] {1, 2}, 2, 1));
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }";
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        assertArrayEquals(npy(1, padded, new byte[] {0, 0, -128, 63, 0, 0, 0, 64}), bytes(path));
    }

    @Test
    void unsignedBytesAreU8() {
        Path path = folder.resolve("t.npy");
        Npy.writeUnsignedBytes(path, new byte[] {0, 127, -128, -1}, 2, 2);
        assertEquals(Tensor.ofUnsigned(new byte[] {0, 127, -128, -1}, 2, 2), Npy.read(path));
        assertThrows(TensorException.class, () -> Npy.writeUnsignedBytes(path, new byte[3], 2, 2));
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void versionsAndSpellings(int version) {
        byte[] data = {5, 0, 0, 0, 6, 0, 0, 0};
        Tensor expected = Tensor.of(new int[] {5, 6}, 2);
        assertEquals(expected, Npy.read(file(folder, npy(version, header("<i4", false, "(2,)"), data))));
        String other = "{\"shape\":(2,),\"fortran_order\":True,\"descr\":\"<i4\"}   ";
        assertEquals(expected, Npy.read(file(folder, npy(version, other, data))));
    }

    @Test
    void bigEndianIsConverted() {
        byte[] four = {0x3f, -128, 0, 0};
        byte[] eight = {0, 0, 0, 0, 0, 0, 1, 2};
        assertEquals(Tensor.scalar(1f), Npy.read(file(folder, npy(1, header(">f4", false, "()"), four))));
        assertEquals(Tensor.scalar(0x3f800000), Npy.read(file(folder, npy(1, header(">i4", false, "()"), four))));
        assertEquals(Tensor.scalar(258L), Npy.read(file(folder, npy(1, header(">i8", false, "()"), eight))));
        double tiny = Double.longBitsToDouble(258);
        assertEquals(Tensor.scalar(tiny), Npy.read(file(folder, npy(1, header(">f8", false, "()"), eight))));
    }

    @Test
    void columnMajorIsConverted() {
        byte[] data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
        Tensor got = Npy.read(file(folder, npy(1, header("|u1", true, "(2, 3, 4)"), data)));
        byte[] expected = new byte[24];
        for (int i = 0, at = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 4; k++) {
                    expected[at++] = (byte) (i + 2 * (j + 3 * k));
                }
            }
        }
        assertEquals(Tensor.ofUnsigned(expected, 2, 3, 4), got);
        assertEquals(Tensor.ofUnsigned(new byte[0], 0, 3), Npy.read(file(folder, npy(1, header("|u1", true, "(0, 3)")))));
        byte[] one = npy(1, header("|u1", true, "(1,1)"), (byte) 9);
        assertEquals(Tensor.ofUnsigned(new byte[] {9}, 1, 1), Npy.read(file(folder, one)));
        // Both copies count.
        byte[] file = npy(1, header("|u1", true, "(2, 3, 4)"), data);
        refused(folder, file, p -> Npy.read(p, 47), "over the limit of 47");
        assertEquals(24, Npy.read(file(folder, file), 48).size());
    }

    @Test
    void everyCutIsRefused() {
        Path path = folder.resolve("t.npy");
        Npy.write(path, Tensor.of(new double[] {1, 2, 3}, 3));
        refusedCutAndLengthened(folder, bytes(path), Npy::read);
        refusedCutAndLengthened(folder, npy(2, header("<i8", true, "(1,)"), new byte[8]), Npy::read);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<f2", "<f16", "<c8", "<u4", "|i1", "|S3", "<U3", "|O", "=f4", "f4", "|f4", "<", "''", "<M8[ns]"
            })
    void otherDtypesAreRefusedByName(String descr) {
        refused(folder, npy(1, header(descr, false, "(1,)"), new byte[16]), Npy::read, "dtype '" + descr + "' is not");
    }

    @Test
    void headersThatAreNotAsNumpyWritesThemAreRefused() {
        String[] headers = {
            "",
            "{",
            "{}",
            "{'descr': '<f4'}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ()",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False 'shape': ()}",
            "{descr: '<f4', 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f4, 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os')}",
        };
        for (String header : headers) {
            refused(folder, npy(1, header, new byte[64]), Npy::read);
        }
        refused(folder, npy(1, headers[4]), Npy::read, "structured dtypes are not supported");
        refused(folder, npy(1, headers[16]), Npy::read, "key 'descr' twice");
    }

    @Test
    void lyingShapesAreRefused() {
        String big = header("<f8", false, "(2147483647,)");
        refused(folder, npy(1, big), Npy::read, "ends after 0 of 17179869176 bytes of elements");
        refused(folder, npy(1, header("<f8", false, "(2147483648,)")), Npy::read, "over 2147483647");
        refused(folder, npy(1, header("<f8", false, "(99999999999999999999999,)")), Npy::read, "over 2147483647");
        refused(folder, npy(1, header("<f8", false, "(65536, 65536)")), Npy::read, "more than 2147483647 elements");
        refused(folder, npy(1, header("<f8", true, "(65536, 65536)")), Npy::read, "more than 2147483647 elements");
        refused(folder, npy(2, " ".repeat(70_000)), Npy::read, "over the limit of 65536");
        byte[] negative = npy(2, header("<f8", false, "()"));
        Arrays.fill(negative, 8, 12, (byte) -1);
        refused(folder, negative, Npy::read, "header of 4294967295 bytes");
        refused(folder, npy(4, header("<f8", false, "()")), Npy::read, "npy version 4");
        refused(folder, npy(0, header("<f8", false, "()")), Npy::read, "npy version 0");
        refused(folder, "PK and more than this".getBytes(), Npy::read, "is no npy array");
        refused(folder, npy(1, header("|b1", false, "(2,)"), (byte) 1, (byte) 2), Npy::read, "element 1 is the byte 2");
        byte[] two = npy(1, header("|u1", false, "(2,)"), (byte) 1, (byte) 2);
        refused(folder, two, p -> Npy.read(p, 1), "the limit of 1");
    }
}
