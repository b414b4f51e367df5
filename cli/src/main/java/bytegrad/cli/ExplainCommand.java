package bytegrad.cli;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bytegrad explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Prints what a graph is compiled to: its nodes, where each lives and why, kernels, and memory.")
final class ExplainCommand implements Callable<Integer> {
    /** How to print. */
    enum Format {
        TEXT,
        JSON;

        /** As on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SOURCE", description = "A workload's name (such as A), a .graph file, or the folder of a training.")
    private String source = "";

    @Option(names = "--format", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: text).", defaultValue = "text")
    private Format format = Format.TEXT;

    @Option(names = "--dump", paramLabel = "DIR", description = "Also write every stage and the class files into this folder.")
    private @Nullable Path dump;

    @Override
    public Integer call() {
        Graph graph = GraphSource.of(source);
        Options options = dump == null ? Options.DEFAULT : Options.DEFAULT.withDump(dump);
        Explanation explanation = Compiler.explain(graph, options);
        PrintWriter out = spec.commandLine().getOut();
        out.print(switch (format) {
            case TEXT -> explanation.text();
            case JSON -> explanation.json();
        });
        out.flush();
        return Main.DONE;
    }
}
