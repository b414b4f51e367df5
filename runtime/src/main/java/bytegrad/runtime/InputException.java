package bytegrad.runtime;

/** A value handed to a compiled function that does not fit its signature: a wrong name, element type or shape. */
public final class InputException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final String tensor;

    /**
     * Creates the error.
     *
     * @param tensor the name of the input, state or output in question
     * @param reason what is wrong with it, such as {@code expected f32[64,784], got f32[64,783]}
     */
    public InputException(String tensor, String reason) {
        super("'" + tensor + "': " + reason);
        this.tensor = tensor;
    }

    /** The name of the input, state or output in question. */
    public String tensor() {
        return tensor;
    }
}
