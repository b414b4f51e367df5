package bytegrad.runtime.train;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.Safetensors;
import java.nio.charset.StandardCharsets;
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

    /** Writes it as a safetensors file, which is the old one or the whole new one. */
    public void write(Path file) {
        Safetensors.write(file, states, noted());
    }

    /**
     * Reads one.
     *
     * @throws FormatException if the file cannot be read, or is no checkpoint
     */
    public static Checkpoint read(Path file) {
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
