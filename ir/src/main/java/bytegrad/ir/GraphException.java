package bytegrad.ir;

/**
 * A graph was asked to hold something that has no meaning: a mismatch of shapes or dtypes, an axis out of range, a
 * malformed text. The message names the op, the operands and what to do; nothing was added to the graph.
 */
public class GraphException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GraphException(String message) {
        super(message);
    }

    /** An error that names the line of the user's own code from which Bytegrad was called. */
    public static GraphException at(String message) {
        return new GraphException(message + CallSite.suffix());
    }

    public GraphException(String message, Throwable cause) {
        super(message, cause);
    }
}
