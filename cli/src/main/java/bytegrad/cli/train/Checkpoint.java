package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.cli.data.InputError;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.Safetensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a training needs to go on, in one file, so that it is of one moment: parameters and slots, settings, how far it has
 * come, and which data it saw.
 *
 * @param data the folder, as text
 * @param checksum of the data
 * @param states parameters and slots by name
 */
record Checkpoint(Settings settings, Progress progress, String data, String checksum, Map<String, Tensor> states) {
    /** The file, in a training's folder. */
    static final String FILE = "state.safetensors";

    private static final String SETTINGS = "bytegrad.settings";
    private static final String PROGRESS = "bytegrad.progress";
    private static final String DATA = "bytegrad.data";
    private static final String CHECKSUM = "bytegrad.data.crc32";

    Checkpoint {
        states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
    }

    void write(Path folder) {
        Safetensors.write(folder.resolve(FILE), states, Map.of(
                SETTINGS, settings.json().compact(), PROGRESS, progress.json().compact(), DATA, data, CHECKSUM, checksum));
    }

    /** Reads a folder's checkpoint; throws FormatException and InputError. */
    static Checkpoint read(Path folder) {
        Path file = folder.resolve(FILE);
        Safetensors content = Safetensors.read(file);
        SortedMap<String, String> metadata = content.metadata();
        return new Checkpoint(
                Settings.of(object(file, metadata, SETTINGS)),
                Progress.of(object(file, metadata, PROGRESS)),
                text(file, metadata, DATA),
                text(file, metadata, CHECKSUM),
                new TreeMap<>(content.tensors()));
    }

    private static JsonReader object(Path file, SortedMap<String, String> metadata, String key) {
        String place = file + ": " + key;
        return JsonReader.of(place, Json.parse(place, text(file, metadata, key).getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(Path file, SortedMap<String, String> metadata, String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new InputError(file + ": is no checkpoint of a training: it has no metadata \"" + key + "\"");
        }
        return value;
    }

    /** Throws InputError unless this is the same data and the states are those of the network. */
    void requireFit(Path folder, DataSet dataSet, Network network) {
        Path file = folder.resolve(FILE);
        if (!checksum.equals(dataSet.checksum())) {
            throw new InputError(file + ": was trained on other data (" + data + ", checksum " + checksum + ") than "
                    + dataSet.folder() + " (" + dataSet.checksum() + ")");
        }
        requireLike(file, states, network.parameters());
        requireLike(file, states, network.slots());
    }

    /** The states that the network has, once {@link #requireFit} has found them. */
    Map<String, Tensor> statesOf(Network network) {
        Map<String, Tensor> all = new LinkedHashMap<>(states);
        all.keySet().retainAll(network.states());
        return all;
    }

    /** Throws InputError unless each tensor of {@code wanted} is there with its type and shape. */
    private static void requireLike(Path file, Map<String, Tensor> states, Map<String, Tensor> wanted) {
        wanted.forEach((name, like) -> {
            Tensor t = states.get(name);
            if (t == null || !t.typeText().equals(like.typeText())) {
                throw new InputError(file + ": tensor \"" + name + "\" should be " + like.typeText() + " but "
                        + (t == null ? "is missing" : "is " + t.typeText()));
            }
        });
    }
}
