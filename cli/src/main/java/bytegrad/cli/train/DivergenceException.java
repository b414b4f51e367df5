package bytegrad.cli.train;

import bytegrad.runtime.BytegradException;

/** The numbers of a training are no longer finite. */
public final class DivergenceException extends BytegradException {
    private static final long serialVersionUID = 1L;

    DivergenceException(String message) {
        super(message);
    }
}
