package bytegrad.runtime.io;

import static bytegrad.runtime.io.FileCorpus.file;
import static bytegrad.runtime.io.FileCorpus.refused;
import static bytegrad.runtime.io.FileCorpus.refusedCutAndLengthened;
import static bytegrad.runtime.io.FileCorpus.sameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.TensorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IdxTest {
    @TempDir
    Path folder;

    private static byte[] header(int type, int... dims) {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * dims.length);
        header.putInt(type << 8 | dims.length);
        Arrays.stream(dims).forEach(header::putInt);
        return header.array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        }
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("bytegrad.runtime.io.FileCorpus#tensors")
    void tensorsComeBack(Tensor tensor) {
        Path path = folder.resolve("t.idx");
        if (tensor.type() == ElementType.I64 || tensor.type() == ElementType.BOOL || tensor.type() == ElementType.BF16) {
            assertThrows(TensorException.class, () -> Idx.of(tensor));
            return;
        }
        Idx.of(tensor).write(path);
        Idx back = Idx.read(path);
        assertTrue(sameBits(tensor, back.tensor()));
        assertEquals(tensor.type() == ElementType.U8, back.isUnsignedBytes());
        if (tensor.type() != ElementType.U8) {
            assertThrows(TensorException.class, back::unsignedBytes);
        }
        Idx.of(tensor).writeGzip(path);
        assertTrue(sameBits(tensor, Idx.read(path).tensor()));
    }

    @Test
    void unsignedBytesComeBack() {
        for (int[] dims : new int[][] {{}, {0}, {300}, {5, 4, 3}, {40, 0}, {300, 1000}}) {
            byte[] values = new byte[Tensor.sizeOf(dims)];
            new Random(FileCorpus.SEED).nextBytes(values);
            Path plain = folder.resolve("plain");
            Path packed = folder.resolve("packed");
            Idx.ofUnsignedBytes(values, dims).write(plain);
            Idx.ofUnsignedBytes(values, dims).writeGzip(packed);
            for (Path path : new Path[] {plain, packed}) {
                Idx back = Idx.read(path);
                assertArrayEquals(dims, back.dims());
                assertEquals(dims.length, back.rank());
                assertEquals(values.length, back.size());
                assertArrayEquals(values, back.unsignedBytes());
                assertEquals(Tensor.ofUnsigned(values, dims), back.tensor());
            }
        }
        byte[] one = {(byte) 200};
        assertEquals(Tensor.of(new int[] {200}, 1), Idx.ofUnsignedBytes(one, 1).tensor().widened());
        assertThrows(TensorException.class, () -> Idx.ofUnsignedBytes(one, 2));
    }

    @Test
    void narrowIntegersKeepTheirType() {
        Path path = file(folder, join(header(0x09, 2), new byte[] {-1, 5}));
        assertEquals(Tensor.of(new byte[] {-1, 5}, 2), Idx.read(path).tensor());
        path = file(folder, join(header(0x0B, 2), new byte[] {(byte) 0xff, (byte) 0xfe, 1, 0}));
        assertEquals(Tensor.of(new short[] {-2, 256}, 2), Idx.read(path).tensor());
    }

    @Test
    void severalGzipMembersAreOneFile() throws IOException {
        byte[] plain = join(header(0x08, 4), new byte[] {1, 2, 3, 4});
        byte[] two = join(gzip(Arrays.copyOf(plain, 9)), gzip(new byte[0]), gzip(Arrays.copyOfRange(plain, 9, 12)));
        assertArrayEquals(new byte[] {1, 2, 3, 4}, Idx.read(file(folder, two)).unsignedBytes());
        refused(folder, join(two, new byte[] {0}), Idx::read, "no gzip member");
    }

    @Test
    void gzipHeadersWithNameCommentAndExtra() throws IOException {
        byte[] packed = gzip(join(header(0x08, 1), new byte[] {7}));
        byte[] start = Arrays.copyOf(packed, 10);
        start[3] = 2 + 4 + 8 + 16;
        byte[] extra = {3, 0, 'x', 'y', 'z', 'n', 0, 'c', 0, 1, 2};
        byte[] full = join(start, extra, Arrays.copyOfRange(packed, 10, packed.length));
        assertArrayEquals(new byte[] {7}, Idx.read(file(folder, full)).unsignedBytes());
        refusedCutAndLengthened(folder, full, Idx::read);
        start[3] = 32;
        refused(folder, join(start, extra), Idx::read, "reserved gzip flags");
    }

    @Test
    void everyCutIsRefused() throws IOException {
        byte[] plain = join(header(0x0D, 2, 3), new byte[24]);
        refusedCutAndLengthened(folder, plain, Idx::read);
        refusedCutAndLengthened(folder, gzip(plain), Idx::read);
        refusedCutAndLengthened(folder, gzip(join(header(0x08, 2, 3), new byte[6])), Idx::read);
    }

    @Test
    void headersThatLieAreRefusedBeforeMemoryIsAskedFor() throws IOException {
        byte[] most = header(0x08, Integer.MAX_VALUE);
        refused(folder, most, Idx::read, "ends after 0 of 2147483647 bytes of elements");
        // A f64 array of this size would take 16 GiB; the limit does not help, only the growth with the data does.
        refused(folder, gzip(header(0x0E, Integer.MAX_VALUE)), p -> Idx.read(p, Long.MAX_VALUE), "ends after 0 of");
        refused(folder, gzip(most), p -> Idx.read(p, Long.MAX_VALUE), "ends after 0 of");
        refused(folder, header(0x08, 65536, 32768), Idx::read, "more than 2147483647 elements");
        refused(folder, header(0x08, 0, 65536, 32768), Idx::read, "more than 2147483647 elements");
        refused(folder, header(0x08, -1), Idx::read, "extent 4294967295 is over");
        refused(folder, header(0x08, 1, 1, 1, 1, 1, 1, 1, 1, 1), Idx::read, "rank 9 is over the limit");
        refused(folder, join(header(0x08, 2), new byte[3]), Idx::read, "1 bytes follow the end");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        refused(folder, "P5 28 28 255".getBytes(), Idx::read, "is no idx file");
        refused(folder, header(0x0A, 1), Idx::read, "0x0a is no idx element type");
        byte[] packed = gzip(header(0x08, 0));
        byte[] crc = packed.clone();
        crc[packed.length - 8] ^= 1;
        refused(folder, crc, Idx::read, "the gzip checksum is wrong");
        byte[] length = packed.clone();
        length[packed.length - 1] ^= 1;
        refused(folder, length, Idx::read, "the gzip length is wrong");
        refused(folder, new byte[] {0x1f, (byte) 0x8b, 9}, Idx::read, "is no readable gzip");
        FormatException e = assertThrows(FormatException.class, () -> Idx.read(folder.resolve("none")));
        assertEquals(folder.resolve("none") + ": no such file", e.getMessage());
        e = assertThrows(FormatException.class, () -> Idx.read(folder));
        assertEquals(folder + ": is a folder, not a file", e.getMessage());
        e = assertThrows(FormatException.class, () -> Idx.read(Path.of("/dev/zero")));
        assertEquals("/dev/zero: is not a regular file", e.getMessage());
    }

    @Test
    void aBombEndsOneByteAfterWhatIsDeclared() throws IOException {
        // 64 MiB of zeros behind a header that declares four bytes.
        byte[] bomb = gzip(join(header(0x08, 4), new byte[64 << 20]));
        FormatException e = refused(folder, bomb, Idx::read);
        assertTrue(e.getMessage().contains("more bytes follow the end of the declared elements"), e.getMessage());
        assertEquals(12, e.offset());
    }

    @Test
    void anHonestBombEndsAtTheLimit() throws IOException {
        byte[] bomb = gzip(join(header(0x08, 64 << 20), new byte[64 << 20]));
        refused(folder, bomb, p -> Idx.read(p, (64 << 20) - 1), "over the limit of 67108863");
        assertEquals(64 << 20, Idx.read(file(folder, bomb), 64 << 20).size());
    }
}
