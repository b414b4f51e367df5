package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.workload.Task;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Options;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.Graph;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
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

    private static final int LONGEST = 3600;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SOURCE", description = "A workload's name (such as A), a .graph file, or the folder of a training.")
    private String source = "";

    @Option(names = "--format", paramLabel = "NAME", description = "${COMPLETION-CANDIDATES} (default: text).", defaultValue = "text")
    private Format format = Format.TEXT;

    @Option(names = "--dump", paramLabel = "DIR", description = "Also write every stage and the class files into this folder.")
    private @Nullable Path dump;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "4",
            description = "Instead run it with made-up inputs, to warm up for so long and then measure for so long (default: ${FALLBACK-VALUE}), and print "
                    + "how long each launch takes.")
    private @Nullable Double seconds;

    @Option(names = "--threads", paramLabel = "N", description = "With --time: how many work on a run (default: 1).", defaultValue = "1")
    private int threads;

    @Option(names = "--profile", paramLabel = "FILE", description = "The machine to compile for, as benchmarks/peak.sh --profile writes it.")
    private @Nullable Path profile;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = MemorySize.class,
            description = "Compile within this memory of a run, such as 64MB (units " + MemorySize.UNITS + "; bytes without): some of it is computed again rather "
                    + "than kept. Refused, with the least that would do, where no plan is found.")
    private @Nullable Long memory;

    @Option(
            names = "--memory-chart",
            paramLabel = "FILE",
            description = "Also draw memory by launch, and estimated time by budget, to this .png file. Compiles some ten times.")
    private @Nullable Path chart;

    @Option(
            names = "--keep",
            paramLabel = "NAME",
            split = ",",
            description = "Inputs that are set once, such as weights: what depends on them alone is not computed in each run (default: the parameters of a workload that predicts; nothing: none).")
    private @Nullable List<String> keep;

    private Options options(Task task) {
        Options free = Options.DEFAULT.withKept(keep == null ? task.kept() : keep.stream().filter(n -> !n.isEmpty()).toList());
        Options options = memory == null ? free : free.withMemoryBudget(memory);
        return profile == null ? options : options.withMachineProfile(MachineProfile.read(profile));
    }

    @Override
    public Integer call() {
        if (chart != null) {
            MemoryReport.check(chart);
            if (seconds != null) {
                throw new InputError("--memory-chart: cannot go with --time, which prints times only");
            }
        }
        return seconds == null ? explain() : time(seconds);
    }

    private int time(double length) {
        if (!(length >= 0 && length <= LONGEST)) {
            throw new InputError("--time: " + length + " is not a number of seconds from 0 to " + LONGEST);
        }
        Task task = GraphSource.task(source);
        StepProfile taken = StepProfile.of(task, dumped(options(task)), threads, length);
        PrintWriter out = spec.commandLine().getOut();
        out.print(switch (format) {
            case TEXT -> taken.text();
            case JSON -> taken.json().indented();
        });
        out.flush();
        return Main.DONE;
    }

    private Options dumped(Options options) {
        return dump == null ? options : options.withDump(dump);
    }

    private int explain() {
        Task task = GraphSource.task(source);
        Graph graph = task.graph();
        Options options = options(task);
        Explanation explanation = Compiler.explain(graph, dumped(options));
        OptionalLong measured = memory == null && chart == null ? OptionalLong.empty() : MemoryReport.measured(graph, options, explanation);
        if (chart != null) {
            MemoryReport.draw(chart, source, graph, options, explanation);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(switch (format) {
            case TEXT -> explanation.text() + MemoryReport.text(explanation, measured);
            case JSON -> MemoryReport.json(explanation, measured);
        });
        out.flush();
        return Main.DONE;
    }
}
