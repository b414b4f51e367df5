package bytegrad.ir.eval;

/** An index of a gather or scatter_add points outside the indexed axis. */
public final class IndexRangeException extends EvaluationException {
    private static final long serialVersionUID = 1L;

    IndexRangeException(String message) {
        super(message);
    }
}
