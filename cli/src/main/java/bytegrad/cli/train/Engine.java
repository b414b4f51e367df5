package bytegrad.cli.train;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.train.Runner;
import java.util.Locale;
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
     */
    record Ready(Supplier<Runner> runners, String text) {
        Runner runner() {
            return runners.get();
        }
    }

    /**
     * Makes a graph ready.
     *
     * @param threads the most that work on a run of compiled code
     */
    Ready ready(Graph graph, int threads) {
        return switch (this) {
            case COMPILED, CHECKED -> {
                CompiledFunction function = function(graph, this == CHECKED);
                String text = String.format(Locale.ROOT, "%.1f MB of memory, up to %d thread%s", function.arena().bytes() / 1e6, threads, threads == 1 ? "" : "s");
                yield new Ready(() -> Runner.of(function.newSession(threads)), text);
            }
            case INTERPRETER -> new Ready(() -> new InterpretedRunner(graph), "reference, in double: slow");
        };
    }

    /** A graph compiled, to look at every number or not. */
    static CompiledFunction function(Graph graph, boolean checked) {
        return checked ? Compiler.compileChecked(graph, Options.DEFAULT) : Compiler.compile(graph);
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
