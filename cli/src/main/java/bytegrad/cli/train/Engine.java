package bytegrad.cli.train;

import bytegrad.codegen.Compiler;
import bytegrad.ir.Graph;
import java.util.Locale;

/** What runs the graphs. */
public enum Engine {
    /** Emitted bytecode. */
    COMPILED,
    /** The reference interpreter: tens to hundreds of times slower. */
    INTERPRETER;

    Runner runner(Graph graph) {
        return switch (this) {
            case COMPILED -> new CompiledRunner(Compiler.compile(graph));
            case INTERPRETER -> new InterpretedRunner(graph);
        };
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
