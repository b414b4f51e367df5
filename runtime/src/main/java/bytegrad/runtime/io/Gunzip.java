package bytegrad.runtime.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Decompresses gzip (RFC 1952) to its last byte. java.util.zip.GZIPInputStream takes whatever follows a member and is
 * no member itself for the end of the file; here it is an error, as is a member whose checksum or length is wrong.
 */
final class Gunzip extends InputStream {
    static final int MAGIC_1 = 0x1f;
    static final int MAGIC_2 = 0x8b;

    private static final int DEFLATE = 8;
    private static final int FLAG_HEADER_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xe0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] input = new byte[8192];
    private int next;
    private int end;
    private boolean finished;

    /** Reads the header of the first member. */
    Gunzip(InputStream in) throws IOException {
        this.in = in;
        try {
            readHeader();
        } catch (IOException e) {
            inflater.end();
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (!finished) {
            int n = inflate(target, offset, count);
            if (n > 0) {
                crc.update(target, offset, n);
                return n;
            } else if (inflater.finished()) {
                endMember();
            } else if (inflater.needsInput()) {
                feed();
            } else {
                throw new ZipException("a preset dictionary, which gzip does not have");
            }
        }
        return -1;
    }

    private int inflate(byte[] target, int offset, int count) throws IOException {
        try {
            return inflater.inflate(target, offset, count);
        } catch (DataFormatException e) {
            String message = e.getMessage();
            ZipException error = new ZipException(message == null ? "invalid deflate stream" : message);
            error.initCause(e);
            throw error;
        }
    }

    /** Hands the inflater everything buffered; what it leaves is taken back when the member has ended. */
    private void feed() throws IOException {
        if (next == end && !fill()) {
            throw new EOFException("it ends in compressed data");
        }
        inflater.setInput(input, next, end - next);
        next = end;
    }

    private void endMember() throws IOException {
        next = end - inflater.getRemaining();
        if (readUnsigned32() != crc.getValue()) {
            throw new ZipException("the gzip checksum is wrong");
        }
        if (readUnsigned32() != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new ZipException("the gzip length is wrong");
        }
        if (next == end && !fill()) {
            finished = true;
            return;
        }
        // Several members are one file, as gzip and pigz have it.
        inflater.reset();
        crc.reset();
        readHeader();
    }

    private void readHeader() throws IOException {
        if (readByte() != MAGIC_1 || readByte() != MAGIC_2) {
            throw new ZipException("bytes that are no gzip member");
        }
        if (readByte() != DEFLATE) {
            throw new ZipException("a gzip method other than deflate");
        }
        int flags = readByte();
        if ((flags & FLAGS_RESERVED) != 0) {
            throw new ZipException("reserved gzip flags");
        }
        skip(6); // time, extra flags, system
        if ((flags & FLAG_EXTRA) != 0) {
            int low = readByte();
            skip(low | readByte() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_HEADER_CRC) != 0) {
            skip(2);
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            readByte();
        }
    }

    private void skipText() throws IOException {
        while (readByte() != 0) {
            // A zero-terminated name or comment.
        }
    }

    private long readUnsigned32() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= (long) readByte() << shift;
        }
        return value;
    }

    private int readByte() throws IOException {
        if (next == end && !fill()) {
            throw new EOFException("it ends in a gzip header or trailer");
        }
        return input[next++] & 0xff;
    }

    private boolean fill() throws IOException {
        next = 0;
        end = Math.max(in.read(input, 0, input.length), 0);
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
