package bytegrad.benchmarks.results;

import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What some processes showed so far.
 *
 * @param facts of the machine, the code and the protocol, by name; they are the same for all figures
 * @param refusals turns of contenders that do not offer a workload, or failed
 * @param limits as measured, several for a number of threads
 */
public record Recorded(Map<String, String> facts, Comparison figures, List<Turn> refusals, List<Limits> limits) {
    static final Recorded EMPTY = new Recorded(Map.of(), new Comparison(List.of()), List.of(), List.of());

    public Recorded {
        facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        refusals = List.copyOf(refusals);
        limits = List.copyOf(limits);
    }

    /** Reads lines that {@link Journal} wrote. */
    static Recorded of(List<Json.Obj> lines) {
        Map<String, String> facts = new LinkedHashMap<>();
        List<Measured> figures = new ArrayList<>();
        List<Turn> refusals = new ArrayList<>();
        List<Limits> limits = new ArrayList<>();
        for (Json.Obj line : lines) {
            if (line.get("facts").orElse(null) instanceof Json.Obj o) {
                o.members().forEach((name, value) -> facts.put(name, value instanceof Json.Str s ? s.value() : value.compact()));
            } else if (line.get("gflops").isPresent()) {
                limits.add(Limits.of(line));
            } else if (line.get("refused").isPresent()) {
                refusals.add(Measured.turn(line));
            } else {
                figures.add(Measured.of(line));
            }
        }
        return new Recorded(facts, new Comparison(figures), refusals, limits);
    }

    static Json.Obj facts(Map<String, String> facts) {
        JsonFields fields = new JsonFields();
        facts.forEach(fields::put);
        return new JsonFields().put("facts", fields.build()).build();
    }

    static Json.Obj refusal(Turn turn, String why) {
        return new JsonFields().put("workload", turn.workload()).put("contender", turn.contender()).put("threads", turn.threads()).put("round", turn.round())
                .put("refused", why).build();
    }

    Recorded with(Measured m) {
        List<Measured> all = new ArrayList<>(figures.all());
        all.add(m);
        return new Recorded(facts, new Comparison(all), refusals, limits);
    }

    Recorded without(Turn refused) {
        List<Turn> all = new ArrayList<>(refusals);
        all.add(refused);
        return new Recorded(facts, figures, all, limits);
    }

    /** Whether a turn was taken, or refused, be it in another round. */
    boolean has(Turn t) {
        return figures.all().stream().anyMatch(m -> m.turn().equals(t))
                || refusals.stream().anyMatch(r -> r.workload().equals(t.workload()) && r.contender().equals(t.contender()) && r.threads() == t.threads());
    }

    /** How many times limits were measured. */
    long limitsOn(int threads) {
        return limits.stream().filter(l -> l.threads() == threads).count();
    }

    /** Of each number of threads the greatest of the limits. */
    List<Limits> best() {
        return limits.stream().map(Limits::threads).distinct().sorted().map(t -> Limits.best(limits.stream().filter(l -> l.threads() == t).toList())).toList();
    }

    /** The longest that a contender took from its first result on until it was steady, in seconds; NaN where nothing is recorded. */
    double secondsToSteady(Turn t) {
        return figures.all().stream()
                .filter(m -> m.workload().equals(t.workload()) && m.threads() == t.threads() && m.contender().equals(t.contender()))
                .mapToDouble(m -> (m.steadyMillis() - m.firstMillis()) / 1e3)
                .max()
                .orElse(Double.NaN);
    }
}
