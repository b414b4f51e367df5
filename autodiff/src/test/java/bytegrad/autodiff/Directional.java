package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.FiniteDifference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradients against directional finite differences, in the double precision of the interpreter. With L = Σ w·y for random
 * weights w, the first order compares ∂L/∂x · u with dL(x + tu)/dt; the second does the same for S = ∂L/∂x · v in place of L. Each is
 * also computed in forward mode, and S by forward mode alone: so every order of the modes is met.
 */
final class Directional {
    private final Graph graph;
    private final Collection<String> names;
    private final GraphBuilder b = new GraphBuilder();
    private final List<Node> arguments = new ArrayList<>();
    private final Map<String, Value> inputs;
    private final long seed;

    private Directional(Graph graph, Map<String, Value> inputs, Collection<String> names, long seed) {
        this.graph = graph;
        this.names = names;
        this.inputs = new HashMap<>(inputs);
        this.seed = seed;
    }

    /** Checks both orders, by the inputs of these names. */
    static void check(Graph graph, Map<String, Value> inputs, Collection<String> names, long seed) {
        new Directional(graph, inputs, names, seed).check();
    }

    private void check() {
        Node loss = loss();
        compare("first order", loss);
        List<Node> gradients = Gradient.of(b, loss, arguments, Gradient.Unreached.ZEROS);
        List<Node> terms = new ArrayList<>();
        for (int k = 0; k < arguments.size(); k++) {
            terms.add(b.sumAll(b.mul(gradients.get(k), cotangent("direction " + k, arguments.get(k).type()))));
        }
        compare("second order", sum(terms));
        List<Node> directions = new ArrayList<>();
        for (int k = 0; k < arguments.size(); k++) {
            directions.add(cotangent("direction " + k, arguments.get(k).type()));
        }
        compare("reverse over forward", Gradient.pushforward(b, List.of(loss), arguments, directions, Gradient.Unreached.ZEROS).get(0));
    }

    private void compare(String what, Node f) {
        List<Node> gradients = Gradient.of(b, f, arguments, Gradient.Unreached.ZEROS);
        Map<String, Value> direction = FiniteDifference.direction(inputs, names, seed + what.hashCode());
        Graph only = Evaluated.only(b, f);
        FiniteDifference.Estimate slope = FiniteDifference.along(only, "out", Evaluated.needed(only, inputs), direction);
        double exact = 0;
        double scale = 1;
        for (int k = 0; k < arguments.size(); k++) {
            Value u = direction.get(((Op.Input) arguments.get(k).op()).name());
            double[] g = Evaluated.at(b, gradients.get(k), inputs);
            for (int i = 0; i < g.length; i++) {
                exact += g[i] * u.at(i);
                scale += Math.abs(g[i] * u.at(i));
            }
        }
        double bound = tolerance() * scale + 10 * slope.error().scalar();
        double error = Math.abs(exact - slope.derivative().scalar());
        assertTrue(error <= bound, what + ": by gradient " + exact + ", by difference " + slope.derivative().scalar() + ", off by " + error + " over " + bound);
        double forward = forward(what, f, direction);
        assertTrue(Math.abs(exact - forward) <= tolerance() * scale, what + ": by gradient " + exact + ", forward " + forward + ", over " + tolerance() * scale);
    }

    /** The same derivative in forward mode, which must agree with reverse mode as closely as rounding lets it. */
    private double forward(String what, Node f, Map<String, Value> direction) {
        List<Node> tangents = new ArrayList<>();
        for (Node x : arguments) {
            String name = ((Op.Input) x.op()).name();
            inputs.put(what + " along " + name, direction.get(name));
            tangents.add(b.apply(new Op.Input(what + " along " + name, x.type()), List.of()));
        }
        return Evaluated.at(b, Gradient.pushforward(b, List.of(f), arguments, tangents, Gradient.Unreached.ZEROS).get(0), inputs)[0];
    }

    /** Constants of f32 rules are rounded; a gradient cast back to f32 is a stair, of which a difference sees the steps. */
    private double tolerance() {
        if (b.nodes().stream().anyMatch(n -> n.op().equals(new Op.Cast(DType.F32)))) {
            return 1e-4;
        }
        return b.nodes().stream().anyMatch(n -> n.dtype() == DType.F32) ? 1e-7 : 1e-9;
    }

    /** The graph again, in a builder that can go on, and the weighted sum of its float outputs. */
    private Node loss() {
        Map<Node, Node> made = new HashMap<>();
        for (Node o : graph.nodes()) {
            Node n = b.apply(o.op(), o.inputs().stream().map(made::get).toList());
            made.put(o, n);
            if (o.op() instanceof Op.Input in && names.contains(in.name())) {
                arguments.add(n);
            }
        }
        Map<String, Value> values = Interpreter.run(graph, inputs).outputs();
        List<Node> terms = new ArrayList<>();
        graph.outputs().forEach((name, output) -> {
            if (output.dtype().isFloat()) {
                Node y = made.get(output);
                // Infinities and NaN, such as the maximum of nothing, would drown the rest of the sum.
                inputs.put("finite " + name, finite(values.get(name)));
                Node finite = b.apply(new Op.Input("finite " + name, y.type().with(DType.BOOL)), List.of());
                terms.add(b.sumAll(b.mul(b.select(finite, y, b.zerosLike(y)), cotangent("weights " + name, y.type()))));
            }
        });
        return sum(terms);
    }

    private static Value finite(Value y) {
        double[] d = new double[y.size()];
        Arrays.setAll(d, i -> Double.isFinite(y.at(i)) ? 1 : 0);
        return Value.of(y.type().with(DType.BOOL), d);
    }

    private Node cotangent(String name, TensorType type) {
        inputs.put(name, FiniteDifference.cotangent(type, seed + name.hashCode()));
        return b.apply(new Op.Input(name, type), List.of());
    }

    private Node sum(List<Node> terms) {
        Node s = terms.get(0);
        for (Node t : terms.subList(1, terms.size())) {
            s = b.add(b.cast(s, t.dtype()), t);
        }
        return s;
    }
}
