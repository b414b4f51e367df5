package bytegrad.codegen.emit;

/** Names of graph nodes as stack traces, profilers and debuggers can show them: of methods and of local variables. */
final class JavaNames {
    private static final int LONGEST = 40;

    private JavaNames() {}

    /** A name that begins with one that is unique, and goes on with what people know it by. */
    static String method(String unique, String label) {
        String words = words(label);
        return words.isEmpty() ? unique : unique + "_" + words;
    }

    /** What a debugger calls a variable that holds elements of a node: {@code v3_h1}. */
    static String variable(String variable, String node) {
        return method(variable, node);
    }

    /** Letters and digits, with an underscore for anything between them. */
    private static String words(String label) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < label.length() && s.length() < LONGEST; i++) {
            char c = label.charAt(i);
            if (c != '$' && c != '_' && Character.isJavaIdentifierPart(c) && !Character.isIdentifierIgnorable(c) && !Character.isSurrogate(c)) {
                s.append(c);
            } else if (!s.isEmpty() && s.charAt(s.length() - 1) != '_') {
                s.append('_');
            }
        }
        if (!s.isEmpty() && s.charAt(s.length() - 1) == '_') {
            s.setLength(s.length() - 1);
        }
        return s.toString();
    }
}
