package bytegrad.runtime.artefact;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files beside a model's main class, none of which is believed.
 *
 * @param origin the jar, where it is known
 */
record ArtefactFiles(ArtefactClass model, Layout layout, @Nullable Path origin, Description description) {
    /** Reads the description; throws FormatException where it is missing, damaged, or another model's. */
    static ArtefactFiles of(ArtefactClass model, @Nullable Path origin) {
        Layout layout = Layout.of(model.getClass().getName());
        String name = layout.file(Layout.DESCRIPTION);
        String place = origin == null ? name : origin + ": " + name;
        try (InputStream in = model.resource(name)) {
            if (in == null) {
                throw new FormatException(place, "is missing");
            }
            byte[] bytes = in.readNBytes(DescriptionReader.LONGEST + 1);
            if (bytes.length > DescriptionReader.LONGEST) {
                throw new FormatException(place, "is larger than " + DescriptionReader.LONGEST + " bytes");
            }
            Description description = DescriptionReader.of(place, bytes);
            if (!description.provenance().className().equals(layout.className())) {
                throw new FormatException(place, "belongs to another class");
            }
            return new ArtefactFiles(model, layout, origin, description);
        } catch (IOException e) {
            throw new FormatException(place, FormatException.NOWHERE, "cannot be read: " + e, e);
        }
    }

    /** A file, for messages. */
    String place(String suffix) {
        return origin == null ? layout.file(suffix) : origin + ": " + layout.file(suffix);
    }

    /** The jar; throws InputException where the classes are in none. */
    Path jar() {
        return origin == null ? OpenedJar.of(model) : origin;
    }

    /** A file of tensors; empty where the description tells of none. */
    Safetensors read(String suffix) {
        for (Description.Resource r : description.resources()) {
            if (r.suffix().equals(suffix)) {
                return read(r);
            }
        }
        return new Safetensors(Collections.emptySortedMap(), Collections.emptySortedMap());
    }

    private Safetensors read(Description.Resource r) {
        InputStream in = model.resource(layout.file(r.suffix()));
        if (in == null) {
            throw new FormatException(place(r.suffix()), "is missing");
        }
        CRC32 crc = new CRC32();
        Safetensors file = Safetensors.read(place(r.suffix()), new CheckedInputStream(in, crc), r.length(), Runtime.getRuntime().maxMemory() / 2);
        if ((int) crc.getValue() != r.crc32()) {
            throw new FormatException(place(r.suffix()), "is damaged, or of another jar: its checksum is wrong");
        }
        return file;
    }

    /** A file of tensors that are inputs or states; what is not would only be noticed when half of the others are set. */
    Safetensors fitting(String suffix) {
        Safetensors file = read(suffix);
        Map<String, Slot> slots = new HashMap<>();
        Signature signature = description.scalar().signature();
        for (Slot s : signature.inputs()) {
            slots.put(s.name(), s);
        }
        for (Slot s : signature.states()) {
            slots.put(s.name(), s);
        }
        for (Map.Entry<String, Tensor> t : file.tensors().entrySet()) {
            Slot s = slots.get(t.getKey());
            if (s == null || s.type() != t.getValue().type() || !t.getValue().hasShape(s.dims())) {
                throw new FormatException(place(suffix), "tensor '" + t.getKey() + "' is " + t.getValue().typeText() + ", but the function has "
                        + (s == null ? "no input or state of this name" : s.typeText()));
            }
        }
        return file;
    }
}
