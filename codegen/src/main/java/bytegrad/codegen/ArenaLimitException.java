package bytegrad.codegen;

import bytegrad.runtime.BytegradException;
import java.util.Locale;

/** The tensors of one storage type need more room than a Java array has. */
public final class ArenaLimitException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the error.
     *
     * @param dtype the storage type, such as {@code f32}
     * @param bytes what its tensors take
     * @param limit bytes of the longest array
     */
    public ArenaLimitException(String dtype, long bytes, long limit) {
        super(String.format(Locale.ROOT, "the %s tensors of one run need %,d B together, but one array holds at most %,d B; make the batch smaller, or set a"
                + " memory budget (Options.withMemoryBudget) of at most %,d B, so that some are computed again instead of kept", dtype, bytes, limit, limit));
    }
}
