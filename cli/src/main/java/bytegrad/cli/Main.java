package bytegrad.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 failed, 2 bad input. */
@Command(
        name = "bytegrad",
        version = "bytegrad 0.1.0-SNAPSHOT",
        mixinStandardHelpOptions = true,
        description = "Compiles tensor graphs, with their gradients, to JVM bytecode.")
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    /**
     * Runs one command and ends the JVM with its exit code.
     *
     * @param args the words after {@code ./bytegrad}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
