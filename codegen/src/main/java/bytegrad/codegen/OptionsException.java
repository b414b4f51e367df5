package bytegrad.codegen;

import bytegrad.runtime.BytegradException;

/** An option is out of range; the message names the range. */
public final class OptionsException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error. */
    public OptionsException(String message) {
        super(message);
    }
}
