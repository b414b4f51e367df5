package bytegrad.runtime;

/** No session of a {@link SessionPool} became free in the time that was given: try again later, or have a larger pool. */
public final class BusyException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message says how many there are and how long was waited. */
    public BusyException(String message) {
        super(message);
    }
}
