package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Tidied;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The graph nodes behind a kernel's code.
 *
 * @param nodes a line for each node it computes, as in graph text: {@code h1: f32[64,10] = max(%5, %6)}
 * @param variables the node whose elements a variable holds, by {@link Tidied#key}
 */
public record KernelNames(List<String> nodes, Map<String, String> variables) {
    static final KernelNames NONE = new KernelNames(List.of(), Map.of());

    public KernelNames {
        nodes = List.copyOf(nodes);
        variables = Map.copyOf(variables);
    }

    static KernelNames of(Graph graph, LoweredKernel kernel) {
        Map<String, String> variables = new LinkedHashMap<>();
        kernel.computed().variables().forEach((key, n) -> variables.put(key, graph.nameOf(n)));
        Stream<Node> roots = kernel.roots().stream();
        List<String> nodes = Stream.concat(kernel.computed().nodes().stream(), roots).distinct().sorted(Comparator.comparingInt(Node::id)).map(n -> line(graph, n)).toList();
        return new KernelNames(nodes, variables);
    }

    private static String line(Graph graph, Node n) {
        String operands = n.inputs().stream().map(graph::nameOf).collect(Collectors.joining(", ", "(", ")"));
        return graph.nameOf(n) + ": " + n.type() + " = " + Graph.opName(n.op()) + operands;
    }

    /** Those of one method, which has another name elsewhere. */
    public KernelNames of(String method, String elsewhere) {
        Map<String, String> own = new LinkedHashMap<>();
        String prefix = Tidied.key(method, "");
        variables.forEach((key, n) -> {
            if (key.startsWith(prefix)) {
                own.put(Tidied.key(elsewhere, key.substring(prefix.length())), n);
            }
        });
        return new KernelNames(nodes, own);
    }

    /** The node that a method's variable holds elements of. */
    public Optional<String> node(String method, String variable) {
        return Optional.ofNullable(variables.get(Tidied.key(method, variable)));
    }
}
