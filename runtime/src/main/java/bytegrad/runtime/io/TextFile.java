package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Texts in UTF-8, plain or compressed with gzip. */
public final class TextFile {
    private static final int CHUNK = 1 << 16;

    private TextFile() {}

    /**
     * Reads a text.
     *
     * @param maxBytes the most it may take, decompressed
     * @throws FormatException if the file cannot be read, is larger, or is no UTF-8
     */
    public static String read(Path path, int maxBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ByteSource source = ByteSource.ofFileOrGzip(path)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = source.read(chunk, 0, CHUNK); n > 0; n = source.read(chunk, 0, CHUNK)) {
                if (n > maxBytes - bytes.size()) {
                    throw new FormatException(path.toString(), "is larger than " + maxBytes + " bytes");
                }
                bytes.write(chunk, 0, n);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(path.toString(), "is no text in UTF-8");
        }
    }
}
