package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.runtime.WriteException;
import bytegrad.runtime.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a training leaves its files.
 *
 * @param path the folder
 */
public record OutputFolder(Path path) {
    static final String TRAINING_GRAPH = "train.graph";
    static final String PREDICTION_GRAPH = "predict.graph";
    static final String STATE = "state.safetensors";
    static final String PREVIOUS_STATE = Checkpoint.previous(Path.of(STATE)).toString();
    static final String METRICS = "metrics.json";
    static final String CURVE = "curve.png";
    static final String PREDICTIONS = "predictions.png";

    /** All of them, each after those it is derived from. */
    private static final List<String> FILES =
            List.of(TRAINING_GRAPH, PREDICTION_GRAPH, STATE, PREVIOUS_STATE, Classifier.FILE, METRICS, CURVE, PREDICTIONS);

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** A folder in {@code runs} of the working directory that does not exist yet. */
    public static OutputFolder unused(Model model) {
        String name = model + "-" + LocalDateTime.now().format(SECOND);
        Path path = Path.of("runs", name);
        for (int i = 2; Files.exists(path); i++) {
            path = Path.of("runs", name + "-" + i);
        }
        return new OutputFolder(path);
    }

    /**
     * A folder that the user named; nothing is created yet.
     *
     * @throws InputError if it holds anything and {@code force} is off, or if it is a file
     */
    public static OutputFolder named(Path path, boolean force) {
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new InputError("--out " + path + ": is a file, not a folder");
        }
        if (!force && Files.isDirectory(path) && !isEmpty(path)) {
            throw new InputError("--out " + path
                    + ": exists already; add --force to replace what a training left there, or --resume " + path + " to go on");
        }
        return new OutputFolder(path);
    }

    private static boolean isEmpty(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            throw new InputError("--out " + folder + ": cannot be read", e);
        }
    }

    /** Creates the folder, or removes what an earlier training left in it, so that no two trainings' files mix. */
    void begin() {
        try {
            Files.createDirectories(path);
            for (String file : FILES) {
                Files.deleteIfExists(path.resolve(file));
            }
        } catch (IOException e) {
            throw new WriteException(path, "cannot be made the output folder: " + e, e);
        }
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /** The files that are there, for people. */
    String text() {
        return path + ": " + String.join(", ", FILES.stream().filter(f -> Files.exists(file(f))).toList());
    }
}
