package bytegrad.cli.train;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.train.Runner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Finds the first node of a graph whose value is not finite though its operands are: runs the graph once more with every float
 * node as an output.
 */
final class NanSearch {
    private NanSearch() {}

    /** How many elements of a tensor are not finite. */
    private record Count(int nan, int infinite, int size) {
        boolean isFinite() {
            return nan == 0 && infinite == 0;
        }

        String text() {
            if (isFinite()) {
                return "finite";
            }
            String infinities = infinite == 0 ? "" : infinite + " infinite";
            return (nan == 0 ? infinities : nan + " NaN" + (infinite == 0 ? "" : ", " + infinities)) + " of " + size;
        }
    }

    private static Count count(Tensor t) {
        int nan = 0;
        int infinite = 0;
        switch (t.type()) {
            case F32 -> {
                for (float v : t.floats()) {
                    nan += Float.isNaN(v) ? 1 : 0;
                    infinite += Float.isInfinite(v) ? 1 : 0;
                }
            }
            case F64 -> {
                for (double v : t.doubles()) {
                    nan += Double.isNaN(v) ? 1 : 0;
                    infinite += Double.isInfinite(v) ? 1 : 0;
                }
            }
            case BF16 -> {
                return count(t.widened());
            }
            case I32, I64, BOOL, U8, I8, I16 -> {}
        }
        return new Count(nan, infinite, t.size());
    }

    /**
     * Says in one line which node is first.
     *
     * @param inputs of the graph, states included, from before the step that went wrong
     */
    static String in(Graph graph, Engine engine, Map<String, Tensor> inputs) {
        Graph open = withEveryFloat(graph);
        Runner runner = engine.ready(open, 1).runner();
        inputs.forEach(runner::set);
        runner.run();
        Count[] counts = new Count[graph.nodes().size()];
        boolean[] constant = new boolean[counts.length];
        for (Node n : graph.nodes()) {
            counts[n.id()] = n.dtype().isFloat() ? count(value(runner, n)) : new Count(0, 0, n.type().size());
            // A constant may be NaN on purpose, to be selected where a label is out of range: it was not made by this step.
            constant[n.id()] = !(n.op() instanceof Op.Input) && n.inputs().stream().allMatch(in -> constant[in.id()]);
        }
        List<Node> infinite = new ArrayList<>();
        for (Node n : graph.nodes()) {
            boolean made = !constant[n.id()] && n.inputs().stream().allMatch(in -> counts[in.id()].isFinite() || constant[in.id()]);
            if (!counts[n.id()].isFinite() && made) {
                infinite.add(n);
            }
        }
        if (infinite.isEmpty()) {
            return "the loss or a state is not finite, but a run from the state before shows no node that made it so";
        }
        return text(graph, infinite.getFirst(), counts);
    }

    private static Tensor value(Runner runner, Node n) {
        return runner.get(n.op() instanceof Op.Input in ? in.name() : "%" + n.id());
    }

    private static String text(Graph graph, Node n, Count[] counts) {
        String operands = n.inputs().stream()
                .map(in -> graph.nameOf(in) + " " + in.type() + " (" + counts[in.id()].text() + ")")
                .collect(Collectors.joining(", "));
        String what = counts[n.id()].nan() > 0 ? "NaN" : "an infinity";
        return "the first node to make " + what + " is " + graph.nameOf(n) + " = " + Graph.opName(n.op()) + " " + n.type()
                + " (" + counts[n.id()].text() + ")"
                + (operands.isEmpty() ? "" : "; its operands: " + operands);
    }

    /** The graph without its updates; each float node that is no input is the output "%id". */
    private static Graph withEveryFloat(Graph graph) {
        GraphBuilder b = new GraphBuilder();
        Node[] copy = new Node[graph.nodes().size()];
        for (Node n : graph.nodes()) {
            copy[n.id()] = b.apply(n.op(), n.inputs().stream().map(in -> copy[in.id()]).toList());
            if (n.dtype().isFloat() && !(n.op() instanceof Op.Input)) {
                b.output("%" + n.id(), copy[n.id()]);
            }
        }
        return b.build();
    }
}
