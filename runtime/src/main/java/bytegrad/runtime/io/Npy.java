package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.TensorException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * numpy's file of one array: versions 1 to 3; dtypes f4, f8, i4, i8, b1, u1, i1 and i2; either byte order;
 * row- or column-major, which becomes row-major. Others are refused by name.
 *
 * <p>Written are version 1, little endian, row-major: the bytes that numpy writes. Format:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */
public final class Npy {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;

    /** Versions 2 and 3 could say 4 GiB, for structured types; the three keys we read take some hundred bytes. */
    private static final int LONGEST_HEADER = 1 << 16;

    private Npy() {}

    /** Reads an array that takes at most half of the heap; throws FormatException, see {@link #read(Path, long)}. */
    public static Tensor read(Path path) {
        return read(path, ReadBudget.ofHeap());
    }

    /**
     * Reads an array.
     *
     * @param maxBytes the most bytes of elements that may be made, in memory
     * @throws FormatException where the file is missing, no npy, of an unsupported version or dtype or a rank over 8,
     *     shorter or longer than its header says, or over {@code maxBytes}
     */
    public static Tensor read(Path path, long maxBytes) {
        try (ByteSource source = ByteSource.ofFile(path)) {
            return read(source, new ReadBudget(maxBytes));
        }
    }

    /** Reads an array that is all of {@code source}. */
    static Tensor read(ByteSource source, ReadBudget budget) {
        byte[] magic = source.take(MAGIC.length, "the npy magic");
        if (!Arrays.equals(magic, MAGIC)) {
            throw new FormatException(source.place(), 0, "is no npy array: wrong magic");
        }
        int major = source.take(2, "the npy version")[0];
        if (major < 1 || major > 3) {
            throw new FormatException(source.place(), MAGIC.length, "npy version " + (major & 0xff) + " is unknown");
        }
        long length = major == 1
                ? source.take(2, "the header length", ByteOrder.LITTLE_ENDIAN).getShort() & 0xffffL
                : source.take(4, "the header length", ByteOrder.LITTLE_ENDIAN).getInt() & 0xffffffffL;
        if (length > LONGEST_HEADER) {
            throw source.error("an npy header of " + length + " bytes is over the limit of " + LONGEST_HEADER);
        }
        long start = source.position();
        byte[] text = source.take((int) length, "the npy header");
        NpyHeader header = NpyHeader.parse(source.place(), text, start);
        return readElements(source, header, budget);
    }

    private static Tensor readElements(ByteSource source, NpyHeader header, ReadBudget budget) {
        boolean convert = header.fortran() && FortranOrder.matters(header.shape());
        if (convert) {
            long bytes = (long) ElementReader.sizeOf(source, header.shape())
                    * header.type().element().bytes();
            budget.require(source, 2 * bytes);
        }
        Tensor tensor = ElementReader.read(source, header.type(), header.order(), header.shape(), budget);
        source.requireEnd("the declared elements");
        return convert ? FortranOrder.toRowMajor(tensor) : tensor;
    }

    /** Writes an array; throws WriteException, and TensorException for bf16, which npy does not have. */
    public static void write(Path path, Tensor tensor) {
        AtomicFile.write(path, out -> writeTo(out, tensor));
    }

    /**
     * Writes an array of dtype u1. Throws WriteException, and TensorException where {@code values} does not have as
     * many elements as the shape.
     */
    public static void writeUnsignedBytes(Path path, byte[] values, int... shape) {
        int size = Tensor.sizeOf(shape);
        if (size != values.length) {
            throw new TensorException("the shape has " + size + " elements; the array has " + values.length);
        }
        AtomicFile.write(path, out -> {
            out.write(header("|u1", shape));
            out.write(values);
        });
    }

    static void writeTo(OutputStream out, Tensor tensor) throws IOException {
        out.write(header(descr(tensor), tensor.shape()));
        ElementWriter.write(out, tensor, ByteOrder.LITTLE_ENDIAN);
    }

    /** The size of what {@link #writeTo} writes. */
    static long length(Tensor tensor) {
        return header(descr(tensor), tensor.shape()).length + tensor.byteSize();
    }

    /** Magic, version 1.0, length, dictionary, padded with spaces and a line feed, so that the elements are aligned. */
    private static byte[] header(String descr, int... shape) {
        byte[] text = NpyHeader.text(descr, shape).getBytes(StandardCharsets.US_ASCII);
        int unpadded = MAGIC.length + 4 + text.length + 1;
        int total = (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] bytes = new byte[total];
        Arrays.fill(bytes, (byte) ' ');
        bytes[total - 1] = '\n';
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (total - MAGIC.length - 4))
                .put(text);
        return bytes;
    }

    private static String descr(Tensor tensor) {
        return switch (tensor.type()) {
            case F32 -> "<f4";
            case F64 -> "<f8";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case BOOL -> "|b1";
            case U8 -> "|u1";
            case I8 -> "|i1";
            case I16 -> "<i2";
            case BF16 -> throw new TensorException("npy does not have bf16 elements; widen the tensor to f32 first");
        };
    }
}
