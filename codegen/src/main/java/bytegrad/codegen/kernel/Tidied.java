package bytegrad.codegen.kernel;

import java.util.Map;
import java.util.function.UnaryOperator;

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

    /** The key of the same variable where methods have other names. */
    public static String renamed(String key, UnaryOperator<String> methods) {
        int dot = key.indexOf('.');
        return key(methods.apply(key.substring(0, dot)), key.substring(dot + 1));
    }
}
