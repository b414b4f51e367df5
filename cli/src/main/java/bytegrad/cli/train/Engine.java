package bytegrad.cli.train;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import bytegrad.runtime.train.Runner;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** What runs the graphs. */
public enum Engine {
    /** Emitted bytecode. */
    COMPILED,
    /** Emitted bytecode that looks at every number it stores, and stops at the first that is not finite: some times slower. */
    CHECKED,
    /** The reference interpreter: tens to hundreds of times slower. */
    INTERPRETER;

    /**
     * A graph made ready.
     *
     * @param runners makes a runner, with no values yet
     * @param text what it is made of, for people
     * @param memory what it takes; none where nobody counts
     */
    record Ready(Supplier<Runner> runners, String text, Optional<Memory> memory) {
        Runner runner() {
            return runners.get();
        }
    }

    /**
     * The memory of a run.
     *
     * @param budget bytes that it was not to exceed
     * @param planned bytes of the arena
     * @param measured bytes of the arrays of a session
     */
    record Memory(OptionalLong budget, long planned, long measured) {
        String text() {
            String within = budget.isPresent() ? String.format(Locale.ROOT, ", budget %,d B", budget.getAsLong()) : "";
            return String.format(Locale.ROOT, "planned %,d B, measured %,d B%s", planned, measured, within);
        }

        Json.Obj json() {
            JsonFields fields = new JsonFields().put("planned_bytes", planned).put("measured_bytes", measured);
            budget.ifPresent(b -> fields.put("budget_bytes", b));
            return fields.build();
        }
    }

    /**
     * Makes a graph ready, without a budget.
     *
     * @param threads the most that work on a run of compiled code
     */
    Ready ready(Graph graph, int threads) {
        return ready(graph, threads, OptionalLong.empty());
    }

    /**
     * Makes a graph ready.
     *
     * @param budget bytes that the memory of a run of compiled code may take; throws MemoryBudgetException where that is too little
     */
    Ready ready(Graph graph, int threads, OptionalLong budget) {
        return switch (this) {
            case COMPILED, CHECKED -> {
                Options options = budget.isPresent() ? Options.DEFAULT.withMemoryBudget(budget.getAsLong()) : Options.DEFAULT;
                CompiledFunction function = this == CHECKED ? Compiler.compileChecked(graph, options) : Compiler.compile(graph, options);
                String text = String.format(Locale.ROOT, "%.1f MB of memory, up to %d thread%s", function.arena().bytes() / 1e6, threads, threads == 1 ? "" : "s");
                Session first = function.newSession(threads);
                Supplier<Runner> runners = new Supplier<>() {
                    private boolean given;

                    @Override
                    public Runner get() {
                        boolean again = given;
                        given = true;
                        return Runner.of(again ? function.newSession(threads) : first);
                    }
                };
                yield new Ready(runners, text, Optional.of(new Memory(budget, function.arena().bytes(), first.bytes())));
            }
            case INTERPRETER -> new Ready(() -> new InterpretedRunner(graph), "reference, in double: slow", Optional.empty());
        };
    }

    /**
     * A graph that only predicts, compiled to look at every number or not.
     *
     * @param data inputs that are set for each run; the others are kept
     */
    static CompiledFunction function(Graph graph, boolean checked, List<String> data) {
        Options options = Options.DEFAULT.withKept(graph.inputsWithoutUpdates().stream().filter(n -> !data.contains(n)).toList());
        return checked ? Compiler.compileChecked(graph, options) : Compiler.compile(graph, options);
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
