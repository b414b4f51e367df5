package bytegrad.codegen.fuse;

/**
 * Where a node lives, and why.
 *
 * @param kernel the kernel that stores it or into which it is inlined, −1 for none or several
 */
public record Fate(Kind kind, int kernel, String reason) {
    /** The places a value can be. */
    public enum Kind {
        /** A pinned slot that the caller fills. */
        INPUT,
        /** A number in the code. */
        NUMBER,
        /** A slot filled when a session begins. */
        CONSTANT,
        /** A buffer. */
        STORED,
        /** Nowhere: computed where it is used. */
        INLINED,
        /** Nowhere: an index into its operand. */
        VIEW
    }
}
