package bytegrad.codegen.plan;

import bytegrad.codegen.ArenaLimitException;
import bytegrad.codegen.kernel.BufferBounds;
import bytegrad.ir.DType;

/**
 * How a slab is divided: into lines of 64 bytes. The first line starts where, behind G1's 16-byte array header at a
 * region's start, addresses are multiples of 64, so that no vector load crosses a cache line.
 */
public final class Layout {
    static final int LINE_BYTES = 64;
    private static final int HEADER_BYTES = 16;

    private Layout() {}

    /** Elements in a line. */
    static int perLine(DType dtype) {
        return LINE_BYTES / dtype.bytes();
    }

    /** Lines that hold so many elements; at least one, so that no two buffers start at one place. */
    static int lines(DType dtype, int elements) {
        return Math.max(1, (int) (((long) elements + perLine(dtype) - 1) / perLine(dtype)));
    }

    /** Bytes of the lines that hold so many elements. */
    static long bytes(DType dtype, int elements) {
        return (long) lines(dtype, elements) * LINE_BYTES;
    }

    /**
     * The element at which a line starts.
     *
     * @throws ArenaLimitException if no array is so long
     */
    public static int offset(DType dtype, long line) {
        long at = (LINE_BYTES - HEADER_BYTES) / dtype.bytes() + line * perLine(dtype);
        if (at > Integer.MAX_VALUE - BufferBounds.OVERHANG) {
            throw new ArenaLimitException(dtype.text(), (at + BufferBounds.OVERHANG) * dtype.bytes(), (long) Integer.MAX_VALUE * dtype.bytes());
        }
        return (int) at;
    }

    /**
     * The end of the line that an element is in, or ends before: elements of whole lines.
     *
     * @throws ArenaLimitException if no array is so long
     */
    public static int endOfLine(DType dtype, long element) {
        return offset(dtype, Math.ceilDiv(element, perLine(dtype))) - offset(dtype, 0);
    }

    /** Elements of a slab of so many lines; what an edge tile reads beyond the last buffer is part of it. */
    static int slab(DType dtype, long lines) {
        return lines == 0 ? 0 : offset(dtype, lines) + BufferBounds.OVERHANG;
    }

    /** Bytes of a slab that belong to no line: in front of the first and behind the last. */
    static long endBytes(DType dtype) {
        return LINE_BYTES - HEADER_BYTES + (long) BufferBounds.OVERHANG * dtype.bytes();
    }
}
