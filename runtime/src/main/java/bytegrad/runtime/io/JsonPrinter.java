package bytegrad.runtime.io;

import java.util.Map;

/** Prints a JSON value. */
final class JsonPrinter {
    private final boolean indent;
    private final StringBuilder out = new StringBuilder();

    JsonPrinter(boolean indent) {
        this.indent = indent;
    }

    String print(Json value) {
        value(value, 0);
        return out.toString();
    }

    private void value(Json value, int level) {
        if (value instanceof Json.Obj obj) {
            object(obj, level);
        } else if (value instanceof Json.Arr arr) {
            array(arr, level);
        } else if (value instanceof Json.Str str) {
            string(str.value());
        } else if (value instanceof Json.Num num) {
            out.append(num.text());
        } else if (value instanceof Json.Bool bool) {
            out.append(bool.value());
        } else {
            out.append("null");
        }
    }

    private void object(Json.Obj obj, int level) {
        out.append('{');
        String separator = "";
        for (Map.Entry<String, Json> member : obj.members().entrySet()) {
            out.append(separator);
            separator = ",";
            newLine(level + 1);
            string(member.getKey());
            out.append(indent ? ": " : ":");
            value(member.getValue(), level + 1);
        }
        if (!obj.members().isEmpty()) {
            newLine(level);
        }
        out.append('}');
    }

    private void array(Json.Arr arr, int level) {
        boolean flat = arr.items().stream().noneMatch(item -> item instanceof Json.Obj || item instanceof Json.Arr);
        out.append('[');
        String separator = "";
        for (Json item : arr.items()) {
            out.append(separator);
            separator = flat && indent ? ", " : ",";
            if (!flat) {
                newLine(level + 1);
            }
            value(item, level + 1);
        }
        if (!flat) {
            newLine(level);
        }
        out.append(']');
    }

    private void newLine(int level) {
        if (indent) {
            out.append('\n').append("  ".repeat(level));
        }
    }

    /** Half a surrogate pair is no character and has no UTF-8: it becomes U+FFFD. */
    private void string(String text) {
        out.append('"');
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", c));
            } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                out.append('\ufffd');
            } else {
                out.appendCodePoint(c);
            }
        });
        out.append('"');
    }
}
