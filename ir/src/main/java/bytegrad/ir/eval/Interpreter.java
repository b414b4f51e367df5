package bytegrad.ir.eval;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The reference interpreter: evaluates every node of a graph in order, by the plainest loop that says what the op means.
 *
 * <p>Floats of both widths are held and computed as {@code double}, transcendentals by {@link StrictMath}; an f32 is
 * rounded to float only where the graph says so, by a constant or a cast to f32; a bf16 is
 * made by a constant or a cast alone. Thus an f32 result is what the compiled
 * code would give without its rounding errors (nor its overflows), and an f64 result has the very order of sums the
 * language promises. Integers wrap to their width.
 */
public final class Interpreter {
    private Interpreter() {}

    /**
     * The value of every node of one run.
     *
     * @param graph what was evaluated
     * @param values one per node, by id
     */
    public record Result(Graph graph, List<Value> values) {
        public Result {
            values = List.copyOf(values);
        }

        /** What the graph returns, by name, in declared order. */
        public Map<String, Value> outputs() {
            Map<String, Value> out = new LinkedHashMap<>();
            graph.outputs().forEach((name, node) -> out.put(name, value(node)));
            return Collections.unmodifiableMap(out);
        }

        /** The value of one output. */
        public Value output(String name) {
            return value(graph.output(name));
        }

        /** What each updated state input holds after the run, by the input's name. */
        public Map<String, Value> updates() {
            Map<String, Value> up = new LinkedHashMap<>();
            graph.updates().forEach(u -> up.put(u.name(), value(u.value())));
            return Collections.unmodifiableMap(up);
        }

        /** The value of any node of the graph (not of the builder it came from). */
        public Value value(Node node) {
            if (node.id() >= values.size() || graph.nodes().get(node.id()) != node) {
                throw new GraphException(node + " is not a node of the graph that was run");
            }
            return values.get(node.id());
        }
    }

    /**
     * Evaluates the graph.
     *
     * @param inputs a value for each input of the graph, by name, and no others
     * @throws InputBindingException if one is missing, unknown or of another type
     * @throws IndexRangeException if a gather or scatter meets an index out of range
     * @throws StepLimitException if a while goes on after its limit
     */
    public static Result run(Graph graph, Map<String, Value> inputs) {
        bind(graph, inputs);
        List<Value> values = new ArrayList<>(graph.nodes().size());
        NestedRuns nested = new NestedRuns();
        for (Node node : graph.nodes()) {
            List<Value> operands = new ArrayList<>(node.inputs().size());
            for (Node in : node.inputs()) {
                operands.add(values.get(in.id()));
            }
            values.add(evaluate(graph, node, operands, inputs, nested));
        }
        return new Result(graph, values);
    }

    private static Value evaluate(Graph graph, Node node, List<Value> in, Map<String, Value> inputs, NestedRuns nested) {
        TensorType type = node.type();
        return switch (node.op()) {
            case Op.Input(String name, TensorType declared) -> required(graph, inputs, name, declared);
            case Op.Constant(Literal value) -> Value.from(value);
            case Op.Iota(TensorType t, int axis) -> Elementwise.iota(type, axis);
            case Op.Map(ScalarFn fn) -> Elementwise.map(fn, type, in);
            case Op.Cast c -> Elementwise.cast(type, in.get(0));
            case Op.Reduce(Monoid monoid, List<Integer> axes) -> Reductions.reduce(monoid, axes, type, in.get(0));
            case Op.ArgReduce(Op.Extremum extremum, int axis) -> Reductions.argReduce(extremum, axis, type, in.get(0));
            case Op.Contract c -> Contractions.contract(c, type, in.get(0), in.get(1));
            case Op.Gather o -> Indexing.gather(graph, node, o, in);
            case Op.Scatter o -> Indexing.scatter(graph, node, o, in);
            case Op.Concat(int axis) -> Indexing.concat(type, axis, in);
            case Op.Cumulate o -> AlongAxis.cumulate(o, type, in.get(0));
            case Op.ArgSort o -> AlongAxis.argSort(o, type, in.get(0));
            case Op.Random(TensorType t, int site) -> Threefry.random(type, site, in.get(0));
            case Op.OverlapAdd o -> Views.overlapAdd(o, type, in.get(0));
            case Op.Nested o -> nested.result(graph, node, o, in);
            case Op.View view -> Views.view(view, type, in.get(0));
        };
    }

    /** Every input is checked before anything is computed. */
    private static void bind(Graph graph, Map<String, Value> inputs) {
        Set<String> names = names(graph);
        for (String name : inputs.keySet()) {
            if (!names.contains(name)) {
                throw new InputBindingException("no input is named \"" + name + "\"; there are " + names);
            }
        }
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Input(String name, TensorType declared)) {
                required(graph, inputs, name, declared);
            }
        }
    }

    private static Value required(Graph graph, Map<String, Value> inputs, String name, TensorType declared) {
        Value v = inputs.get(name);
        if (v == null) {
            throw new InputBindingException("input \"" + name + "\" " + declared + " has no value; the inputs are " + names(graph) + ", given are "
                    + new TreeSet<>(inputs.keySet()));
        }
        if (!v.type().equals(declared)) {
            throw new InputBindingException("input \"" + name + "\" must be " + declared + " but is " + v.type() + "; the inputs are " + names(graph));
        }
        return v;
    }

    private static Set<String> names(Graph graph) {
        Set<String> names = new LinkedHashSet<>();
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Input(String name, TensorType declared)) {
                names.add(name);
            }
        }
        return names;
    }
}
