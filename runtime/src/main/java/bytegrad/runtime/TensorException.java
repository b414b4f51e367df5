package bytegrad.runtime;

/** A tensor built from parts that do not fit, or used as an element type that it does not have. */
public final class TensorException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** Creates the error; the message names the tensor's type and shape. */
    public TensorException(String message) {
        super(message);
    }
}
