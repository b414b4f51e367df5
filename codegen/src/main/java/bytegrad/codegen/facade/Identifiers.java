package bytegrad.codegen.facade;

import java.util.HashSet;
import java.util.Set;

/** Java identifiers made of tensors' names, none given twice: {@code dense1.weight} becomes {@code dense1Weight}. */
final class Identifiers {
    /** Words that mean something to a compiler, and methods that every object has. */
    private static final Set<String> RESERVED = Set.of("abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue", "default",
            "do", "double", "else", "enum", "extends", "final", "finally", "float", "for", "goto", "if", "implements", "import", "instanceof", "int", "interface", "long",
            "native", "new", "package", "private", "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this", "throw",
            "throws", "transient", "try", "void", "volatile", "while", "true", "false", "null", "_", "var", "yield", "record", "sealed", "permits", "when",
            "clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait", "equals");
    private static final int LONGEST = 60;

    private final Set<String> taken = new HashSet<>();

    /** Takes an identifier as it is; it is free. */
    String exactly(String identifier) {
        taken.add(identifier);
        return identifier;
    }

    /** A free identifier for a name. */
    String of(String name) {
        String base = camelCase(name);
        String candidate = RESERVED.contains(base) ? base + "_" : base;
        for (int k = 2; !taken.add(candidate); k++) {
            candidate = base + "_" + k;
        }
        return candidate;
    }

    private static String camelCase(String name) {
        StringBuilder s = new StringBuilder();
        boolean word = false;
        for (int i = 0; i < name.length() && s.length() < LONGEST; i++) {
            char c = name.charAt(i);
            boolean part = c != '$' && Character.isJavaIdentifierPart(c) && !Character.isIdentifierIgnorable(c) && !Character.isSurrogate(c);
            if (!part) {
                word = !s.isEmpty();
            } else {
                s.append(s.isEmpty() ? Character.toLowerCase(c) : word ? Character.toUpperCase(c) : c);
                word = false;
            }
        }
        if (s.isEmpty()) {
            return "tensor";
        }
        return Character.isJavaIdentifierStart(s.charAt(0)) ? s.toString() : "_" + s;
    }
}
