package bytegrad.runtime;

/** An index read from data, such as a class label or a token id, that lies outside the axis it points into. */
public final class IndexException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final long index;
    private final int extent;

    /**
     * Creates the error.
     *
     * @param what the op that reads the index and the tensor it reads it from
     * @param index the offending value
     * @param extent valid indices are 0 to extent − 1
     */
    public IndexException(String what, long index, int extent) {
        super(what + ": index " + index + (extent == 0 ? " into an empty axis" : " is not in 0 to " + (extent - 1)));
        this.index = index;
        this.extent = extent;
    }

    /** The offending value. */
    public long index() {
        return index;
    }

    /** The extent of the axis; valid indices are below it. */
    public int extent() {
        return extent;
    }
}
