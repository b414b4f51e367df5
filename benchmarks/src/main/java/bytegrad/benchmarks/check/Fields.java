package bytegrad.benchmarks.check;

import bytegrad.runtime.io.Json;
import java.util.Set;

/** Reads into JSON whose form is known. */
final class Fields {
    private Fields() {}

    /** The value along a path of member names. */
    static Json of(Json json, String... path) {
        Json at = json;
        for (String name : path) {
            at = ((Json.Obj) at).get(name).orElseThrow(() -> new IllegalStateException("no member " + String.join(".", path)));
        }
        return at;
    }

    static double number(Json json, String... path) {
        return ((Json.Num) of(json, path)).toDouble();
    }

    static Set<String> names(Json object) {
        return ((Json.Obj) object).members().keySet();
    }
}
