package bytegrad.runtime.artefact;

import bytegrad.runtime.InputException;
import java.util.Set;

/**
 * Where things are in a model's jar: beside its main class, under names that begin with that class's, so that no two models are in each other's way.
 *
 * @param className such as {@code com.acme.Digits}, in a package
 */
public record Layout(String className) {
    /** The description. */
    public static final String DESCRIPTION = ".artefact";

    /** The graph's text. */
    public static final String GRAPH = ".graph";

    /** Values of inputs and states: weights, and what an optimiser keeps. */
    public static final String VALUES = ".safetensors";

    /** Values of inputs to try it with. */
    public static final String SAMPLE = ".sample.safetensors";

    /** What the code has of constant tensors. */
    public static final String CONSTANTS = ".constants.safetensors";

    /** A manifest's attribute with the class name. */
    public static final String ATTRIBUTE = "Bytegrad-Model";

    /** A class name is part of paths, which zip gives 16 bits. */
    private static final int LONGEST = 1000;

    private static final Set<String> WORDS = Set.of("_", "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue", "default",
            "do", "double", "else", "enum", "extends", "false", "final", "finally", "float", "for", "goto", "if", "implements", "import", "instanceof", "int", "interface",
            "long", "native", "new", "null", "package", "private", "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this",
            "throw", "throws", "transient", "true", "try", "void", "volatile", "while");

    /** Checks the name; throws InputException where it is not that of a class in a package, or in one of Java's or ours. */
    public Layout {
        String wrong = wrong(className);
        if (!wrong.isEmpty()) {
            throw new InputException("class name", "\"" + (className.length() > LONGEST ? className.substring(0, LONGEST) + "…" : className) + "\" " + wrong);
        }
    }

    /** What is wrong with a name, or nothing. */
    private static String wrong(String name) {
        if (name.length() > LONGEST) {
            return "is longer than " + LONGEST + " characters";
        }
        if (name.indexOf('.') < 0) {
            return "has no package: a model's is its own, as in digits.Digits";
        }
        if (name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("bytegrad.")) {
            return "is in a package that belongs to others";
        }
        for (int begin = 0; begin <= name.length(); ) {
            int dot = name.indexOf('.', begin);
            int end = dot < 0 ? name.length() : dot;
            String word = name.substring(begin, end);
            if (!isIdentifier(word)) {
                return "is no name of a Java class: \"" + word + "\" is no identifier";
            }
            begin = end + 1;
        }
        return "";
    }

    /** Whether Java lets a class or package be called so; the dollar sign is left to classes that belong to others. */
    public static boolean isIdentifier(String word) {
        if (word.isEmpty() || !Character.isJavaIdentifierStart(word.charAt(0)) || WORDS.contains(word)) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!Character.isJavaIdentifierPart(c) || Character.isIdentifierIgnorable(c) || c == '$') {
                return false;
            }
        }
        return true;
    }

    /** The layout of a model by the name of its class. */
    public static Layout of(String className) {
        return new Layout(className);
    }

    /** The package, which is also the module's name. */
    public String packageName() {
        return className.substring(0, className.lastIndexOf('.'));
    }

    /** The class's name without its package. */
    public String simpleName() {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** The name of a file beside the class. */
    public String file(String suffix) {
        return simpleName() + suffix;
    }

    /** The path, in the jar, of a file beside the class. */
    public String path(String suffix) {
        return className.replace('.', '/') + suffix;
    }

    /**
     * The internal name of the main class of a width's code.
     *
     * @param bits of a vector, or 0 for scalar code
     */
    public String program(int bits) {
        return path(bits == 0 ? "_scalar" : "_" + bits);
    }
}
