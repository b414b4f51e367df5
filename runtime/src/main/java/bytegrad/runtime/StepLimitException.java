package bytegrad.runtime;

/** A while loop would go on after as many steps as it may take. */
public final class StepLimitException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final int limit;

    /**
     * Creates the error.
     *
     * @param what the graph node that is the loop
     * @param limit the steps it may take
     */
    public StepLimitException(String what, int limit) {
        super("while " + what + ": it would go on after its limit of " + limit + " steps");
        this.limit = limit;
    }

    /** The steps it may take. */
    public int limit() {
        return limit;
    }
}
