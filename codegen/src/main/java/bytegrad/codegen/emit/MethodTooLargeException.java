package bytegrad.codegen.emit;

import bytegrad.runtime.BytegradException;

/** A method is longer than HotSpot compiles; its kernel must be cut smaller. */
public final class MethodTooLargeException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message names the kernel, the method and its size in bytes. */
    public MethodTooLargeException(String message) {
        super(message);
    }
}
