package bytegrad.runtime;

/**
 * A session was used in a way it cannot serve: by two threads at once, before it was given its inputs, after it broke, or
 * where its memory cannot be had.
 */
public final class SessionException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message says what to do. */
    public SessionException(String message) {
        super(message);
    }

    SessionException(String message, Throwable cause) {
        super(message, cause);
    }
}
