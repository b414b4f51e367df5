package bytegrad.ir.text;

import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Hint;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph as text that {@link GraphParser} reads back to the same graph. */
public final class GraphPrinter {
    private final Graph graph;
    private final String[] names;
    private final StringBuilder out;
    /** The graphs inside nested ops, each after those it uses itself, with their numbers. */
    private final Map<Graph, Integer> bodies;

    private GraphPrinter(Graph graph, Map<Graph, Integer> bodies, StringBuilder out) {
        this.graph = graph;
        this.names = new String[graph.nodes().size()];
        this.bodies = bodies;
        this.out = out;
    }

    /** The graph in the grammar of this package: one line a node, then the outputs, then the updates. */
    public static String print(Graph graph) {
        Map<Graph, Integer> bodies = new LinkedHashMap<>();
        collect(graph, bodies);
        StringBuilder out = new StringBuilder("graph\n");
        bodies.forEach((body, number) -> {
            out.append("body @").append(number).append('\n');
            new GraphPrinter(body, bodies, out).statements("  ");
            out.append("end\n");
        });
        new GraphPrinter(graph, bodies, out).statements("");
        return out.toString();
    }

    private static void collect(Graph graph, Map<Graph, Integer> bodies) {
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Nested op) {
                for (Graph body : Bodies.of(op)) {
                    if (!bodies.containsKey(body)) {
                        collect(body, bodies);
                        bodies.put(body, bodies.size() + 1);
                    }
                }
            }
        }
    }

    private void statements(String indent) {
        Set<String> taken = new HashSet<>();
        for (Node n : graph.nodes()) {
            String label = graph.labels().get(n);
            boolean said = label != null && word(label) && !label.equals(inputName(n)) && taken.add(label);
            String name = "%" + n.id();
            if (said) {
                name = label;
            } else if (label == null && word(inputName(n)) && taken.add(inputName(n))) {
                name = inputName(n);
            }
            names[n.id()] = name;
            out.append(indent).append(name).append(": ").append(n.type()).append(" = ").append(Graph.opName(n.op()));
            operands(n);
            members(n.op());
            Hint hint = graph.hints().get(n);
            if (hint != null) {
                out.append(" hint=").append(hint.text());
            }
            if (label != null && !said) {
                out.append(" label=").append(Quoted.of(label));
            }
            out.append('\n');
        }
        graph.outputs().forEach((name, n) -> out.append(indent).append("output ").append(Quoted.of(name)).append(" = ").append(names[n.id()]).append('\n'));
        for (Graph.Update u : graph.updates()) {
            out.append(indent).append("update ").append(Quoted.of(u.name())).append(" = ").append(names[u.value().id()]).append('\n');
        }
    }

    /** An input's name; of other nodes the empty string, which is no word. */
    private static String inputName(Node n) {
        return n.op() instanceof Op.Input in ? in.name() : "";
    }

    /** Whether a text can stand as a name by itself. */
    private static boolean word(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (!(i == 0 ? Scanner.wordStart(s.charAt(i)) : Scanner.wordPart(s.charAt(i)))) {
                return false;
            }
        }
        return !s.isEmpty() && !Scanner.RESERVED.contains(s);
    }

    private void operands(Node n) {
        if (!n.inputs().isEmpty()) {
            String before = "(";
            for (Node in : n.inputs()) {
                out.append(before).append(names[in.id()]);
                before = ", ";
            }
            out.append(')');
        }
    }

    /** What an op is beyond its name and operands; types are on the line already. */
    private void members(Op op) {
        switch (op) {
            case Op.Input(String name, var type) -> out.append(' ').append(Quoted.of(name));
            case Op.Constant(Literal value) -> constant(value);
            case Op.Iota(var type, int axis) -> member("axis", axis);
            case Op.Map m -> {}
            case Op.Cast c -> {}
            case Op.Reduce(var monoid, List<Integer> axes) -> member("axes", axes);
            case Op.ArgReduce(var extremum, int axis) -> member("axis", axis);
            case Op.Contract c -> {
                member("left_batch", c.leftBatch());
                member("right_batch", c.rightBatch());
                member("left_contract", c.leftContract());
                member("right_contract", c.rightContract());
            }
            case Op.Gather(int axis, int batch) -> {
                member("axis", axis);
                member("batch", batch);
            }
            case Op.Scatter(var combine, int axis, int batch) -> {
                member("axis", axis);
                member("batch", batch);
            }
            case Op.Concat(int axis) -> member("axis", axis);
            case Op.Cumulate(var monoid, int axis, boolean reverse, boolean exclusive) -> {
                member("axis", axis);
                member("reverse", reverse);
                member("exclusive", exclusive);
            }
            case Op.ArgSort(int axis, boolean descending, int count) -> {
                member("axis", axis);
                member("descending", descending);
                member("count", count);
            }
            case Op.Random(var type, int site) -> member("site", site);
            case Op.OverlapAdd o -> window(o.window());
            case Op.Window w -> window(w);
            case Op.Scan(Graph body, int length, boolean reverse, int carries, int scanned, int result) -> {
                member("body", body);
                member("length", length);
                out.append(" reverse=").append(reverse);
                member("carries", carries);
                member("scanned", scanned);
                member("result", result);
            }
            case Op.Cond(Graph then, Graph otherwise, int result) -> {
                member("then", then);
                member("otherwise", otherwise);
                member("result", result);
            }
            case Op.While(Graph condition, Graph body, int limit, int carries, int result) -> {
                member("condition", condition);
                member("body", body);
                member("limit", limit);
                member("carries", carries);
                member("result", result);
            }
            case Op.Custom(Graph body, Graph vjp, int result) -> {
                member("body", body);
                member("vjp", vjp);
                member("result", result);
            }
            case Op.Reshape r -> {}
            case Op.Transpose(List<Integer> axes) -> member("axes", axes);
            case Op.Broadcast(var shape, List<Integer> axes) -> member("axes", axes);
            case Op.Slice(List<Integer> starts, List<Integer> limits, List<Integer> strides) -> {
                member("starts", starts);
                member("limits", limits);
                member("strides", strides);
            }
            case Op.Pad(List<Integer> low, List<Integer> high, List<Integer> interior, double fill) -> {
                member("low", low);
                member("high", high);
                member("interior", interior);
                out.append(" fill=").append(Elements.print(DType.F64, Double.doubleToRawLongBits(fill)));
            }
            case Op.Flip(List<Integer> axes) -> member("axes", axes);
        }
    }

    private void window(Op.Window w) {
        member("axes", w.axes());
        member("sizes", w.sizes());
        member("strides", w.strides());
        member("dilations", w.dilations());
    }

    private void member(String key, int value) {
        out.append(' ').append(key).append('=').append(value);
    }

    private void member(String key, boolean value) {
        out.append(' ').append(key).append('=').append(value);
    }

    private void member(String key, Graph body) {
        out.append(' ').append(key).append("=@").append(bodies.get(body));
    }

    private void member(String key, List<Integer> values) {
        out.append(' ').append(key).append('=');
        char before = '[';
        for (int v : values) {
            out.append(before).append(v);
            before = ',';
        }
        out.append(values.isEmpty() ? "[]" : "]");
    }

    private void constant(Literal value) {
        out.append(' ');
        if (value.isUniform()) {
            out.append(Elements.print(value.dtype(), value.bitsAt(0)));
            return;
        }
        out.append('[');
        for (int i = 0; i < value.type().size(); i++) {
            out.append(i == 0 ? "" : ", ").append(Elements.print(value.dtype(), value.bitsAt(i)));
        }
        out.append(']');
    }
}
