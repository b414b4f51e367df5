package bytegrad.runtime.train;

import bytegrad.runtime.InputException;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** Writes states to a safetensors file. */
    public static void save(Session session, Collection<String> names, Path file) {
        Safetensors.write(file, of(Runner.of(session), names));
    }

    /**
     * Gives these inputs or states of a session the values that a file has under their names; others in the file are left alone.
     *
     * @throws InputException if any is missing or of another type: all of them in one message, and nothing was changed
     */
    public static void load(Session session, Collection<String> names, Path file) {
        Map<String, Tensor> tensors = Safetensors.read(file).tensors();
        Map<String, String> wanted = new LinkedHashMap<>();
        List<Slot> slots = Stream.concat(session.function().signature().inputs().stream(), session.function().signature().states().stream()).toList();
        for (String name : names) {
            wanted.put(name, slots.stream().filter(s -> s.name().equals(name)).map(Slot::typeText).findFirst()
                    .orElseThrow(() -> new InputException(name, "is no input or state of this function")));
        }
        List<String> mismatches = mismatches(tensors, wanted);
        if (!mismatches.isEmpty()) {
            throw new InputException(file.toString(), "does not fit this function: " + String.join("; ", mismatches));
        }
        tensors.forEach((name, t) -> {
            if (wanted.containsKey(name)) {
                session.set(name, t);
            }
        });
    }

    /**
     * What keeps tensors from being those wanted; empty where nothing does.
     *
     * @param wanted types, such as {@code f32[784,10]}, by name
     */
    public static List<String> mismatches(Map<String, Tensor> tensors, Map<String, String> wanted) {
        List<String> mismatches = new ArrayList<>();
        wanted.forEach((name, type) -> {
            Tensor t = tensors.get(name);
            if (t == null || !t.typeText().equals(type)) {
                mismatches.add("tensor \"" + name + "\" should be " + type + " but " + (t == null ? "is missing" : "is " + t.typeText()));
            }
        });
        return mismatches;
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
