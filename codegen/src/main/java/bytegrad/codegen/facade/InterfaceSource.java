package bytegrad.codegen.facade;

import bytegrad.codegen.facade.Declaration.Note;
import bytegrad.codegen.facade.Declaration.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A generated interface, and its record, as Java source; it compiles to what {@link InterfaceClass} makes. */
final class InterfaceSource {
    private final String packageName;
    private final String simpleName;
    private final Declarations declarations;

    InterfaceSource(String className, Declarations declarations) {
        int dot = className.lastIndexOf('.');
        this.packageName = dot < 0 ? "" : className.substring(0, dot);
        this.simpleName = className.substring(dot + 1);
        this.declarations = declarations;
    }

    String interfaceText() {
        StringBuilder s = head();
        s.append("/** A compiled function, with a method for each thing that can be done with it. One thread at a time; made by Bytegrad. */\npublic interface ")
                .append(simpleName).append(" {\n");
        s.append("    /**\n     * The function behind this interface.\n     *\n     * @param session of the function this interface was made for; it stays the caller's\n")
                .append("     * @return this interface over the session\n     */\n    static ").append(simpleName)
                .append(" over(bytegrad.runtime.Session session) {\n        return bytegrad.runtime.typed.BoundSession.saved(").append(simpleName)
                .append(".class, session);\n    }\n");
        declarations.methods().forEach(d -> method(d, s));
        return s.append("}\n").toString();
    }

    /** Of all outputs. */
    String recordText() {
        StringBuilder s = head();
        s.append("/**\n * What a run leaves.\n *\n");
        declarations.outputs().forEach(p -> s.append(" * @param ").append(p.name()).append(' ').append(doc(p.doc())).append('\n'));
        s.append(" */\npublic record ").append(simpleName).append(InterfaceClass.OUTPUTS).append('(').append(list(declarations.outputs())).append(") {}\n");
        return s.toString();
    }

    private StringBuilder head() {
        return new StringBuilder(packageName.isEmpty() ? "" : "package " + packageName + ";\n\n");
    }

    private void method(Declaration d, StringBuilder s) {
        s.append("\n    /**\n     * ").append(d.doc()).append('\n');
        if (!d.parameters().isEmpty() || !d.returned().isEmpty()) {
            s.append("     *\n");
        }
        d.parameters().forEach(p -> s.append("     * @param ").append(p.name()).append(' ').append(doc(p.doc())).append('\n'));
        if (!d.returned().isEmpty()) {
            s.append("     * @return ").append(doc(d.returned())).append('\n');
        }
        s.append("     */\n");
        d.note().ifPresent(n -> s.append("    ").append(text(n)).append('\n'));
        s.append("    ").append(d.returns().map(Class::getCanonicalName).orElse(simpleName + InterfaceClass.OUTPUTS)).append(' ').append(d.name()).append('(')
                .append(list(d.parameters())).append(");\n");
    }

    private static String list(List<Parameter> parameters) {
        return parameters.stream().map(p -> text(p.note()) + " " + p.type().getCanonicalName() + " " + p.name()).collect(Collectors.joining(", "));
    }

    private static String text(Note note) {
        Optional<String> value = note.value().map(InterfaceSource::literal);
        String argument = value.map(v -> "(" + (note.element().equals("value") ? "" : note.element() + " = ") + v + ")").orElse("");
        return "@" + note.type().getCanonicalName() + argument;
    }

    /** Any text in a doc comment: what could end the comment, or mean something to javadoc, by its number. */
    private static String doc(String text) {
        StringBuilder s = new StringBuilder();
        text.codePoints().forEach(c -> {
            boolean plain = c >= ' ' && c < 127 && "&<>@{}*/\\".indexOf(c) < 0;
            if (plain) {
                s.append((char) c);
            } else {
                s.append("&#").append(c >= 0xd800 && c < 0xe000 || c < ' ' ? '?' : c).append(';');
            }
        });
        return s.toString();
    }

    /** Any text as a string in Java source, in ASCII. */
    private static String literal(String text) {
        StringBuilder s = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                s.append('\\').append(c);
            } else if (c < ' ' || c == 127) {
                // Not by its number in four digits: javac reads those before it reads strings, and would find a line break.
                s.append('\\').append((char) ('0' + c / 64)).append((char) ('0' + c / 8 % 8)).append((char) ('0' + c % 8));
            } else if (c < 127) {
                s.append(c);
            } else {
                s.append(String.format("\\u%04x", (int) c));
            }
        }
        return s.append('"').toString();
    }
}
