package bytegrad.runtime.data;

import bytegrad.runtime.BytegradException;

/** Data that cannot be learnt from: parts that do not fit each other, too few examples, characters that are not known. */
public final class DataException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error. */
    public DataException(String message) {
        super(message);
    }
}
