package bytegrad.runtime.io;

import bytegrad.runtime.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Encodes a tensor's elements in row-major order, a chunk at a time. */
final class ElementWriter {
    /** A multiple of every element size. */
    private static final int CHUNK = 1 << 16;

    private ElementWriter() {}

    static void write(OutputStream out, Tensor tensor, ByteOrder order) throws IOException {
        int width = tensor.type().bytes();
        int perChunk = CHUNK / width;
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, tensor.byteSize())).order(order);
        for (int done = 0; done < tensor.size(); ) {
            int count = Math.min(perChunk, tensor.size() - done);
            encode(tensor, chunk, done, count);
            out.write(chunk.array(), 0, count * width);
            done += count;
        }
    }

    private static void encode(Tensor tensor, ByteBuffer chunk, int at, int count) {
        chunk.clear();
        switch (tensor.type()) {
            case F32 -> chunk.asFloatBuffer().put(tensor.floats(), at, count);
            case F64 -> chunk.asDoubleBuffer().put(tensor.doubles(), at, count);
            case I32 -> chunk.asIntBuffer().put(tensor.ints(), at, count);
            case I64 -> chunk.asLongBuffer().put(tensor.longs(), at, count);
            case U8, I8 -> chunk.put(tensor.bytes(), at, count);
            case I16, BF16 -> chunk.asShortBuffer().put(tensor.shorts(), at, count);
            case BOOL -> {
                boolean[] values = tensor.booleans();
                for (int i = 0; i < count; i++) {
                    chunk.put((byte) (values[at + i] ? 1 : 0));
                }
            }
        }
    }
}
