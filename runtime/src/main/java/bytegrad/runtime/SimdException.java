package bytegrad.runtime;

/** Vector code was asked for that this JVM cannot run, or in words it does not know. */
public final class SimdException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message says what to change. */
    public SimdException(String message) {
        super(message);
    }
}
