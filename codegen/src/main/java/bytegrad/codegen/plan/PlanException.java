package bytegrad.codegen.plan;

/** A plan cannot be made (a slab would be longer than a Java array can be), or breaks a rule that every plan must keep. */
public final class PlanException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PlanException(String message) {
        super(message);
    }
}
