package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.runtime.io.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * Fields of a JSON object of ours, read as what they must be.
 *
 * @param place where the object comes from, for messages
 */
record JsonReader(String place, Json.Obj object) {
    static JsonReader of(String place, Json json) {
        if (json instanceof Json.Obj object) {
            return new JsonReader(place, object);
        }
        throw new InputError(place + ": not a JSON object");
    }

    private Json field(String name) {
        return object.get(name).orElseThrow(() -> new InputError(place + ": has no \"" + name + "\""));
    }

    private InputError wrong(String name) {
        return new InputError(place + ": \"" + name + "\" is not what it should be: " + object.get(name).map(Json::compact).orElse(""));
    }

    JsonReader object(String name) {
        return of(place + ", " + name, field(name));
    }

    List<JsonReader> objects(String name) {
        List<JsonReader> list = new ArrayList<>();
        if (!(field(name) instanceof Json.Arr items)) {
            throw wrong(name);
        }
        for (Json item : items.items()) {
            list.add(of(place + ", " + name, item));
        }
        return list;
    }

    String text(String name) {
        if (field(name) instanceof Json.Str s) {
            return s.value();
        }
        throw wrong(name);
    }

    /** A number; null, which stands for what JSON cannot write, is NaN. */
    double number(String name) {
        if (field(name) instanceof Json.Num n) {
            return n.toDouble();
        } else if (field(name) instanceof Json.Null) {
            return Double.NaN;
        }
        throw wrong(name);
    }

    long whole(String name) {
        try {
            if (field(name) instanceof Json.Num n) {
                return n.toLong();
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw wrong(name);
    }

    int integer(String name) {
        long value = whole(name);
        if (value != (int) value) {
            throw wrong(name);
        }
        return (int) value;
    }

    List<Integer> integers(String name) {
        List<Integer> list = new ArrayList<>();
        if (!(field(name) instanceof Json.Arr items)) {
            throw wrong(name);
        }
        for (Json item : items.items()) {
            if (!(item instanceof Json.Num n) || n.toDouble() != (int) n.toDouble()) {
                throw wrong(name);
            }
            list.add((int) n.toDouble());
        }
        return list;
    }

    <E extends Enum<E>> E constant(String name, Class<E> type) {
        String text = text(name);
        for (E constant : type.getEnumConstants()) {
            if (constant.toString().equals(text)) {
                return constant;
            }
        }
        throw wrong(name);
    }
}
