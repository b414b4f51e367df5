package bytegrad.ir.eval;

/** A graph could not be evaluated on the values given. The message names the tensor or node and what was expected. */
public sealed class EvaluationException extends RuntimeException permits InputBindingException, IndexRangeException, StepLimitException {
    private static final long serialVersionUID = 1L;

    EvaluationException(String message) {
        super(message);
    }
}
