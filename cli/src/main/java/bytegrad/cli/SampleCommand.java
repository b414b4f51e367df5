package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.train.Writer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bytegrad sample}. */
@Command(
        name = "sample",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Writes text with a trained language model, character by character.", "The same options give the same text."})
final class SampleCommand implements Callable<Integer> {
    private static final int MOST_LENGTH = 1 << 24;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "A folder that `bytegrad train --model charlm-…` wrote.")
    private Path model = Path.of("");

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What to go on with (default: a line's beginning).", defaultValue = "\n")
    private String prompt = "\n";

    @Option(names = "--length", paramLabel = "N", description = "Characters to add (default: 500).", defaultValue = "500")
    private int length = 500;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Below 1 likelier characters come more often, above 1 less often (default: 0.8).",
            defaultValue = "0.8")
    private double temperature = 0.8;

    @Option(names = "--seed", paramLabel = "N", description = "Of the draws (default: 1).", defaultValue = "1")
    private long seed = 1;

    @Option(names = "--check-nan", description = "Look at every number, and fail at the first node that makes one NaN or infinite. Slower.")
    private boolean checkNan;

    @Override
    public Integer call() {
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new InputError("--temperature is " + temperature + " but must be finite and above 0");
        }
        if (length < 1 || length > MOST_LENGTH) {
            throw new InputError("--length is " + length + " but must be from 1 to " + MOST_LENGTH);
        }
        String text = Writer.read(model, checkNan).write(prompt, length, temperature, seed);
        PrintWriter out = spec.commandLine().getOut();
        out.println(text);
        out.flush();
        return Main.DONE;
    }
}
