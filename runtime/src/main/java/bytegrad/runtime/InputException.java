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
        this(tensor, "'" + tensor + "': ", reason);
    }

    private InputException(String tensor, String subject, String reason) {
        super(subject + reason);
        this.tensor = tensor;
    }

    /** Of several tensors at once, such as {@code the snapshot}. */
    static InputException ofSeveral(String what, String reason) {
        return new InputException(what, what + " ", reason);
    }

    /** The name of the input, state or output in question; of several at once, what they were given as. */
    public String tensor() {
        return tensor;
    }
}
