package bytegrad.ir.pass;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Elementwise expressions such as {@code mul(x, neg(y))} as graph text, to keep tests of rules to a line. */
final class Expression {
    private static final Pattern CALL = Pattern.compile("([a-z_]+)\\(([%\\w]+(?:, [%\\w]+)*)\\)");

    private Expression() {}

    /** The declarations, a line for every call, and the output {@code z}. */
    static String graph(String declarations, String expression) {
        Map<String, String> types = declarations.lines().map(l -> l.split("[:=]")).collect(Collectors.toMap(l -> l[0].strip(), l -> l[1].strip()));
        StringBuilder text = new StringBuilder(declarations);
        String rest = expression.strip();
        int n = 1000;
        for (Matcher m = CALL.matcher(rest); m.find(); m = CALL.matcher(rest)) {
            String name = "%" + n++;
            String[] operands = m.group(2).split(", ");
            boolean compare = List.of("eq", "ne", "lt", "le", "gt", "ge").contains(m.group(1));
            types.put(name, compare ? "bool[3]" : types.get(operands[operands.length - 1]));
            text.append(name).append(": ").append(types.get(name)).append(" = ").append(m.group()).append('\n');
            rest = rest.substring(0, m.start()) + name + rest.substring(m.end());
        }
        return text + "output \"z\" = " + rest + "\n";
    }
}
