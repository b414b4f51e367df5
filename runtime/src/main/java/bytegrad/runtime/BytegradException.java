package bytegrad.runtime;

/**
 * The root of the errors Bytegrad throws on purpose: something the caller, or a file, got wrong.
 *
 * <p>The message is always one printable line, fit to be shown to a user as it is: names that come out of files are
 * part of messages, so control characters and line breaks in them are escaped here, once, for all subclasses.
 */
public class BytegradException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Room for a path and a reason; names inside are cut much shorter where they are quoted. */
    private static final int LONGEST_MESSAGE = 2000;

    /** Creates an error with a message that is made one printable line. */
    public BytegradException(String message) {
        super(oneLine(message));
    }

    /** Creates an error with a message that is made one printable line, and what led to it. */
    public BytegradException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        StringBuilder line = new StringBuilder(message.length());
        for (int i = 0; i < message.length() && line.length() < LONGEST_MESSAGE; i++) {
            char c = message.charAt(i);
            if (isPrintable(c)) {
                line.append(c);
            } else {
                line.append(String.format("\\u%04x", (int) c));
            }
        }
        if (line.length() >= LONGEST_MESSAGE) {
            line.append('…');
        }
        return line.toString();
    }

    /** Terminal escapes, line separators and direction marks could make a message lie about what it says. */
    private static boolean isPrintable(char c) {
        int type = Character.getType(c);
        return !Character.isISOControl(c)
                && type != Character.FORMAT
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
