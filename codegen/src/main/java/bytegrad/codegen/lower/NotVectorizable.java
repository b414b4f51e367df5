package bytegrad.codegen.lower;

/** A loop cannot run on several lanes: an access is not contiguous, or a function has no lanes. The schedule then uses one. */
final class NotVectorizable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotVectorizable(String why) {
        super(why, null, false, false);
    }
}
