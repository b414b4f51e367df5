package bytegrad.ir.eval;

/** A while loop would go on after as many steps as it may take. */
public final class StepLimitException extends EvaluationException {
    private static final long serialVersionUID = 1L;

    StepLimitException(String message) {
        super(message);
    }
}
