package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.workload.Fill;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.text.GraphParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A graph by the words a user has for it: a workload's name, a {@code .graph} file, or a training's folder. */
final class GraphSource {
    private static final String IN_FOLDER = "train.graph";
    private static final float SMALL = 0.1f;

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

    /**
     * The graph with values for its inputs: a workload's own; else small numbers for floats, and 0 for integers, which is within any index's bounds.
     *
     * @throws InputError if there is none of that name
     * @throws bytegrad.ir.GraphException if the file is no graph
     */
    static Task task(String source) {
        Optional<Workload> workload = Workload.named(source);
        if (workload.isPresent()) {
            return workload.get().task();
        }
        Graph graph = of(source);
        Map<String, Fill> fills = new LinkedHashMap<>();
        for (Node n : graph.inputs()) {
            boolean numbers = n.type().dtype().isFloat();
            fills.put(((Op.Input) n.op()).name(), numbers ? new Fill.Uniform(fills.size() + 1, SMALL) : new Fill.Same(0));
        }
        return new Task(graph, fills);
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
