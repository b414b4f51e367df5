package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;

/**
 * Which elements of a buffer a kernel may touch. Stores stay inside the buffer, which may be a slice of another, and so do loads of one
 * lane. Loads of several lanes may run into the padding up to the next multiple of 64 bytes; what is read there means nothing. They
 * may go further still where nothing can have changed meanwhile: {@link #OVERHANG}. Where only some lanes are loaded, those stay inside;
 * emitted code reads all the same as many as there are lanes, which the overhang allows for any buffer, since nothing depends on what they hold.
 */
public final class BufferBounds {
    /**
     * Elements beyond its size up to which vectors may be loaded from a {@code READ} or {@code SCRATCH} buffer. The arena
     * keeps this many elements behind every buffer readable, whatever they hold; the lanes that read them go unused.
     */
    public static final int OVERHANG = 64;

    private BufferBounds() {}

    /** The buffer's elements with its padding. */
    public static long paddedSize(Buffer buffer) {
        long unit = 64 / buffer.dtype().bytes();
        return (buffer.size() + unit - 1) / unit * unit;
    }

    /** Where the last lane of a load must end, exclusive. */
    static long loadEnd(Buffer buffer, Expr.Load load) {
        return load.count() < load.lanes() ? buffer.size() : loadEnd(buffer, load.lanes());
    }

    /** Where the last lane of a load must end, exclusive. */
    public static long loadEnd(Buffer buffer, int lanes) {
        return lanes == 1 ? buffer.size()
                : buffer.access() == Access.READ || buffer.access() == Access.SCRATCH ? (long) buffer.size() + OVERHANG
                : paddedSize(buffer);
    }

    /** Where the last lane of a store must end, exclusive. */
    public static long storeEnd(Buffer buffer) {
        return buffer.size();
    }
}
