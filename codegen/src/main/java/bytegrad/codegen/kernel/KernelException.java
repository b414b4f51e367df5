package bytegrad.codegen.kernel;

/**
 * A kernel that breaks a rule of the loop IR. It is a fault of the compiler, never of a user's graph; the message names
 * the method, the statement and the rule.
 */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Creates the error. */
    public KernelException(String message) {
        super(message);
        this.reason = message;
    }

    /** The message, which is never absent. */
    String reason() {
        return reason;
    }
}
