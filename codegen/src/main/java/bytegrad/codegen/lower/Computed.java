package bytegrad.codegen.lower;

import bytegrad.ir.Node;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a kernel computes, for people who look at a stack trace or into a debugger.
 *
 * @param nodes those that are not loaded but computed, in the order in which lowering met them
 * @param variables the nodes whose elements variables hold; by the variable's name, or, of a tidied kernel, by {@link bytegrad.codegen.kernel.Tidied#key}
 */
public record Computed(Set<Node> nodes, Map<String, Node> variables) {
    static final Computed NOTHING = new Computed(Set.of(), Map.of());

    public Computed {
        nodes = Collections.unmodifiableSet(new LinkedHashSet<>(nodes));
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** The same under other names. */
    Computed renamed(Map<String, String> originals) {
        Map<String, Node> renamed = new LinkedHashMap<>();
        originals.forEach((key, original) -> {
            Node n = variables.get(original);
            if (n != null) {
                renamed.put(key, n);
            }
        });
        return new Computed(nodes, renamed);
    }
}
