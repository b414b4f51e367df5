package bytegrad.ir;

import java.util.Locale;

/**
 * What a user demands of a value between its making and its readers in the backward pass: a fact about a node, which computes nothing and changes no bit.
 *
 * @param subgraph the number of the subgraph that the node belongs to, counted from 1; 0 for none, which only a checkpoint may have
 */
public record Hint(Kind kind, int subgraph) {
    /** What is demanded. */
    public enum Kind {
        /** Computed by one kernel in one run, and in memory from there to its last reader. */
        CHECKPOINT,
        /** Inside of its subgraph: readers outside of it read what is computed once more, for them. */
        RECOMPUTE,
        /** Of its subgraph, whose other nodes are not kept for the sake of this one's readers: a value like any other. */
        RESULT
    }

    /** The greatest number of a subgraph. */
    public static final int MOST = 1 << 30;

    public Hint {
        if (subgraph < 0 || subgraph > MOST || subgraph == 0 && kind != Kind.CHECKPOINT) {
            throw new GraphException("hint " + kind.name().toLowerCase(Locale.ROOT) + ": " + subgraph
                    + " is no number of a subgraph; they count from 1 to " + MOST);
        }
    }

    /** A checkpoint outside of any subgraph. */
    static final Hint CHECKPOINT = new Hint(Kind.CHECKPOINT, 0);

    /** Inside of a subgraph, whose values are not kept for readers outside of it. */
    public boolean isInside() {
        return kind == Kind.RECOMPUTE;
    }

    /** Of a value that is to outlast its subgraph. */
    Hint kept() {
        return isInside() ? new Hint(Kind.RESULT, subgraph) : this;
    }

    /** As graph text has it: {@code checkpoint}, {@code recompute@2}, {@code result@2}. */
    public String text() {
        String word = kind.name().toLowerCase(Locale.ROOT);
        return subgraph == 0 ? word : word + "@" + subgraph;
    }
}
