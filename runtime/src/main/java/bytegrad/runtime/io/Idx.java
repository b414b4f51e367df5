package bytegrad.runtime.io;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.TensorException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of the MNIST family (idx1, idx3, …): two zero bytes, an element type, a rank, big-endian extents, elements in
 * row-major order; plain or inside gzip, which is told by its magic bytes.
 *
 * <p>Unsigned bytes can be had as an array or as a u8 tensor; i8, i16, i32, f32 and f64 are tensors of their own
 * type. Format: http://yann.lecun.com/exdb/mnist/.
 */
public final class Idx {
    private static final int U8 = 0x08;
    private static final int I8 = 0x09;
    private static final int I16 = 0x0B;
    private static final int I32 = 0x0C;
    private static final int F32 = 0x0D;
    private static final int F64 = 0x0E;

    private final int[] dims;
    private final byte @Nullable [] bytes;
    private final @Nullable Tensor tensor;

    private Idx(int[] dims, byte @Nullable [] bytes, @Nullable Tensor tensor) {
        this.dims = dims;
        this.bytes = bytes;
        this.tensor = tensor;
    }

    /** Wraps unsigned bytes of the given extents; throws TensorException where their number differs. */
    public static Idx ofUnsignedBytes(byte[] bytes, int... dims) {
        int size = Tensor.sizeOf(dims);
        if (bytes.length != size) {
            throw new TensorException("the extents give " + size + " elements; the array has " + bytes.length);
        }
        return new Idx(dims.clone(), bytes, null);
    }

    /** Wraps a tensor; throws TensorException for i64, bool and bf16, which idx does not have. */
    public static Idx of(Tensor tensor) {
        if (tensor.type() == ElementType.U8) {
            return ofUnsignedBytes(tensor.bytes(), tensor.shape());
        }
        code(tensor);
        return new Idx(tensor.shape(), null, tensor);
    }

    /** Reads a file whose data takes at most half of the heap; errors as of {@link #read(Path, long)}. */
    public static Idx read(Path path) {
        return read(path, ReadBudget.ofHeap());
    }

    /**
     * Reads a file.
     *
     * @param maxBytes the most bytes of elements that may be made, in memory
     * @throws FormatException where the file is missing, no idx, of another type or a rank over 8, shorter or longer
     *     than its header says, badly compressed, or over {@code maxBytes}
     */
    public static Idx read(Path path, long maxBytes) {
        ReadBudget budget = new ReadBudget(maxBytes);
        try (ByteSource source = ByteSource.ofFileOrGzip(path)) {
            ByteBuffer magic = source.take(4, "the idx magic", ByteOrder.BIG_ENDIAN);
            if (magic.getShort() != 0) {
                throw new FormatException(source.place(), 0, "is no idx file: it does not start with two zero bytes");
            }
            int type = magic.get();
            int rank = magic.get() & 0xff;
            if (rank > Tensor.MAX_RANK) {
                throw source.error("rank " + rank + " is over the limit of " + Tensor.MAX_RANK);
            }
            int[] dims = dims(source, rank);
            Idx result = elements(source, type, dims, budget);
            source.requireEnd("the declared elements");
            return result;
        }
    }

    private static int[] dims(ByteSource source, int rank) {
        int[] dims = new int[rank];
        ByteBuffer extents = source.take(4 * rank, "the extents", ByteOrder.BIG_ENDIAN);
        for (int i = 0; i < rank; i++) {
            int extent = extents.getInt();
            if (extent < 0) {
                throw source.error("extent " + Integer.toUnsignedString(extent) + " is over 2147483647");
            }
            dims[i] = extent;
        }
        return dims;
    }

    private static Idx elements(ByteSource source, int type, int[] dims, ReadBudget budget) {
        if (type == U8) {
            return new Idx(dims, ElementReader.readBytes(source, ElementReader.sizeOf(source, dims), budget), null);
        }
        StoredType stored =
                switch (type) {
                    case I8 -> StoredType.I8;
                    case I16 -> StoredType.I16;
                    case I32 -> StoredType.I32;
                    case F32 -> StoredType.F32;
                    case F64 -> StoredType.F64;
                    default -> throw new FormatException(
                            source.place(), 2, String.format("0x%02x is no idx element type", type & 0xff));
                };
        return new Idx(dims, null, ElementReader.read(source, stored, ByteOrder.BIG_ENDIAN, dims, budget));
    }

    /** The extents; a copy. */
    public int[] dims() {
        return dims.clone();
    }

    /** The number of extents. */
    public int rank() {
        return dims.length;
    }

    /** The number of elements. */
    public int size() {
        return Tensor.sizeOf(dims);
    }

    /** Whether {@link #unsignedBytes} can be asked for. */
    public boolean isUnsignedBytes() {
        return bytes != null;
    }

    /** The elements as they stand in the file, not copied; throws TensorException where they are not unsigned bytes. */
    public byte[] unsignedBytes() {
        if (bytes == null) {
            throw new TensorException("the idx file holds " + tensor().typeText() + ", not unsigned bytes");
        }
        return bytes;
    }

    /** The elements as a tensor, not copied. */
    public Tensor tensor() {
        if (tensor != null) {
            return tensor;
        }
        return Tensor.ofUnsigned(unsignedBytes(), dims);
    }

    /** Writes the file, plain; throws WriteException. */
    public void write(Path path) {
        AtomicFile.write(path, this::writeTo);
    }

    /** Writes the file inside gzip, without name or time; throws WriteException. */
    public void writeGzip(Path path) {
        AtomicFile.write(path, out -> {
            GZIPOutputStream gzip = new GZIPOutputStream(out);
            writeTo(gzip);
            gzip.finish();
        });
    }

    private void writeTo(OutputStream out) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4 + 4 * dims.length);
        header.putShort((short) 0);
        header.put((byte) (tensor == null ? U8 : code(tensor)));
        header.put((byte) dims.length);
        for (int extent : dims) {
            header.putInt(extent);
        }
        out.write(header.array());
        if (tensor == null) {
            out.write(unsignedBytes());
        } else {
            ElementWriter.write(out, tensor, ByteOrder.BIG_ENDIAN);
        }
    }

    private static int code(Tensor tensor) {
        return switch (tensor.type()) {
            case I32 -> I32;
            case F32 -> F32;
            case F64 -> F64;
            case I8 -> I8;
            case I16 -> I16;
            case I64, BOOL, U8, BF16 -> throw new TensorException("idx does not have " + tensor.type().text() + " elements");
        };
    }
}
