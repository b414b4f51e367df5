package bytegrad.runtime.train;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a training has come. Sums are doubles, written with all their digits, so that an epoch resumed in its middle ends with the figures it would have had.
 *
 * @param finished what each finished epoch came to
 * @param step steps done of the epoch that follows
 * @param sums of the outputs that are followed, over those steps
 * @param seconds those steps took
 */
public record Progress(List<Epoch> finished, int step, Map<String, Double> sums, double seconds) {
    /** Before the first step. */
    public static final Progress NONE = new Progress(List.of(), 0, Map.of(), 0);

    /** Copies both. */
    public Progress {
        finished = List.copyOf(finished);
        sums = Collections.unmodifiableMap(new LinkedHashMap<>(sums));
    }

    /** The epoch to go on with, counted from 0. */
    public int epoch() {
        return finished.size();
    }

    /** The mean of an output over the steps done of this epoch; NaN before the first. */
    public double mean(String output) {
        return sums.getOrDefault(output, Double.NaN) / step;
    }

    /**
     * One step further.
     *
     * @param outputs of that step, by name
     * @param stepSeconds that it took
     */
    public Progress stepped(Map<String, Double> outputs, double stepSeconds) {
        Map<String, Double> next = new LinkedHashMap<>(sums);
        outputs.forEach((name, value) -> next.merge(name, value, Double::sum));
        return new Progress(finished, step + 1, next, seconds + stepSeconds);
    }

    Progress finish(Map<String, Double> figures) {
        List<Epoch> all = new ArrayList<>(finished);
        all.add(new Epoch(finished.size() + 1, figures));
        return new Progress(all, 0, Map.of(), 0);
    }

    /** As JSON; what is not finite becomes null. */
    public Json.Obj json() {
        return new JsonFields()
                .put("epochs", new Json.Arr(finished.stream().map(e -> (Json) numbers(e.figures())).toList()))
                .put("step", step)
                .put("sums", numbers(sums))
                .put("seconds", seconds)
                .build();
    }

    private static Json.Obj numbers(Map<String, Double> map) {
        JsonFields fields = new JsonFields();
        map.forEach(fields::put);
        return fields.build();
    }

    /**
     * What {@link #json} gave.
     *
     * @param place where it comes from, for messages
     * @throws FormatException for anything that could not have come from there
     */
    public static Progress of(String place, Json json) {
        if (!(json instanceof Json.Obj o) || !(field(place, o, "epochs") instanceof Json.Arr epochs)) {
            throw wrong(place, "epochs");
        }
        List<Epoch> finished = new ArrayList<>();
        for (Json e : epochs.items()) {
            finished.add(new Epoch(finished.size() + 1, numbers(place, "epochs", e)));
        }
        double step = number(place, "step", field(place, o, "step"));
        if (!(step >= 0 && step <= Integer.MAX_VALUE && step == Math.rint(step))) {
            throw wrong(place, "step");
        }
        return new Progress(finished, (int) step, numbers(place, "sums", field(place, o, "sums")), number(place, "seconds", field(place, o, "seconds")));
    }

    private static Json field(String place, Json.Obj o, String name) {
        return o.get(name).orElseThrow(() -> new FormatException(place, "has no \"" + name + "\""));
    }

    private static Map<String, Double> numbers(String place, String name, Json json) {
        if (!(json instanceof Json.Obj o)) {
            throw wrong(place, name);
        }
        Map<String, Double> map = new LinkedHashMap<>();
        o.members().forEach((key, value) -> map.put(key, number(place, key, value)));
        return map;
    }

    private static double number(String place, String name, Json json) {
        if (json instanceof Json.Num n) {
            return n.toDouble();
        } else if (json instanceof Json.Null) {
            return Double.NaN;
        }
        throw wrong(place, name);
    }

    private static FormatException wrong(String place, String name) {
        return new FormatException(place, "\"" + name + "\" is not what a training writes");
    }
}
