package bytegrad.cli;

import bytegrad.cli.train.Model;
import bytegrad.runtime.train.DivergenceException;
import bytegrad.codegen.Compiler;
import bytegrad.ir.GraphException;
import bytegrad.runtime.BytegradException;
import bytegrad.runtime.NumberException;
import bytegrad.runtime.WriteException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. What goes wrong is one line on standard error; {@code -Dbytegrad.debug=1} adds where. */
@Command(
        name = "bytegrad",
        version = "bytegrad " + Compiler.VERSION,
        mixinStandardHelpOptions = true,
        description = "Compiles tensor graphs, with their gradients, to JVM bytecode.",
        footer = {"", "Exit codes: 0 done, 1 failed, 2 bad input."},
        subcommands = {TrainCommand.class, PredictCommand.class, SampleCommand.class, CompileCommand.class, ExplainCommand.class, DoctorCommand.class})
public final class Main implements Runnable {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    private static final String PREFIX = "bytegrad: ";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given; " + commands(spec.commandLine()));
    }

    /** What can be called, for messages. */
    private static String commands(CommandLine main) {
        return "there are " + String.join(", ", main.getSubcommands().keySet()) + ", and --help";
    }

    /**
     * Runs one command and ends the JVM with its exit code.
     *
     * @param args the words after {@code ./bytegrad}
     */
    public static void main(String[] args) {
        System.exit(execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /** Runs one command; its exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((e, words) -> report(err, parameter(e, words), e, BAD_INPUT))
                .setExecutionExceptionHandler((e, command, result) -> failure(err, e));
        line.registerConverter(Model.class, Main::model);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            long limit = Runtime.getRuntime().maxMemory() / 1_000_000;
            return report(err, "out of memory: the heap is limited to " + limit + " MB; raise it with BYTEGRAD_JAVA_OPTS=-Xmx…", e, FAILED);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Picocli's own words for what is no model list each twice, in capitals too. */
    private static Model model(String word) {
        return Arrays.stream(Model.values()).filter(m -> m.toString().equalsIgnoreCase(word)).findFirst().orElseThrow(() -> new TypeConversionException(
                "'" + word + "' is none of " + Arrays.stream(Model.values()).map(Model::toString).collect(Collectors.joining(", "))));
    }

    private static String parameter(ParameterException e, String[] words) {
        // Picocli's own words for it do not mention commands.
        boolean command = e instanceof UnmatchedArgumentException && e.getCommandLine().getParent() == null && !words[0].startsWith("-");
        return command ? "no command '" + words[0] + "'; " + commands(e.getCommandLine()) : message(e);
    }

    private static int failure(PrintWriter err, Exception e) {
        return switch (e) {
            case WriteException w -> report(err, message(w), w, FAILED);
            case DivergenceException d -> report(err, message(d), d, FAILED);
            case NumberException n -> report(err, message(n), n, FAILED);
            case BytegradException b -> report(err, message(b), b, b.getCause() instanceof OutOfMemoryError ? FAILED : BAD_INPUT);
            case GraphException g -> report(err, message(g), g, BAD_INPUT);
            case Exception other -> report(err,
                    "internal error: " + other + "; -Dbytegrad.debug=1 (in BYTEGRAD_JAVA_OPTS) shows where", other, FAILED);
        };
    }

    private static String message(Exception e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }

    private static int report(PrintWriter err, String message, Throwable e, int code) {
        err.println(PREFIX + message.lines().map(String::strip).reduce((a, b) -> a + " " + b).orElse(""));
        if (Integer.getInteger("bytegrad.debug", 0) > 0) {
            e.printStackTrace(err);
        }
        err.flush();
        return code;
    }
}
