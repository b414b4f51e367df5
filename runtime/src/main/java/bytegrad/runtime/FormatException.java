package bytegrad.runtime;

/**
 * A file that cannot be read as what it should be: missing, truncated, corrupt, lying about its contents, of an
 * unsupported kind, or larger than the limit of the reader.
 *
 * <p>The message is one line: {@code data.npz: entry 'x.npy': byte 12: ends after 2 of 4 bytes of …}. Nothing has been
 * handed out or changed when it is thrown.
 */
public final class FormatException extends BytegradException {
    private static final long serialVersionUID = 1L;

    /** The offset of an error that concerns the file as a whole. */
    public static final long NOWHERE = -1;

    private final String place;
    private final long offset;
    private final String reason;

    /**
     * Creates an error at a byte of a file.
     *
     * @param place the path as the user gave it, followed by the entry for an archive
     * @param offset bytes from the start of {@code place} (of the decompressed data, where it is compressed), or
     *     {@link #NOWHERE}
     * @param reason what is wrong
     */
    public FormatException(String place, long offset, String reason) {
        super(message(place, offset, reason));
        this.place = place;
        this.offset = offset;
        this.reason = reason;
    }

    /** Creates an error at a byte of a file, or {@link #NOWHERE}, that {@code cause} reported. */
    public FormatException(String place, long offset, String reason, Throwable cause) {
        super(message(place, offset, reason), cause);
        this.place = place;
        this.offset = offset;
        this.reason = reason;
    }

    /** Creates an error that concerns the file as a whole. */
    public FormatException(String place, String reason) {
        this(place, NOWHERE, reason);
    }

    private static String message(String place, long offset, String reason) {
        return offset == NOWHERE ? place + ": " + reason : place + ": byte " + offset + ": " + reason;
    }

    /** The path as the user gave it, followed by the entry for an archive. */
    public String place() {
        return place;
    }

    /** Bytes from the start of {@link #place}, or {@link #NOWHERE}. */
    public long offset() {
        return offset;
    }

    /** What is wrong, without the place. */
    public String reason() {
        return reason;
    }
}
