package bytegrad.runtime;

import bytegrad.runtime.flight.Flight;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A number that is NaN or infinite, of a function that was compiled to look for such. */
public final class NumberException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final String node;
    @SuppressWarnings("serial") // What List.copyOf makes is serializable.
    private final List<Integer> index;
    private final double value;

    /**
     * Creates the error.
     *
     * @param node the first graph node that has such a number though its operands explain none, or the input or state that was set to it
     * @param index of the first element, an extent each
     * @param value that element
     * @param what of the node: how it is computed, how many of its elements are not finite, and what of its operands
     */
    NumberException(String node, List<Integer> index, double value, String what) {
        super((Double.isNaN(value) ? "NaN" : value > 0 ? "an infinity" : "minus infinity") + " in " + node + index.toString().replace(" ", "") + ", " + what + place());
        this.node = node;
        this.index = List.copyOf(index);
        this.value = value;
        Flight.number(node, this.index.toString(), what);
    }

    /** Where in the kernel listing the launch is. */
    private static String place() {
        return listed(new Throwable()).map(f -> " (launched at " + f.getFileName() + ":" + f.getLineNumber() + ")").orElse("");
    }

    private static Optional<StackTraceElement> listed(Throwable t) {
        return Arrays.stream(t.getStackTrace()).filter(f -> String.valueOf(f.getFileName()).endsWith(".kernels")).findFirst();
    }

    /** The first graph node that has such a number though its operands explain none, or the input or state that was set to it. */
    public String node() {
        return node;
    }

    /** The index of the first such element; empty for a scalar. */
    public List<Integer> index() {
        return index;
    }

    /** That element: NaN or an infinity. */
    public double value() {
        return value;
    }

    /** The line of the kernel listing from which the node's kernel was launched, as a stack trace has it; nothing for inputs and states. */
    public Optional<StackTraceElement> listing() {
        return listed(this);
    }
}
