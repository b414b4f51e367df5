package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.cli.data.IdxFolder;
import bytegrad.cli.data.InputError;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to go on with an earlier training.
 *
 * @param from its folder
 * @param data where its data is, if not where it was
 * @param epochs in total, if not as many as were asked for at first
 */
public record Resumption(Path from, Optional<Path> data, Optional<Integer> epochs) {
    /**
     * Reads the checkpoint and the data.
     *
     * @throws InputError if there is no checkpoint, the data is not the same, or there is nothing left to do
     * @throws bytegrad.runtime.FormatException if a file is no checkpoint or no idx
     */
    public Training resume(Engine engine, boolean checkNan, OutputFolder folder, Console console) {
        if (!java.nio.file.Files.isDirectory(from)) {
            throw new InputError("--resume " + from + ": no such folder");
        }
        Checkpoint checkpoint = Checkpoint.read(from);
        Settings settings = checkpoint.settings().withEpochs(epochs.orElse(checkpoint.settings().epochs()));
        if (checkpoint.progress().epoch() >= settings.epochs()) {
            throw new InputError("--resume " + from + ": " + checkpoint.progress().epoch() + " of " + settings.epochs()
                    + " epochs are done already; ask for more with --epochs N");
        }
        DataSet dataSet = IdxFolder.read(data.orElseGet(() -> Path.of(checkpoint.data())));
        return Training.resume(settings, checkpoint, from, dataSet, engine, checkNan, folder, console);
    }
}
