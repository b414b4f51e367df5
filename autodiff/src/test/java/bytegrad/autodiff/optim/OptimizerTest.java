package bytegrad.autodiff.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Optimisers against plain loops: 20 steps on Σ (p − target)⁴, whose gradient is 4 (p − target)³. */
class OptimizerTest {
    private static final int STEPS = 20;
    private static final double[] START = {1, -2, 0.5, 3};
    private static final double[] TARGET = {0, 1, 0.25, 3};

    private static double gradient(double p, int i) {
        return 4 * Math.pow(p - TARGET[i], 3);
    }

    /** The parameters after each step as the graph computes them; the rate of step t (from 1) is rate / t if it is an input. */
    private static double[][] byGraph(Optimizer optimizer, boolean scheduled) {
        GraphBuilder b = new GraphBuilder();
        Node p = b.input("p", DType.F64, START.length);
        Node target = b.input("target", DType.F64, START.length);
        Node g = Gradient.of(b, b.sumAll(b.square(b.square(b.sub(p, target)))), p);
        List<Slot> slots = scheduled
                ? optimizer.apply(b, List.of(p), List.of(g), b.input("lr", DType.F64))
                : optimizer.apply(b, List.of(p), List.of(g));
        Graph step = b.build();
        assertEquals(1 + slots.size(), step.updates().size());

        Map<String, Value> in = new HashMap<>();
        in.put("p", vector(START));
        in.put("target", vector(TARGET));
        for (Slot s : slots) {
            in.put(((Op.Input) s.input().op()).name(), Value.full(s.input().type(), s.initial()));
        }
        double[][] trace = new double[STEPS][];
        for (int t = 1; t <= STEPS; t++) {
            if (scheduled) {
                in.put("lr", Value.scalar(DType.F64, optimizer.rate() / t));
            }
            in.putAll(Interpreter.run(step, in).updates());
            trace[t - 1] = in.get("p").doubles();
        }
        return trace;
    }

    private static Value vector(double... x) {
        return Value.of(new TensorType(DType.F64, Shape.of(x.length)), x);
    }

    private static double[][] sgd(Sgd o, boolean scheduled) {
        double[] p = START.clone();
        double[] v = new double[p.length];
        double[][] trace = new double[STEPS][];
        for (int t = 1; t <= STEPS; t++) {
            double rate = scheduled ? o.rate() / t : o.rate();
            for (int i = 0; i < p.length; i++) {
                double g = gradient(p[i], i);
                v[i] = o.momentum() * v[i] + g;
                p[i] -= rate * (o.nesterov() ? g + o.momentum() * v[i] : v[i]);
            }
            trace[t - 1] = p.clone();
        }
        return trace;
    }

    private static double[][] adam(Adam o, boolean scheduled) {
        double[] p = START.clone();
        double[] m = new double[p.length];
        double[] v = new double[p.length];
        double[][] trace = new double[STEPS][];
        for (int t = 1; t <= STEPS; t++) {
            double rate = scheduled ? o.rate() / t : o.rate();
            for (int i = 0; i < p.length; i++) {
                double g = gradient(p[i], i);
                m[i] = o.beta1() * m[i] + (1 - o.beta1()) * g;
                v[i] = o.beta2() * v[i] + (1 - o.beta2()) * g * g;
                double c1 = 1 - Math.pow(o.beta1(), t);
                double c2 = 1 - Math.pow(o.beta2(), t);
                p[i] -= rate / c1 * m[i] / (Math.sqrt(v[i]) / Math.sqrt(c2) + o.epsilon());
            }
            trace[t - 1] = p.clone();
        }
        return trace;
    }

    private static void check(double[][] expected, double[][] actual) {
        for (int t = 0; t < STEPS; t++) {
            assertArrayEquals(expected[t], actual[t], 1e-11, "after step " + (t + 1));
        }
    }

    @Test
    void sgdIsThatOfTheFormula() {
        for (Sgd o : List.of(new Sgd(0.005), new Sgd(0.003, 0.9, false), new Sgd(0.003, 0.9, true), new Sgd(0, 0.5, false))) {
            check(sgd(o, false), byGraph(o, false));
            check(sgd(o, true), byGraph(o, true));
        }
    }

    @Test
    void adamIsThatOfTheFormula() {
        for (Adam o : List.of(new Adam(0.05), new Adam(0.1, 0, 0.5, 1e-3), new Adam(0.1, 0.8, 0, 1e-8))) {
            check(adam(o, false), byGraph(o, false));
            check(adam(o, true), byGraph(o, true));
        }
    }

    @Test
    void slotsAreNamedAfterParameters() {
        assertEquals(List.of(), slots(new Sgd(0.1)));
        assertEquals(List.of("momentum/W1 f32[2,3]", "momentum/b1 f32[3]"), slots(new Sgd(0.1, 0.9, true)));
        assertEquals(List.of("adam.correction1 f32[]", "adam.correction2 f32[]", "adam.m/W1 f32[2,3]", "adam.v/W1 f32[2,3]", "adam.m/b1 f32[3]", "adam.v/b1 f32[3]"),
                slots(new Adam(0.1)));
    }

    private static List<String> slots(Optimizer optimizer) {
        GraphBuilder b = new GraphBuilder();
        List<Node> p = List.of(b.input("W1", DType.F32, 2, 3), b.input("b1", DType.F32, 3));
        List<Node> g = p.stream().map(b::exp).toList();
        return optimizer.apply(b, p, g).stream().map(s -> ((Op.Input) s.input().op()).name() + " " + s.input().type()).toList();
    }

    @Test
    void hyperParametersAreChecked() {
        fails("Sgd: the learning rate is -0.1 but must be finite and at least 0", () -> new Sgd(-0.1));
        fails("Sgd: the learning rate is NaN", () -> new Sgd(Double.NaN));
        fails("Sgd: the momentum is 1.0 but must be at least 0 and below 1", () -> new Sgd(0.1, 1, false));
        fails("Sgd: the momentum is 0.0 but must be above 0 for Nesterov's form", () -> new Sgd(0.1, 0, true));
        fails("Adam: the learning rate is Infinity", () -> new Adam(Double.POSITIVE_INFINITY));
        fails("Adam: beta1 is -0.1", () -> new Adam(0.1, -0.1, 0.9, 1e-8));
        fails("Adam: beta2 is 1.0", () -> new Adam(0.1, 0.9, 1, 1e-8));
        fails("Adam: epsilon is 0.0 but must be finite and above 0", () -> new Adam(0.1, 0.9, 0.9, 0));
        fails("Adam: epsilon is NaN", () -> new Adam(0.1, 0.9, 0.9, Double.NaN));
    }

    @Test
    void parametersAreCheckedBeforeAnyNodeIsAdded() {
        GraphBuilder b = new GraphBuilder();
        Node p = b.input("p", DType.F32, 3);
        Node d = b.input("d", DType.F64, 3);
        Node i = b.input("i", DType.I32, 3);
        Node g = b.exp(p);
        int before = b.nodes().size();
        Adam o = new Adam(0.1);
        fails("optimizer: there is no parameter", () -> o.apply(b, List.of(), List.of()));
        fails("optimizer: 1 parameters but 2 gradients", () -> o.apply(b, List.of(p), List.of(g, g)));
        fails("optimizer: parameter %3 f32[3] must be a float input", () -> o.apply(b, List.of(g), List.of(g)));
        fails("optimizer: parameter %2 i32[3] must be a float input", () -> o.apply(b, List.of(i), List.of(i)));
        fails("optimizer: parameter \"p\" is listed twice", () -> o.apply(b, List.of(p, p), List.of(g, g)));
        fails("optimizer: parameter \"d\" is f64[3] but \"p\" is f32[3]", () -> o.apply(b, List.of(p, d), List.of(g, d)));
        fails("optimizer: parameter \"p\" is f32[3] but its gradient is f64[3]", () -> o.apply(b, List.of(p), List.of(d)));
        fails("optimizer: the learning rate must be a scalar f32 like the parameters, not f64[3]", () -> o.apply(b, List.of(p), List.of(g), d));
        assertEquals(before, b.nodes().size());
    }

    /** In f32 the power form would start 1.3e-5 off, and the step with it by half of that. */
    @Test
    void theCorrectionIsRightInFloats() {
        float beta = 0.999f;
        float rest = (float) (1 - 0.999);
        float c = 0;
        for (int t = 1; t <= 1000; t++) {
            c = Math.fma(c, beta, rest);
            double exact = 1 - Math.pow(0.999, t);
            double bound = 2e-7 + 1.3e-8 * t;
            assertTrue(Math.abs(c - exact) <= bound * exact, "step " + t + ": " + c + ", not " + exact);
        }
        assertTrue(Math.abs((1 - beta) / 0.001 - 1) > 1e-5);
    }

    private static void fails(String message, Runnable action) {
        GraphException e = assertThrows(GraphException.class, action::run);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }
}
