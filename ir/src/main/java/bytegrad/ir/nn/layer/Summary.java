package bytegrad.ir.nn.layer;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a net is made of.
 *
 * @param rows the layers, each before those within it
 * @param parameters all of them
 */
public record Summary(List<Row> rows, List<Parameter> parameters) {
    /**
     * A layer, those within it included.
     *
     * @param name its path
     * @param output the type of its result
     * @param parameters how many numbers its parameters and statistics have
     * @param flops floating-point operations of a forward run: a multiplication and an addition count as two, a scalar function as one
     * @param activationBytes of all values it computes, views left out: the most that a gradient could ask to be kept. Fusion stores far less
     */
    public record Row(String name, TensorType output, long parameters, long flops, long activationBytes) {}

    public Summary {
        rows = List.copyOf(rows);
        parameters = List.copyOf(parameters);
    }

    /** How many numbers are learnt. */
    public long trained() {
        return parameters.stream().filter(Parameter::trained).mapToLong(p -> p.node().type().size()).sum();
    }

    /** Of the outermost layers together. */
    public long flops() {
        return rows.stream().filter(r -> !r.name.contains(".")).mapToLong(Row::flops).sum();
    }

    /** As a table. */
    @Override
    public String toString() {
        List<String[]> lines = new ArrayList<>();
        lines.add(new String[] {"layer", "output", "parameters", "flops", "activation bytes"});
        for (Row r : rows) {
            lines.add(line(indented(r.name), r.output.toString(), r.parameters, r.flops, r.activationBytes));
        }
        long all = parameters.stream().mapToLong(p -> p.node().type().size()).sum();
        lines.add(line("total", trained() == all ? "" : String.format(Locale.ROOT, "%,d learnt", trained()), all, flops(),
                rows.stream().filter(r -> !r.name.contains(".")).mapToLong(Row::activationBytes).sum()));
        int[] widths = new int[lines.getFirst().length];
        lines.forEach(l -> {
            for (int i = 0; i < l.length; i++) {
                widths[i] = Math.max(widths[i], l[i].length());
            }
        });
        StringBuilder out = new StringBuilder();
        for (String[] l : lines) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < l.length; i++) {
                row.append(i == 0 ? "" : "  ").append(String.format(i < 2 ? "%-" + widths[i] + "s" : "%" + widths[i] + "s", l[i]));
            }
            out.append(row.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    private static String[] line(String name, String output, long... numbers) {
        String[] line = new String[2 + numbers.length];
        line[0] = name;
        line[1] = output;
        for (int i = 0; i < numbers.length; i++) {
            line[2 + i] = String.format(Locale.ROOT, "%,d", numbers[i]);
        }
        return line;
    }

    private static String indented(String path) {
        return "  ".repeat((int) path.chars().filter(c -> c == '.').count()) + path.substring(path.lastIndexOf('.') + 1);
    }

    static long flops(List<Node> nodes) {
        return nodes.stream().mapToLong(Summary::flops).sum();
    }

    private static long flops(Node n) {
        long size = n.type().size();
        return switch (n.op()) {
            case Op.Input i -> 0;
            case Op.Constant c -> 0;
            case Op.Iota i -> 0;
            case Op.Cast c -> 0;
            case Op.View v -> 0;
            case Op.Concat c -> 0;
            case Op.Gather g -> 0;
            case Op.Map m -> size;
            case Op.Contract c -> {
                Node left = n.inputs().getFirst();
                yield c.leftContract().stream().mapToLong(k -> left.shape().dim(k)).reduce(2 * size, Math::multiplyExact);
            }
            case Op.Scan s -> s.result() == 0 ? s.length() * body(s.body()) : 0;
            case Op.Cond c -> c.result() == 0 ? Math.max(body(c.then()), body(c.otherwise())) : 0;
            case Op.While w -> w.result() == 0 ? body(w.body()) : 0;
            case Op.Custom c -> c.result() == 0 ? body(c.body()) : 0;
            // Each element of the operand is looked at once.
            case Op.Reduce r -> n.inputs().getFirst().type().size();
            case Op.ArgReduce r -> n.inputs().getFirst().type().size();
            case Op.Scatter s -> n.inputs().getLast().type().size();
            case Op.Cumulate c -> size;
            case Op.ArgSort s -> n.inputs().getFirst().type().size();
            case Op.Random r -> size;
            case Op.OverlapAdd o -> n.inputs().getFirst().type().size();
        };
    }

    private static long body(Graph g) {
        return flops(g.nodes());
    }

    static long activationBytes(List<Node> nodes) {
        return nodes.stream()
                .filter(n -> !(n.op() instanceof Op.View || n.op() instanceof Op.Input || n.op() instanceof Op.Constant || n.op() instanceof Op.Iota))
                .mapToLong(n -> (long) n.type().size() * n.dtype().bytes())
                .sum();
    }
}
