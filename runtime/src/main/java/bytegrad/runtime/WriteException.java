package bytegrad.runtime;

import java.nio.file.Path;

/** A file that could not be written. What stood at its path before, if anything, is still there and whole. */
public final class WriteException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message is the path and the reason, in one line. */
    public WriteException(Path path, String reason, Throwable cause) {
        super(path + ": " + reason, cause);
    }

    /** Creates the error; the message is the path and the reason, in one line. */
    public WriteException(Path path, String reason) {
        super(path + ": " + reason);
    }
}
