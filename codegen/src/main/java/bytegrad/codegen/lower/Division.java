package bytegrad.codegen.lower;

/**
 * How the work of a kernel is shared among chunks.
 *
 * @param chunks at most so many; 1 for none
 * @param slices whatever would be best for the kernel alone, each index of so many outermost axes is a chunk, of those along which there is more than one; 0 otherwise
 */
record Division(int chunks, int slices) {
    static final Division NONE = into(1);

    /** Chunks of the loop that suits the kernel best. */
    static Division into(int chunks) {
        return new Division(chunks, 0);
    }

    /** A chunk for each index of so many axes. */
    static Division slices(int axes) {
        return new Division(Integer.MAX_VALUE, axes);
    }

    boolean inSlices() {
        return slices > 0;
    }
}
