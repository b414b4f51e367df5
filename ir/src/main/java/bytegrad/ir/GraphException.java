package bytegrad.ir;

import java.util.function.Supplier;

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

    /**
     * What is made of the user's numbers, such as a shape.
     *
     * @param what the op it is for and {@code ": "}, in front of the message; nothing where that says it
     * @throws GraphException where it cannot be made, with the line of the user's own code, too
     */
    static <T> T within(String what, Supplier<T> make) {
        try {
            return make.get();
        } catch (GraphException e) {
            throw new GraphException(what + e.getMessage() + CallSite.suffix(), e);
        }
    }

    public GraphException(String message, Throwable cause) {
        super(message, cause);
    }
}
