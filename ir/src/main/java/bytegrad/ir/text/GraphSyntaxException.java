package bytegrad.ir.text;

import bytegrad.ir.GraphException;

/** A text is not a graph: the message, of one line, is {@code file:line:column: expected … but found …}. */
public final class GraphSyntaxException extends GraphException {
    private static final long serialVersionUID = 1L;

    /** A message may quote what the text holds, which may be long. */
    private static final int MAX_PROBLEM = 400;

    private final int line;
    private final int column;

    GraphSyntaxException(String source, int line, int column, String problem) {
        super(source + ":" + line + ":" + column + ": " + shortened(problem));
        this.line = line;
        this.column = column;
    }

    private static String shortened(String problem) {
        int half = MAX_PROBLEM / 2;
        return problem.length() <= MAX_PROBLEM ? problem : problem.substring(0, half) + " … " + problem.substring(problem.length() - half);
    }

    /** Counted from 1. */
    public int line() {
        return line;
    }

    /** Counted from 1, in UTF-16 units. */
    public int column() {
        return column;
    }
}
