package bytegrad.runtime.io;

import bytegrad.runtime.Tensor;
import bytegrad.runtime.TensorException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decodes a run of elements. Where the length of the source is known, the array is made at once, after the check that
 * its bytes are there; where it is not (compressed data), the array starts small and doubles with what arrives.
 */
final class ElementReader {
    /** A multiple of every element size. */
    private static final int CHUNK = 1 << 16;

    private static final String WHAT = "elements";

    private ElementReader() {}

    /** The number of elements of a shape out of a file; throws FormatException where that is no tensor's shape. */
    static int sizeOf(ByteSource source, int[] shape) {
        try {
            return Tensor.sizeOf(shape);
        } catch (TensorException e) {
            throw source.error("declares an impossible shape: " + e.getMessage());
        }
    }

    /** Reads a row-major tensor. */
    static Tensor read(ByteSource source, StoredType type, ByteOrder order, int[] shape, ReadBudget budget) {
        int size = sizeOf(source, shape);
        long bytes = (long) size * type.bytes();
        source.requireRemaining(bytes, WHAT);
        budget.spend(source, (long) size * type.element().bytes());

        int perChunk = CHUNK / type.bytes();
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, bytes)).order(order);
        Object array = type.element().newArray(source.lengthKnown() ? size : Math.min(size, perChunk));
        int capacity = source.lengthKnown() ? size : Math.min(size, perChunk);
        for (int done = 0; done < size; ) {
            if (done == capacity) {
                capacity = (int) Math.min(size, 2L * capacity);
                Object grown = type.element().newArray(capacity);
                System.arraycopy(array, 0, grown, 0, done);
                array = grown;
            }
            int count = Math.min(perChunk, capacity - done);
            int read = source.read(chunk.array(), 0, count * type.bytes());
            if (read < count * type.bytes()) {
                throw source.ended((long) done * type.bytes() + read, bytes, WHAT);
            }
            chunk.clear().limit(read);
            decode(source, type, chunk, array, done, count);
            done += count;
        }
        return Tensor.ofArray(type.element(), array, shape);
    }

    /** Reads {@code size} raw bytes. */
    static byte[] readBytes(ByteSource source, int size, ReadBudget budget) {
        source.requireRemaining(size, WHAT);
        budget.spend(source, size);
        byte[] bytes = new byte[source.lengthKnown() ? size : Math.min(size, CHUNK)];
        for (int done = 0; done < size; ) {
            if (done == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(size, 2L * done));
            }
            int count = bytes.length - done;
            int read = source.read(bytes, done, count);
            if (read < count) {
                throw source.ended((long) done + read, size, WHAT);
            }
            done += count;
        }
        return bytes;
    }

    private static void decode(ByteSource source, StoredType type, ByteBuffer chunk, Object array, int at, int count) {
        switch (type) {
            case F32 -> chunk.asFloatBuffer().get((float[]) array, at, count);
            case F64 -> chunk.asDoubleBuffer().get((double[]) array, at, count);
            case I32 -> chunk.asIntBuffer().get((int[]) array, at, count);
            case I64 -> chunk.asLongBuffer().get((long[]) array, at, count);
            case I16, BF16 -> chunk.asShortBuffer().get((short[]) array, at, count);
            case U8, I8 -> chunk.get((byte[]) array, at, count);
            case BOOL -> decodeBooleans(source, chunk, (boolean[]) array, at, count);
        }
    }

    private static void decodeBooleans(ByteSource source, ByteBuffer chunk, boolean[] array, int at, int count) {
        for (int i = 0; i < count; i++) {
            byte value = chunk.get();
            if ((value & ~1) != 0) {
                throw source.error("element " + (at + i) + " is the byte " + (value & 0xff) + ", which is no boolean");
            }
            array[at + i] = value != 0;
        }
    }
}
