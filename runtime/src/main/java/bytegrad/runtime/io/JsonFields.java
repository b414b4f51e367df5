package bytegrad.runtime.io;

import java.util.LinkedHashMap;
import java.util.Map;

/** Collects the members of a JSON object in order; a name given twice keeps its place and takes the later value. */
public final class JsonFields {
    private final Map<String, Json> members = new LinkedHashMap<>();

    /** Starts with no member. */
    public JsonFields() {}

    /** Adds a value. */
    public JsonFields put(String name, Json value) {
        members.put(name, value);
        return this;
    }

    /** Adds text. */
    public JsonFields put(String name, String value) {
        return put(name, Json.of(value));
    }

    /** Adds a whole number. */
    public JsonFields put(String name, long value) {
        return put(name, Json.of(value));
    }

    /** Adds a number, null where it is not finite. */
    public JsonFields put(String name, double value) {
        return put(name, Json.of(value));
    }

    /** Adds a truth value. */
    public JsonFields put(String name, boolean value) {
        return put(name, Json.of(value));
    }

    /** The object of what was added so far. */
    public Json.Obj build() {
        return new Json.Obj(members);
    }
}
