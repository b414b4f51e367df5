package bytegrad.benchmarks.results;

import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;

/**
 * What one process printed of a workload.
 *
 * @param round counts from 0
 * @param version as the contender calls itself
 * @param medianMicros of the measured calls
 * @param firstMillis from the launch of the process to the end of its first call
 * @param steadyMillis from the launch to the call from which on ten calls are within 10 % of the median
 * @param megabytes the most memory the process had resident
 */
public record Measured(String workload, String contender, int threads, int round, String version, double medianMicros, double firstMillis, double steadyMillis,
        double megabytes) {
    /** Reads the object behind {@code RESULT}. */
    static Measured of(Json result, Turn turn) {
        return new Measured(turn.workload(), turn.contender(), turn.threads(), turn.round(), text(result, "peer"), number(result, "median_us"), number(result, "t_first_ms"),
                number(result, "t_steady_ms"), number(result, "rss_mb"));
    }

    /** Reads what {@link #json} writes. */
    static Measured of(Json line) {
        return of(line, turn(line));
    }

    static Turn turn(Json line) {
        return new Turn(text(line, "workload"), (int) number(line, "threads"), text(line, "contender"), (int) number(line, "round"));
    }

    Turn turn() {
        return new Turn(workload, threads, contender, round);
    }

    Json.Obj json() {
        return new JsonFields()
                .put("workload", workload)
                .put("contender", contender)
                .put("threads", threads)
                .put("round", round)
                .put("peer", version)
                .put("median_us", medianMicros)
                .put("t_first_ms", firstMillis)
                .put("t_steady_ms", steadyMillis)
                .put("rss_mb", megabytes)
                .build();
    }

    private static Json member(Json object, String name) {
        if (object instanceof Json.Obj o) {
            return o.get(name).orElseThrow(() -> new IllegalStateException("no " + name + " in " + o.compact()));
        }
        throw new IllegalStateException("no object");
    }

    private static String text(Json object, String name) {
        return member(object, name) instanceof Json.Str s ? s.value() : "";
    }

    private static double number(Json object, String name) {
        return member(object, name) instanceof Json.Num n ? n.toDouble() : Double.NaN;
    }
}
