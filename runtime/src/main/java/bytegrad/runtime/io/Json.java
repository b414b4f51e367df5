package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A JSON value (RFC 8259), for file headers and metrics: immutable, objects in the order they were given.
 *
 * <p>Reading is strict and bounded: UTF-8 only, no duplicate keys, no unpaired surrogates, at most {@value #MAX_DEPTH}
 * levels and {@value #MAX_VALUES} values.
 */
public sealed interface Json {
    /** How deep arrays and objects may nest. */
    int MAX_DEPTH = 64;

    /** How many values a text may have: one of two bytes takes some fifty in memory. */
    int MAX_VALUES = 1_000_000;

    /** Named values. Two objects are equal whatever the order. */
    record Obj(Map<String, Json> members) implements Json {
        /** Copies the members, in their order. */
        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /** The value of {@code name}, if there is one. */
        public Optional<Json> get(String name) {
            return Optional.ofNullable(members.get(name));
        }
    }

    /** Values in order. */
    record Arr(List<Json> items) implements Json {
        /** Copies the items. */
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** Text. */
    record Str(String value) implements Json {}

    /** A number as it is written; throws NumberFormatException for text that is no JSON number. */
    record Num(String text) implements Json {
        private static final Pattern GRAMMAR = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        private static final int LONGEST = 128;

        /** Checks the text. */
        public Num {
            if (text.length() > LONGEST || !GRAMMAR.matcher(text).matches()) {
                throw new NumberFormatException("no JSON number");
            }
        }

        /** The nearest double; infinite where it is out of range. */
        public double toDouble() {
            return Double.parseDouble(text);
        }

        /** The value as a long; throws NumberFormatException where it has a fraction, an exponent, or no room. */
        public long toLong() {
            return Long.parseLong(text);
        }
    }

    /** A truth value. */
    record Bool(boolean value) implements Json {}

    /** The literal null. */
    record Null() implements Json {}

    /** Text as a value. */
    static Json of(String value) {
        return new Str(value);
    }

    /** A whole number as a value. */
    static Json of(long value) {
        return new Num(Long.toString(value));
    }

    /** A number as a value; NaN and the infinities, which JSON does not have, become null. */
    static Json of(double value) {
        return Double.isFinite(value) ? new Num(Double.toString(value)) : new Null();
    }

    /** A number as a value, with the digits that tell it from other floats; not finite becomes null. */
    static Json of(float value) {
        return Float.isFinite(value) ? new Num(Float.toString(value)) : new Null();
    }

    /** A truth value as a value. */
    static Json of(boolean value) {
        return new Bool(value);
    }

    /** An array of whole numbers. */
    static Json of(int[] values) {
        List<Json> items = new ArrayList<>(values.length);
        for (int value : values) {
            items.add(of((long) value));
        }
        return new Arr(items);
    }

    /**
     * Parses a text.
     *
     * @param place where it comes from, for messages
     * @param utf8 the whole text
     * @throws FormatException at the first byte that is not as RFC 8259 and the limits above have it
     */
    static Json parse(String place, byte[] utf8) {
        return new JsonParser(place, utf8, 0).parse();
    }

    /** Parses a file of at most {@code maxBytes} bytes; throws FormatException. */
    static Json read(Path path, int maxBytes) {
        try (ByteSource source = ByteSource.ofFile(path)) {
            if (source.remaining() > maxBytes) {
                throw source.errorInWhole(source.remaining() + " bytes are over the limit of " + maxBytes);
            }
            byte[] utf8 = source.take((int) source.remaining(), "JSON");
            source.requireEnd("the JSON");
            return parse(path.toString(), utf8);
        }
    }

    /** The text without spaces. */
    default String compact() {
        return new JsonPrinter(false).print(this);
    }

    /** The text for people: two spaces per level, arrays of plain values on one line, a line feed at the end. */
    default String indented() {
        return new JsonPrinter(true).print(this) + "\n";
    }

    /** Writes {@link #indented} as UTF-8; throws WriteException. */
    default void write(Path path) {
        AtomicFile.write(path, out -> out.write(indented().getBytes(StandardCharsets.UTF_8)));
    }
}
