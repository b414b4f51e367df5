package bytegrad.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What keeps named tensors from being those that a function wants: all of it at once, so that nobody mends one name after another. */
public final class Mismatches {
    private Mismatches() {}

    /**
     * Names that are missing, and types that are others; empty where there are none. More tensors than are wanted do no harm.
     *
     * @param wanted types, such as {@code f32[784,10]}, by name
     */
    public static List<String> of(Map<String, Tensor> tensors, Map<String, String> wanted) {
        List<String> mismatches = new ArrayList<>();
        wanted.forEach((name, type) -> {
            Tensor t = tensors.get(name);
            if (t == null || !t.typeText().equals(type)) {
                mismatches.add("tensor \"" + name + "\" should be " + type + " but " + (t == null ? "is missing" : "is " + t.typeText()));
            }
        });
        return mismatches;
    }

    /** Those, and names that nobody wants. */
    public static List<String> ofAll(Map<String, Tensor> tensors, Map<String, String> wanted) {
        List<String> mismatches = of(tensors, wanted);
        tensors.forEach((name, t) -> {
            if (!wanted.containsKey(name)) {
                mismatches.add("tensor \"" + name + "\" (" + t.typeText() + ") is none of its");
            }
        });
        return mismatches;
    }

    /**
     * Throws where there are any.
     *
     * @param what was given, for the message: a file, or {@code the snapshot}
     * @throws InputException with all of them
     */
    public static void refuse(String what, List<String> mismatches) {
        if (!mismatches.isEmpty()) {
            throw InputException.ofSeveral(what, "does not fit this function: " + (mismatches.size() == 1 ? "" : mismatches.size() + " mismatches: ")
                    + String.join("; ", mismatches));
        }
    }
}
