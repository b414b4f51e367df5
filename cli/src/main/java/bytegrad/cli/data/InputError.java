package bytegrad.cli.data;

import bytegrad.runtime.BytegradException;

/** Something the user gave is wrong: an option, a folder, the contents of a file. Ends the command with exit code 2. */
public final class InputError extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message names the option or file, in one line. */
    public InputError(String message) {
        super(message);
    }

    /** Creates the error with what led to it. */
    public InputError(String message, Throwable cause) {
        super(message, cause);
    }
}
