package bytegrad.runtime.io;

import bytegrad.runtime.WriteException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Which names of tensors can be written so that they are read back as they were. */
final class TensorNames {
    /** Zip has 16 bits for it; the suffix takes a few. */
    private static final int LONGEST = 60_000;

    private TensorNames() {}

    static void check(Path path, String name) {
        checkText(path, name);
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new WriteException(path, "the name " + ByteSource.quote(name) + " is over " + LONGEST + " bytes");
        }
    }

    /** Half a surrogate pair has no UTF-8. */
    static void checkText(Path path, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new WriteException(path, ByteSource.quote(text) + " is no Unicode text");
        }
    }
}
