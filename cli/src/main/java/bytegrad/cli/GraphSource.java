package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.workload.Workload;
import bytegrad.ir.Graph;
import bytegrad.ir.text.GraphParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A graph by the words a user has for it: a workload's name, a {@code .graph} file, or a training's folder. */
final class GraphSource {
    private static final String IN_FOLDER = "train.graph";

    private GraphSource() {}

    /**
     * The graph.
     *
     * @throws InputError if there is none of that name
     * @throws bytegrad.ir.GraphException if the file is no graph
     */
    static Graph of(String source) {
        Optional<Workload> workload = Workload.named(source);
        if (workload.isPresent()) {
            return workload.get().task().graph();
        }
        Path file = file(source);
        try {
            return GraphParser.parse(file);
        } catch (IOException e) {
            throw new InputError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Path file(String source) {
        Path path;
        try {
            path = Path.of(source);
        } catch (InvalidPathException e) {
            throw new InputError(source + ": is neither " + kinds(), e);
        }
        if (Files.isDirectory(path)) {
            Path file = path.resolve(IN_FOLDER);
            if (!Files.isRegularFile(file)) {
                throw new InputError(path + ": has no " + IN_FOLDER + ", so it is not the folder of a training");
            }
            return file;
        }
        if (!Files.isRegularFile(path)) {
            throw new InputError(source + ": is neither " + kinds());
        }
        return path;
    }

    /** What a source can be, for messages. */
    private static String kinds() {
        return "a .graph file, nor the folder of a training, nor a workload ("
                + Arrays.stream(Workload.values()).map(Workload::title).collect(Collectors.joining(", ")) + ")";
    }
}
