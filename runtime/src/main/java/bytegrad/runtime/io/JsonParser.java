package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses JSON out of bytes, so that errors name the byte; see {@link Json} for the limits. */
final class JsonParser {
    private final String place;
    private final byte[] text;
    private final long offset;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private int at;
    private int values;

    /** A parser of {@code text}, which starts at byte {@code offset} of {@code place}. */
    JsonParser(String place, byte[] text, long offset) {
        this.place = place;
        this.text = text;
        this.offset = offset;
    }

    Json parse() {
        Json value = value(0);
        skipSpace();
        if (at < text.length) {
            throw error("text after the JSON value");
        }
        return value;
    }

    private Json value(int depth) {
        skipSpace();
        if (++values > Json.MAX_VALUES) {
            throw error("more than " + Json.MAX_VALUES + " JSON values");
        }
        int c = peek();
        return switch (c) {
            case '{' -> object(deeper(depth));
            case '[' -> array(deeper(depth));
            case '"' -> new Json.Str(string());
            case 't' -> literal("true", new Json.Bool(true));
            case 'f' -> literal("false", new Json.Bool(false));
            case 'n' -> literal("null", new Json.Null());
            default -> number();
        };
    }

    private int deeper(int depth) {
        if (depth == Json.MAX_DEPTH) {
            throw error("JSON nested deeper than " + Json.MAX_DEPTH + " levels");
        }
        return depth + 1;
    }

    private Json object(int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        at++;
        skipSpace();
        if (accept('}')) {
            return new Json.Obj(members);
        }
        do {
            skipSpace();
            if (peek() != '"') {
                throw error("expected a name in JSON");
            }
            int start = at;
            String name = string();
            if (members.containsKey(name)) {
                at = start;
                throw error("duplicate name " + ByteSource.quote(name) + " in JSON");
            }
            skipSpace();
            expect(':');
            members.put(name, value(depth));
            skipSpace();
        } while (accept(','));
        expect('}');
        return new Json.Obj(members);
    }

    private Json array(int depth) {
        List<Json> items = new ArrayList<>();
        at++;
        skipSpace();
        if (accept(']')) {
            return new Json.Arr(items);
        }
        do {
            items.add(value(depth));
            skipSpace();
        } while (accept(','));
        expect(']');
        return new Json.Arr(items);
    }

    private Json literal(String word, Json value) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
        return value;
    }

    private Json number() {
        int start = at;
        while (at < text.length && isNumberByte(text[at])) {
            at++;
        }
        String digits = new String(text, start, at - start, StandardCharsets.US_ASCII);
        try {
            return new Json.Num(digits);
        } catch (NumberFormatException e) {
            at = start;
            String reason = digits.isEmpty() ? "expected a JSON value" : "not a JSON number";
            throw new FormatException(place, offset + at, reason, e);
        }
    }

    private static boolean isNumberByte(byte b) {
        return b >= '0' && b <= '9' || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    private String string() {
        at++;
        int start = at;
        String whole = plain();
        if (accept('"')) {
            return whole;
        }
        StringBuilder parts = new StringBuilder(whole);
        while (!accept('"')) {
            if (accept('\\')) {
                parts.append(escape());
            } else {
                parts.append(plain());
            }
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(parts)) {
            at = start;
            throw error("half of a surrogate pair in a JSON string");
        }
        return parts.toString();
    }

    /** Bytes up to a quote or backslash. A byte of a longer UTF-8 sequence is never equal to either. */
    private String plain() {
        int start = at;
        while (peek() != '"' && peek() != '\\') {
            if (peek() < 0) {
                throw error("a JSON string that does not end");
            } else if (peek() < ' ') {
                throw error("a control character in a JSON string");
            }
            at++;
        }
        try {
            CharBuffer chars = utf8.decode(ByteBuffer.wrap(text, start, at - start));
            return chars.toString();
        } catch (CharacterCodingException e) {
            throw new FormatException(place, offset + start, "not UTF-8 in a JSON string", e);
        }
    }

    private char escape() {
        int c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> (char) c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> {
                at--;
                throw error("an unknown escape in a JSON string");
            }
        };
    }

    private char hex() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int c = peek();
            // Not Character.digit, which takes digits of any script.
            int digit = c >= 0 && c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw error("expected four hexadecimal digits in a JSON string");
            }
            value = value << 4 | digit;
            at++;
        }
        return (char) value;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw error(at < text.length ? "expected " + c + " in JSON" : "the JSON ends where " + c + " was expected");
        }
    }

    private boolean accept(char c) {
        if (peek() == c) {
            at++;
            return true;
        }
        return false;
    }

    /** The next byte, unsigned; −1 at the end. */
    private int peek() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private void skipSpace() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
    }

    private FormatException error(String reason) {
        return new FormatException(place, offset + at, reason);
    }
}
