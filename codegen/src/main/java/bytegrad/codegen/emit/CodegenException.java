package bytegrad.codegen.emit;

import bytegrad.runtime.BytegradException;

/** Loop IR that cannot become a class file: it is outside what the emitter is defined on. */
public final class CodegenException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message names the kernel and the method. */
    public CodegenException(String message) {
        super(message);
    }
}
