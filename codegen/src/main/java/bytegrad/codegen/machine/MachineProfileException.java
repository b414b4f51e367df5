package bytegrad.codegen.machine;

import bytegrad.runtime.BytegradException;

/** A machine profile cannot be: the message names the file if there is one, the key, the value and the valid range. */
public final class MachineProfileException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error. */
    public MachineProfileException(String message) {
        super(message);
    }
}
