package bytegrad.runtime.train;

import bytegrad.runtime.InputException;
import bytegrad.runtime.Mismatches;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.TensorFile;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** States and parameters by name: copied, saved and loaded. */
public final class States {
    private States() {}

    /** Copies of these states. */
    public static Map<String, Tensor> of(Runner runner, Collection<String> names) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        names.forEach(name -> states.put(name, runner.get(name)));
        return states;
    }

    /** Writes all states of a session, as they are at one moment, to a file; see {@link TensorFile} for its form. */
    public static void save(Session session, Path file) {
        TensorFile.write(file, session.snapshot());
    }

    /** Writes some states to a file; see {@link TensorFile} for its form. */
    public static void save(Session session, Collection<String> names, Path file) {
        TensorFile.write(file, of(Runner.of(session), names));
    }

    /**
     * Gives every state of a session the value that a file has under its name.
     *
     * @throws InputException if the file has other tensors than the states, or of other types: all of them in one message, and nothing was changed
     * @throws bytegrad.runtime.FormatException if it cannot be read
     */
    public static void load(Session session, Path file) {
        Map<String, String> wanted = types(session.function().signature().states());
        Map<String, Tensor> tensors = TensorFile.read(file);
        Mismatches.refuse(file.toString(), Mismatches.ofAll(tensors, wanted));
        session.restore(tensors);
    }

    /**
     * Gives these inputs or states of a session the values that a file has under their names; others in the file are left alone.
     *
     * @throws InputException if any is missing or of another type: all of them in one message, and nothing was changed
     * @throws bytegrad.runtime.FormatException if it cannot be read
     */
    public static void load(Session session, Collection<String> names, Path file) {
        Map<String, String> types = types(Stream.concat(session.function().signature().inputs().stream(), session.function().signature().states().stream()).toList());
        Map<String, String> wanted = new LinkedHashMap<>();
        for (String name : names) {
            String type = types.get(name);
            if (type == null) {
                throw new InputException(name, "is no input or state of this function");
            }
            wanted.put(name, type);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>(TensorFile.read(file));
        Mismatches.refuse(file.toString(), Mismatches.of(tensors, wanted));
        tensors.keySet().retainAll(names);
        session.setAll(tensors);
    }

    private static Map<String, String> types(List<Slot> slots) {
        Map<String, String> types = new LinkedHashMap<>();
        slots.forEach(s -> types.put(s.name(), s.typeText()));
        return types;
    }

    /** Whether no float among them is NaN or infinite. */
    public static boolean areFinite(Collection<Tensor> tensors) {
        return tensors.stream().allMatch(States::isFinite);
    }

    private static boolean isFinite(Tensor t) {
        switch (t.type()) {
            case F32 -> {
                for (float v : t.floats()) {
                    if (!Float.isFinite(v)) {
                        return false;
                    }
                }
            }
            case F64 -> {
                for (double v : t.doubles()) {
                    if (!Double.isFinite(v)) {
                        return false;
                    }
                }
            }
            case BF16 -> {
                return isFinite(t.widened());
            }
            default -> {}
        }
        return true;
    }
}
