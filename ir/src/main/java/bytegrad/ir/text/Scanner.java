package bytegrad.ir.text;

import bytegrad.ir.DType;
import java.util.OptionalLong;
import java.util.Set;

/** A position in a text, and the small pieces that can be read there; each rejects what it does not find. */
final class Scanner {
    /** Words that begin a statement, and so cannot name a node. */
    static final Set<String> RESERVED = Set.of("graph", "body", "end", "output", "update");

    /** As much of the text as a message quotes. */
    private static final int QUOTED = 24;

    private final String source;
    private final String text;
    private int at;
    /** Where the last piece began, for complaints about what it means. */
    private int began;

    Scanner(String source, String text) {
        this.source = source;
        this.text = text;
    }

    static boolean wordStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    static boolean wordPart(char c) {
        return wordStart(c) || c >= '0' && c <= '9' || c == '.' || c == '/';
    }

    int at() {
        return at;
    }

    int remaining() {
        return text.length() - at;
    }

    /** The start of the piece read last. */
    int began() {
        return began;
    }

    // ---- errors: the line is counted only now

    GraphSyntaxException errorAt(int position, String problem) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < position; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new GraphSyntaxException(source, line, position - start + 1, problem);
    }

    GraphSyntaxException expected(String what) {
        return expectedAt(at, what);
    }

    GraphSyntaxException expectedAt(int position, String what) {
        return errorAt(position, "expected " + what + " but found " + found(position));
    }

    private String found(int position) {
        if (position >= text.length()) {
            return "the end of the text";
        }
        char c = text.charAt(position);
        if (c == '\n' || c == '#') {
            return "the end of the line";
        }
        int end = position + 1;
        // A word or number is quoted whole, anything else by its one character.
        boolean word = wordPart(c) || c == '%' || c == '-';
        while (word && end < text.length() && end - position < QUOTED && wordPart(text.charAt(end))) {
            end++;
        }
        if (Character.isHighSurrogate(c) && end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
            end++;
        }
        boolean cut = word && end - position == QUOTED && end < text.length() && wordPart(text.charAt(end));
        return Quoted.of(text.substring(position, end) + (cut ? "…" : ""));
    }

    // ---- space

    /** Spaces within a line. */
    void spaces() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t' || text.charAt(at) == '\r')) {
            at++;
        }
    }

    /** To the first thing that is not space, line end or comment. */
    void blankLines() {
        while (true) {
            spaces();
            comment();
            if (at >= text.length() || text.charAt(at) != '\n') {
                return;
            }
            at++;
        }
    }

    private void comment() {
        if (at < text.length() && text.charAt(at) == '#') {
            while (at < text.length() && text.charAt(at) != '\n') {
                at++;
            }
        }
    }

    boolean atEnd() {
        return at >= text.length();
    }

    void endOfLine(String orElse) {
        spaces();
        comment();
        if (at < text.length()) {
            if (text.charAt(at) != '\n') {
                throw expected(orElse + "the end of the line");
            }
            at++;
        }
    }

    // ---- pieces

    boolean nextIs(char c) {
        spaces();
        return at < text.length() && text.charAt(at) == c;
    }

    boolean accept(char c) {
        boolean found = nextIs(c);
        if (found) {
            at++;
        }
        return found;
    }

    void expect(char c) {
        if (!accept(c)) {
            throw expected(Quoted.of(String.valueOf(c)));
        }
    }

    /** A word, or nothing consumed and the empty string. */
    String acceptWord() {
        spaces();
        began = at;
        if (at < text.length() && wordStart(text.charAt(at))) {
            at++;
            while (at < text.length() && wordPart(text.charAt(at))) {
                at++;
            }
        }
        return text.substring(began, at);
    }

    String word(String what) {
        String w = acceptWord();
        if (w.isEmpty()) {
            throw expected(what);
        }
        return w;
    }

    /** A node's name: a word, or a number after a percent sign. */
    String name(String what) {
        spaces();
        began = at;
        if (!nextIs('%')) {
            return word(what);
        }
        at++;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == began + 1) {
            throw expectedAt(began, what);
        }
        return text.substring(began, at);
    }

    /** The key and the sign of {@code key=}. */
    void key(String key) {
        spaces();
        began = at;
        if (!acceptWord().equals(key) || !accept('=')) {
            at = began;
            throw expected("\"" + key + "=\"");
        }
    }

    /** A number after its sign: {@code @2}. */
    int number(String what) {
        spaces();
        int start = at;
        expect('@');
        int number = integer(what);
        began = start;
        return number;
    }

    int integer(String what) {
        OptionalLong v = Elements.parse(DType.I32, token());
        if (v.isEmpty()) {
            throw expectedAt(began, what);
        }
        return (int) v.getAsLong();
    }

    /** An element's raw bits. */
    long element(DType dtype) {
        OptionalLong v = Elements.parse(dtype, token());
        if (v.isEmpty()) {
            throw expectedAt(began, switch (dtype) {
                case F32, F64, BF16 -> "a number in the range of " + dtype.text() + ", inf, -inf or nan";
                case I32, I64, U8, I8, I16 -> "an integer in the range of " + dtype.text();
                case BOOL -> "true or false";
            });
        }
        return v.getAsLong();
    }

    /** What could be a number: up to a delimiter, and not endless. */
    private String token() {
        spaces();
        began = at;
        while (at < text.length() && ",]) \t\r\n#".indexOf(text.charAt(at)) < 0) {
            if (at - began == Elements.MAX_LENGTH) {
                throw errorAt(began, "expected a number of at most " + Elements.MAX_LENGTH + " characters");
            }
            at++;
        }
        return text.substring(began, at);
    }

    String string(String what) {
        spaces();
        began = at;
        if (!nextIs('"')) {
            throw expected(what);
        }
        at++;
        StringBuilder s = new StringBuilder();
        while (true) {
            if (at >= text.length() || text.charAt(at) == '\n') {
                throw expected("a closing \"");
            }
            char c = text.charAt(at++);
            if (c == '"') {
                return s.toString();
            }
            if (c < ' ') {
                throw errorAt(at - 1, "expected an escape for a control character in a string but found " + Quoted.of(String.valueOf(c)));
            }
            s.append(c == '\\' ? escape() : c);
        }
    }

    private char escape() {
        char c = at < text.length() ? text.charAt(at) : '\n';
        at++;
        switch (c) {
            case '"', '\\':
                return c;
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                int v = 0;
                for (int k = 0; k < 4; k++, at++) {
                    int digit = at < text.length() && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
                    if (digit < 0) {
                        throw expected("four hexadecimal digits after \\u");
                    }
                    v = v * 16 + digit;
                }
                return (char) v;
            default:
                at--;
                throw expected("one of \" \\ n r t u after the backslash");
        }
    }
}
