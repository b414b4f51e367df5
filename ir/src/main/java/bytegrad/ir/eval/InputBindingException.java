package bytegrad.ir.eval;

/** An input is missing, unknown or of another type than the graph declares. */
public final class InputBindingException extends EvaluationException {
    private static final long serialVersionUID = 1L;

    InputBindingException(String message) {
        super(message);
    }
}
