package bytegrad.runtime.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Tensors of every type and kind of shape, and files with given bytes. */
final class FileCorpus {
    static final long SEED = Long.getLong("bytegrad.seed", 20260101);

    private static final int[][] SHAPES = {
        {}, {0}, {1}, {7}, {2, 3}, {3, 0, 2}, {1, 1, 1, 1, 1, 1, 1, 1}, {2, 1, 3, 1, 2, 1, 2, 3}, {130, 517}
    };

    private FileCorpus() {}

    /** Every element type in every shape, with random bits; 130·517 elements take several chunks. */
    static Stream<Tensor> tensors() {
        Random random = new Random(SEED);
        List<Tensor> tensors = new ArrayList<>();
        for (int[] shape : SHAPES) {
            for (ElementType type : ElementType.values()) {
                tensors.add(random(random, type, shape));
            }
        }
        return tensors.stream();
    }

    static Tensor random(Random random, ElementType type, int... shape) {
        Tensor tensor = Tensor.zeros(type, shape);
        for (int i = 0; i < tensor.size(); i++) {
            switch (type) {
                case F32 -> tensor.floats()[i] = Float.intBitsToFloat(random.nextInt());
                case F64 -> tensor.doubles()[i] = Double.longBitsToDouble(random.nextLong());
                case I32 -> tensor.ints()[i] = random.nextInt();
                case I64 -> tensor.longs()[i] = random.nextLong();
                case BOOL -> tensor.booleans()[i] = random.nextBoolean();
                case U8, I8 -> tensor.bytes()[i] = (byte) random.nextInt();
                case I16, BF16 -> tensor.shorts()[i] = (short) random.nextInt();
            }
        }
        return tensor;
    }

    /** Equality of raw bits: unlike Tensor.equals it tells NaNs apart, as a file must. */
    static boolean sameBits(Tensor a, Tensor b) {
        return a.equals(b) && Arrays.equals(rawBits(a), rawBits(b));
    }

    private static long[] rawBits(Tensor tensor) {
        long[] bits = new long[tensor.size()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = switch (tensor.type()) {
                case F32 -> Float.floatToRawIntBits(tensor.floats()[i]);
                case F64 -> Double.doubleToRawLongBits(tensor.doubles()[i]);
                case I32 -> tensor.ints()[i];
                case I64 -> tensor.longs()[i];
                case BOOL -> tensor.booleans()[i] ? 1 : 0;
                case U8, I8 -> tensor.bytes()[i];
                case I16, BF16 -> tensor.shorts()[i];
            };
        }
        return bits;
    }

    static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path file(Path folder, byte[] bytes) {
        try {
            return Files.write(folder.resolve("file"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That a reader refuses {@code bytes} with a line that starts with the path; the error, for its reason. */
    static FormatException refused(Path folder, byte[] bytes, Consumer<Path> reader) {
        Path path = file(folder, bytes);
        FormatException e = assertThrows(FormatException.class, () -> reader.accept(path));
        assertTrue(e.getMessage().startsWith(path.toString()), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        return e;
    }

    static void refused(Path folder, byte[] bytes, Consumer<Path> reader, String reason) {
        FormatException e = refused(folder, bytes, reader);
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    /** That every proper prefix is refused, and the file with one byte more. */
    static void refusedCutAndLengthened(Path folder, byte[] bytes, Consumer<Path> reader) {
        for (int length = 0; length < bytes.length; length++) {
            refused(folder, Arrays.copyOf(bytes, length), reader);
        }
        refused(folder, Arrays.copyOf(bytes, bytes.length + 1), reader);
    }
}
