package bytegrad.codegen.kernel;

import java.util.Map;

/**
 * A kernel after lowering and cleaning, with canonical names.
 *
 * @param originals what each variable was called before, by {@link #key}
 */
public record Tidied(Kernel kernel, Map<String, String> originals) {
    public Tidied {
        originals = Map.copyOf(originals);
    }

    /** A variable of a method. */
    public static String key(String method, String variable) {
        return method + "." + variable;
    }
}
