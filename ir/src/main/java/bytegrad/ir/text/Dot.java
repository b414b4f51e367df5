package bytegrad.ir.text;

import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import org.jspecify.annotations.Nullable;

/** A graph as a drawing in the language of Graphviz: {@code dot -Tsvg}. */
public final class Dot {
    private Dot() {}

    /** A box a node (name, op, type), operands flowing down; outputs are rounded, an update is a dashed edge back. */
    public static String print(Graph graph) {
        StringBuilder out = new StringBuilder("digraph bytegrad {\n  node [shape=box, fontname=\"monospace\"];\n");
        for (Node n : graph.nodes()) {
            String name = graph.nameOf(n);
            boolean source = n.inputs().isEmpty();
            out.append("  n").append(n.id()).append(" [label=").append(quoted(name + "\n" + what(n.op()) + "\n" + n.type() + hint(graph.hints().get(n))))
                    .append(source ? ", style=filled, fillcolor=lightgrey];\n" : "];\n");
            for (int k = 0; k < n.inputs().size(); k++) {
                out.append("  n").append(n.input(k).id()).append(" -> n").append(n.id());
                // Which operand is which shows only where there are several.
                out.append(n.inputs().size() > 1 ? " [headlabel=\"" + k + "\", fontsize=8];\n" : ";\n");
            }
        }
        int k = 0;
        for (var output : graph.outputs().entrySet()) {
            out.append("  out").append(k).append(" [label=").append(quoted("output " + output.getKey())).append(", style=rounded];\n");
            out.append("  n").append(output.getValue().id()).append(" -> out").append(k++).append(";\n");
        }
        for (Graph.Update u : graph.updates()) {
            out.append("  n").append(u.value().id()).append(" -> n").append(u.state().id())
                    .append(" [label=\"update\", style=dashed, constraint=false];\n");
        }
        return out.append("}\n").toString();
    }

    private static String hint(@Nullable Hint hint) {
        return hint == null ? "" : "\n" + hint.text();
    }

    /** The op in brief; an element where a constant is uniform. */
    private static String what(Op op) {
        String name = Graph.opName(op);
        return op instanceof Op.Constant(Literal value) && value.isUniform()
                ? name + " " + Elements.print(value.dtype(), value.bitsAt(0))
                : name;
    }

    private static String quoted(String s) {
        // In DOT a backslash begins an escape of its own, and \n centres a line.
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                default -> out.append(Quoted.invisible(c) && !Character.isSurrogate(c) ? ' ' : c);
            }
        }
        return out.append('"').toString();
    }
}
