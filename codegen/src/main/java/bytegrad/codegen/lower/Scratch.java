package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import java.util.Optional;

/**
 * A piece of scratch: in a parallel loop, each chunk's own.
 *
 * @param stride from one chunk's to the next one's
 */
record Scratch(int buffer, int stride) {
    /** Processors fetch lines of 64 bytes in pairs: chunks whose scratch shares one would wait for each other. */
    private static final int APART = 128;

    /** Space for so many elements, as many times as there are chunks. */
    static Scratch of(Buffers buffers, DType dtype, int size, Optional<Cut> cut) {
        if (cut.isEmpty()) {
            return new Scratch(buffers.scratch(dtype, size), 0);
        }
        int unit = APART / dtype.bytes();
        int stride = Math.multiplyExact((size + unit - 1) / unit, unit);
        return new Scratch(buffers.scratch(dtype, Math.multiplyExact(stride, cut.get().count())), stride);
    }

    /** The element at {@code index} of the piece of the chunk whose method this is. */
    Index at(Index index, Optional<Cut> cut) {
        return cut.isEmpty() ? index : index.plus(cut.get().part(stride));
    }
}
