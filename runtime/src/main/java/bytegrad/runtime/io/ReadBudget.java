package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;

/**
 * How many bytes of tensors one read may still make. What is compressed can become a thousand times its size, and what
 * is stored can be larger than the heap: both end here, in one line, rather than in an OutOfMemoryError.
 */
final class ReadBudget {
    private final long limit;
    private long spent;

    ReadBudget(long limit) {
        this.limit = limit;
    }

    /** Half of the heap: an array that has to grow is held twice for a moment. */
    static long ofHeap() {
        return Runtime.getRuntime().maxMemory() / 2;
    }

    /** Takes {@code bytes} out of what is left; throws FormatException where that is less. */
    void spend(ByteSource source, long bytes) {
        if (bytes > limit - spent) {
            throw source.error("declares " + (spent + bytes) + " bytes of data, over the limit of " + limit
                    + " (by default half of the Java heap, see -Xmx)");
        }
        spent += bytes;
    }

    /** Looks whether {@code bytes} are left, for memory that is needed for a moment only. */
    void require(ByteSource source, long bytes) {
        spend(source, bytes);
        spent -= bytes;
    }
}
