package bytegrad.runtime.typed;

import bytegrad.runtime.BytegradException;
import java.util.List;

/** An interface that cannot stand before a compiled function. All that is wrong is said at once, with the methods and tensors it is about. */
public final class FacadeException extends BytegradException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // What List.copyOf makes is serializable.
    private final List<String> problems;

    /**
     * Creates the error.
     *
     * @param type the interface
     * @param problems what is wrong, a sentence each
     */
    public FacadeException(Class<?> type, List<String> problems) {
        this(type.getName(), problems);
    }

    /**
     * Creates the error.
     *
     * @param type the interface's name
     * @param problems what is wrong, a sentence each
     */
    public FacadeException(String type, List<String> problems) {
        super(type + " does not fit: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, a sentence each; the message has them all, but is cut where it gets very long. */
    public List<String> problems() {
        return problems;
    }
}
