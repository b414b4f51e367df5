package bytegrad.runtime.train;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.Safetensors;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that a training needs to go on, in one file, so that it is of one moment.
 *
 * @param progress how far it has come
 * @param states parameters, statistics and slots by name
 * @param metadata of the caller's, such as which data it saw
 */
public record Checkpoint(Progress progress, Map<String, Tensor> states, Map<String, String> metadata) {
    private static final String PROGRESS = "bytegrad.progress";

    /** Copies the maps. */
    public Checkpoint {
        states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /**
     * Writes it as a safetensors file with a checksum, which is the old one or the whole new one whenever the process or the machine stops. The old one is kept as
     * {@link #previous}, unless it is damaged: then the one that is there stays.
     *
     * @throws bytegrad.runtime.WriteException if the file system refuses; both files are then as they were
     */
    public void write(Path file) {
        AtomicFile.Body body = Safetensors.checked(file, states, noted());
        if (Safetensors.isWhole(file)) {
            AtomicFile.writeKeeping(file, previous(file), body);
        } else {
            AtomicFile.write(file, body);
        }
    }

    /** Where the checkpoint before the one in a file is kept: {@code state.safetensors.previous} for {@code state.safetensors}. */
    public static Path previous(Path file) {
        return file.resolveSibling(file.getFileName() + ".previous");
    }

    /**
     * Reads one. If it is damaged or missing, and the one before it is there and whole, that is returned, with a warning to the system logger
     * {@code bytegrad.checkpoint}.
     *
     * @throws FormatException if neither can be read, or the file is no checkpoint
     */
    public static Checkpoint read(Path file) {
        try {
            return readOne(file);
        } catch (FormatException e) {
            Path previous = previous(file);
            if (!Files.exists(previous)) {
                throw e;
            }
            Checkpoint before;
            try {
                before = readOne(previous);
            } catch (FormatException also) {
                e.addSuppressed(also);
                throw new FormatException(e.place(), e.offset(), e.reason() + "; and " + previous + " is no way out: " + also.reason(), e);
            }
            System.getLogger("bytegrad.checkpoint").log(Level.WARNING, e.getMessage() + "; goes on from " + previous + ", the checkpoint before it");
            return before;
        }
    }

    private static Checkpoint readOne(Path file) {
        return of(file.toString(), Safetensors.read(file))
                .orElseThrow(() -> new FormatException(file.toString(), "is no checkpoint of a training: it has no metadata \"" + PROGRESS + "\""));
    }

    /**
     * The checkpoint that tensors and metadata are; empty where no progress is noted.
     *
     * @param place where they are from, for messages
     * @throws FormatException if what is noted is no progress
     */
    public static Optional<Checkpoint> of(String place, Safetensors content) {
        Map<String, String> metadata = new TreeMap<>(content.metadata());
        String progress = metadata.remove(PROGRESS);
        if (progress == null) {
            return Optional.empty();
        }
        String at = place + ": " + PROGRESS;
        return Optional.of(new Checkpoint(Progress.of(at, Json.parse(at, progress.getBytes(StandardCharsets.UTF_8))), content.tensors(), metadata));
    }

    /** The metadata that a file of it has: the caller's, and the progress. */
    public Map<String, String> noted() {
        Map<String, String> all = new TreeMap<>(metadata);
        all.put(PROGRESS, progress.json().compact());
        return all;
    }
}
