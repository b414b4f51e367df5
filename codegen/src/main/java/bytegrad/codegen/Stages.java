package bytegrad.codegen;

import bytegrad.ir.Graph;
import bytegrad.ir.pass.Pass;
import bytegrad.ir.pass.Pipeline;
import bytegrad.runtime.flight.Flight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Watches one compilation: takes the time of each stage, and dumps what it made at once, so that a failure leaves a trace. */
final class Stages {
    private final Map<String, Explanation.Stage> times = new LinkedHashMap<>();
    private final Optional<Dump> dump;

    Stages(Options options) {
        this.dump = Dump.of(options);
    }

    <T> T time(String name, Supplier<T> work) {
        // In its place among the others before those within it take theirs.
        times.putIfAbsent(name, new Explanation.Stage(name, 0, 0));
        long start = System.nanoTime();
        T result = Flight.phase(name, work);
        long took = System.nanoTime() - start;
        times.computeIfPresent(name, (n, s) -> new Explanation.Stage(n, s.nanos() + took, s.runs() + 1));
        return result;
    }

    void time(String name, Runnable work) {
        time(name, () -> {
            work.run();
            return name;
        });
    }

    /** Runs the pipeline, each pass on the clock. */
    Graph passes(Pipeline pipeline, Graph source) {
        List<Pass> timed = pipeline.passes().stream().map(p -> Pass.named(p.name(), g -> time("  " + p.name(), () -> p.run(g)))).toList();
        return new Pipeline(timed, pipeline.rounds(), pipeline.verified())
                .run(source, (step, pass, before, after) -> dump.ifPresent(d -> d.pass(step, pass.name(), after)));
    }

    /** Dumps something, where that is wanted. */
    void dump(java.util.function.Consumer<Dump> what) {
        dump.ifPresent(what);
    }

    List<Explanation.Stage> times() {
        return new ArrayList<>(times.values());
    }
}
