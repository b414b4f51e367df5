package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a file, or of a decompressed part of one, read once from front to back: knows where it is, how much can be
 * left, and turns every failure into a FormatException at its position.
 */
final class ByteSource implements Closeable {
    private static final long UNKNOWN = -1;
    private static final int LONGEST_QUOTE = 80;

    private final String place;
    private final InputStream in;
    private final long length;
    private long position;
    private @Nullable CRC32 crc;

    private ByteSource(String place, InputStream in, long length) {
        this.place = place;
        this.in = in;
        this.length = length;
    }

    /** A file as it is. */
    static ByteSource ofFile(Path path) {
        requireFile(path);
        try {
            long length = Files.size(path);
            // Not a channel: those fail when the reading thread has been interrupted.
            FileInputStream in = new FileInputStream(path.toFile());
            return new ByteSource(path.toString(), new BufferedInputStream(in), length);
        } catch (IOException e) {
            throw new FormatException(path.toString(), FormatException.NOWHERE, "cannot be read: " + reason(e), e);
        }
    }

    /** A file as it is or, where it starts with the magic bytes of gzip, decompressed. The name does not matter. */
    static ByteSource ofFileOrGzip(Path path) {
        ByteSource plain = ofFile(path);
        try {
            plain.in.mark(2);
            boolean gzip = plain.in.read() == Gunzip.MAGIC_1 && plain.in.read() == Gunzip.MAGIC_2;
            plain.in.reset();
            return gzip ? new ByteSource(path + " (decompressed)", new Gunzip(plain.in), UNKNOWN) : plain;
        } catch (IOException e) {
            plain.close();
            throw new FormatException(path.toString(), 0, "is no readable gzip: " + reason(e), e);
        }
    }

    /** Part of an archive whose length is only known by reading it. */
    static ByteSource ofUnknownLength(String place, InputStream in) {
        return new ByteSource(place, in, UNKNOWN);
    }

    /** Part of an archive that takes {@code length} bytes of a file that is at least as long. */
    static ByteSource ofLength(String place, InputStream in, long length) {
        return new ByteSource(place, in, length);
    }

    /** Refuses what cannot be opened, and pipes and devices, where opening would wait. */
    static void requireFile(Path path) {
        if (!Files.exists(path)) {
            throw new FormatException(path.toString(), "no such file");
        } else if (Files.isDirectory(path)) {
            throw new FormatException(path.toString(), "is a folder, not a file");
        } else if (!Files.isRegularFile(path)) {
            throw new FormatException(path.toString(), "is not a regular file");
        }
    }

    /** Whether {@link #remaining} is a figure checked against the file. */
    boolean lengthKnown() {
        return length != UNKNOWN;
    }

    /** Bytes left; only where {@link #lengthKnown}. */
    long remaining() {
        return length - position;
    }

    long position() {
        return position;
    }

    /** Exactly {@code count} bytes, a header's handful; throws where the source ends before. */
    byte[] take(int count, String what) {
        requireRemaining(count, what);
        byte[] bytes = new byte[count];
        int read = read(bytes, 0, count);
        if (read < count) {
            throw ended(read, count, what);
        }
        return bytes;
    }

    /** {@link #take} as numbers. */
    ByteBuffer take(int count, String what, ByteOrder order) {
        return ByteBuffer.wrap(take(count, what)).order(order);
    }

    /** Adds what is read from now on to a checksum. */
    void addTo(CRC32 checksum) {
        crc = checksum;
    }

    /** Throws where it is known that fewer than {@code count} bytes are left. */
    void requireRemaining(long count, String what) {
        if (lengthKnown() && count > remaining()) {
            throw ended(Math.max(remaining(), 0), count, what);
        }
    }

    /** Reads until {@code count} bytes are there or the source ends; how many came. */
    int read(byte[] target, int offset, int count) {
        int done = 0;
        try {
            while (done < count) {
                int n = in.read(target, offset + done, count - done);
                if (n < 0) {
                    break;
                }
                if (crc != null) {
                    crc.update(target, offset + done, n);
                }
                done += n;
                position += n;
            }
        } catch (EOFException e) {
            throw failure("ends in the middle of its compressed data", e);
        } catch (ZipException e) {
            throw failure("bad compressed data: " + reason(e), e);
        } catch (IOException e) {
            throw failure("cannot be read: " + reason(e), e);
        }
        return done;
    }

    /** Throws where anything is left. Of compressed data this reads one byte more, and so its checksum. */
    void requireEnd(String what) {
        long end = position;
        if (read(new byte[1], 0, 1) > 0) {
            String more = lengthKnown() ? length - end + " bytes follow" : "more bytes follow";
            throw new FormatException(place, end, more + " the end of " + what);
        }
    }

    FormatException ended(long count, long wanted, String what) {
        return error("ends after " + count + " of " + wanted + " bytes of " + what);
    }

    /** An error at the current position. */
    FormatException error(String reason) {
        return new FormatException(place, position, reason);
    }

    /** An error that has no position of its own. */
    FormatException errorInWhole(String reason) {
        return new FormatException(place, reason);
    }

    /** The path, and the entry of an archive, for messages. */
    String place() {
        return place;
    }

    private FormatException failure(String reason, IOException cause) {
        return new FormatException(place, position, reason, cause);
    }

    static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    /** A name out of a file, for a message: in quotes, cut where it is long. */
    static String quote(String name) {
        return name.length() <= LONGEST_QUOTE ? "'" + name + "'" : "'" + name.substring(0, LONGEST_QUOTE) + "…'";
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            // Everything that was wanted has been read and checked.
        }
    }
}
